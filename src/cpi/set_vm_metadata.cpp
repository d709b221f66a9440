#include <fmt/format.h>

#include "cpi/call.h"
#include "cpi/metadata.h"
#include "openstack/compute.h"

namespace cpi {

io::Task<Result<json::Value>> set_vm_metadata(const Call& call) {
  const auto id = text_argument(call, 0, "server_id");
  if (!id) co_return std::unexpected(id.error());
  const auto* given = call.request.argument(1).as_object();
  if (given == nullptr) co_return wrong_arguments("metadata must be a Hash");
  const openstack::ServerId server(*id);
  const auto pairs = metadata_pairs(*given);
  if (!pairs.empty()) {
    const auto set = co_await openstack::set_server_metadata(call.cloud, server, pairs);
    if (!set && set.error().status == 404)
      co_return cloud_error(fmt::format("Server `{}' not found", *id));
    if (!set) co_return failed(set.error());
  }
  const auto name = human_readable_name(*given);
  if (call.config.human_readable_vm_names && name) {
    const auto renamed = co_await openstack::rename_server(call.cloud, server, *name);
    if (!renamed && renamed.error().status == 404)
      co_return cloud_error(fmt::format("Server `{}' not found", *id));
    if (!renamed) co_return failed(renamed.error());
  }
  co_return json::Value{};
}

}  // namespace cpi
