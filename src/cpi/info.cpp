#include "cpi/call.h"

namespace cpi {

io::Task<Result<json::Value>> info(const Call& /*call*/) {
  json::Object out;
  out.set("api_version", 2);
  json::Array formats;
  for (const char* format : {"openstack-raw", "openstack-qcow2", "openstack-light"})
    formats.emplace_back(format);
  out.set("stemcell_formats", std::move(formats));
  co_return json::Value(std::move(out));
}

}  // namespace cpi
