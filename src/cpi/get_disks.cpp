#include "cpi/call.h"
#include "cpi/disk_lookups.h"

namespace cpi {
namespace {

// /dev/vda, /dev/sda: what the VM boots from is no disk of the Director's.
bool is_root(const openstack::VolumeAttachment& attachment) {
  return attachment.device.ends_with("da");
}

}  // namespace

io::Task<Result<json::Value>> get_disks(const Call& call) {
  const auto id = text_argument(call, 0, "server_id");
  if (!id) co_return std::unexpected(id.error());
  const auto disks = co_await disks_of_server(call, *id);
  if (!disks) co_return std::unexpected(disks.error());
  json::Array ids;
  for (const openstack::VolumeAttachment& attachment : disks->attachments)
    if (!is_root(attachment)) ids.emplace_back(attachment.volume.value());
  co_return json::Value(std::move(ids));
}

}  // namespace cpi
