#include <fmt/format.h>

#include "cpi/call.h"
#include "cpi/disk_lookups.h"

namespace cpi {

io::Task<Result<json::Value>> delete_disk(const Call& call) {
  const auto id = text_argument(call, 0, "disk_id");
  if (!id) co_return std::unexpected(id.error());
  const openstack::VolumeId volume(*id);
  const auto found = co_await openstack::show_volume(call.cloud, volume);
  if (!found && found.error().status == 404) co_return json::Value{};  // gone already
  if (!found) co_return failed(found.error());
  const std::string& status = found->status;
  // A volume in error is deleted as well: nobody else would ever do it.
  if (status != "available" && status != "deleting" && !status.starts_with("error"))
    co_return cloud_error(fmt::format("Cannot delete volume `{}', state is {}", *id, status));
  if (status != "deleting") {
    const auto deleted = co_await openstack::delete_volume(call.cloud, volume);
    if (!deleted) co_return failed(deleted.error());
  }
  const auto gone =
      co_await openstack::wait_until_volume_gone(call.cloud, volume, state_deadline(call));
  if (!gone) co_return failed(gone.error());
  co_return json::Value{};
}

}  // namespace cpi
