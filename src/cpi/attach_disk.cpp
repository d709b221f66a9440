#include <fmt/format.h>

#include "base/log.h"
#include "cpi/call.h"
#include "cpi/disk_lookups.h"
#include "io/wait.h"

namespace cpi {
namespace {

namespace log = base::log;
using openstack::VolumeAttachment;

// With API version 1 the agent heard of the device from the registry; since version 2 the answer
// is the hint, and a Director refuses an empty one.
Result<json::Value> hint(const Call& call, const VolumeAttachment& attachment) {
  if (call.request.api_version < 2) return json::Value{};
  if (attachment.device.empty())
    return cloud_error(
        fmt::format("Volume `{}' is attached to server `{}', but Nova does not say as which device",
                    attachment.volume.value(), attachment.server.value()));
  return json::Value(attachment.device);
}

Error in_the_way(const openstack::Volume& volume) {
  if (volume.attachments.empty())
    return {kCloudError, fmt::format("Volume `{}' state is {}, expected available",
                                     volume.id.value(), volume.status)};
  return {kCloudError, fmt::format("Volume `{}' is attached to server `{}'", volume.id.value(),
                                   volume.attachments.front().server.value())};
}

// The attachment of a POST whose answer may never have come.
io::Task<Result<VolumeAttachment>> attach(const Call& call, openstack::ServerId server,
                                          openstack::VolumeId volume) {
  auto attached = co_await openstack::attach_volume(call.cloud, server, volume);
  if (attached) co_return std::move(*attached);
  if (attached.error().may_have_happened) {
    const auto disks = co_await disks_of_server(call, server.value());
    if (const auto* found = disks ? disks->find(volume) : nullptr) co_return *found;
  }
  co_return failed(attached.error());
}

}  // namespace

io::Task<Result<json::Value>> attach_disk(const Call& call) {
  const auto server_id = text_argument(call, 0, "server_id");
  if (!server_id) co_return std::unexpected(server_id.error());
  const auto disk_id = text_argument(call, 1, "disk_id");
  if (!disk_id) co_return std::unexpected(disk_id.error());
  std::optional<Result<ServerDisks>> disks;
  std::optional<Result<openstack::Volume>> volume;
  std::vector<io::Task<>> lookups;
  lookups.push_back(into(disks, disks_of_server(call, *server_id)));
  lookups.push_back(into(volume, existing_volume(call, *disk_id)));
  co_await io::all(call.cloud.loop(), std::move(lookups));
  if (!*disks) co_return std::unexpected(disks->error());
  if (!*volume) co_return std::unexpected(volume->error());

  const auto until = state_deadline(call);
  const openstack::VolumeId id(*disk_id);
  VolumeAttachment attachment{(*disks)->server, id, ""};
  if (const auto* present = (*disks)->find(id)) {
    attachment = *present;
  } else {
    if ((*volume)->status != "available") co_return std::unexpected(in_the_way(**volume));
    auto made = co_await attach(call, (*disks)->server, id);
    if (!made) co_return std::unexpected(made.error());
    attachment = std::move(*made);
  }
  const auto used = co_await openstack::wait_for_volume(call.cloud, id, "in-use", until);
  if (!used) {
    call.cloud.set_deadline(std::chrono::steady_clock::now() + std::chrono::minutes(1));
    const auto undone = co_await openstack::detach_volume(call.cloud, attachment.server, id);
    if (!undone)
      log::error("cpi.clean_up",
                 {{"problem", fmt::format("volume {} stays attached to server {}: {}", *disk_id,
                                          *server_id, undone.error().error.what)}});
    co_return failed(used.error());
  }
  // Cinder knows the device where Nova's answer came too early to tell.
  for (const VolumeAttachment& each : used->attachments)
    if (attachment.device.empty() && each.server == attachment.server)
      attachment.device = each.device;
  co_return hint(call, attachment);
}

}  // namespace cpi
