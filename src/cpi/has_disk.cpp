#include "cpi/call.h"
#include "openstack/volume.h"

namespace cpi {

io::Task<Result<json::Value>> has_disk(const Call& call) {
  const auto id = text_argument(call, 0, "disk_id");
  if (!id) co_return std::unexpected(id.error());
  const auto volume = co_await openstack::show_volume(call.cloud, openstack::VolumeId(*id));
  if (volume) co_return json::Value(true);
  if (volume.error().status == 404) co_return json::Value(false);
  co_return failed(volume.error());
}

}  // namespace cpi
