#include "base/log.h"
#include "cpi/call.h"
#include "cpi/disk_lookups.h"

namespace cpi {

io::Task<Result<json::Value>> detach_disk(const Call& call) {
  const auto server_id = text_argument(call, 0, "server_id");
  if (!server_id) co_return std::unexpected(server_id.error());
  const auto disk_id = text_argument(call, 1, "disk_id");
  if (!disk_id) co_return std::unexpected(disk_id.error());
  const auto disks = co_await disks_of_server(call, *server_id);
  if (!disks) co_return std::unexpected(disks.error());
  const openstack::VolumeId volume(*disk_id);
  if (disks->find(volume) == nullptr) {
    base::log::info("cpi.not_attached", {{"disk", *disk_id}, {"server", *server_id}});
    co_return json::Value{};
  }
  const auto detached = co_await openstack::detach_volume(call.cloud, disks->server, volume);
  if (!detached) co_return failed(detached.error());
  const auto free =
      co_await openstack::wait_for_volume(call.cloud, volume, "available", state_deadline(call));
  // A volume that somebody deleted meanwhile is not attached either.
  if (!free && free.error().status != 404) co_return failed(free.error());
  co_return json::Value{};
}

}  // namespace cpi
