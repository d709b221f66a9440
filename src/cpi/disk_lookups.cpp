#include "cpi/disk_lookups.h"

#include <fmt/format.h>

#include <algorithm>

namespace cpi {

io::Task<Result<openstack::Volume>> existing_volume(const Call& call, std::string id) {
  auto volume = co_await openstack::show_volume(call.cloud, openstack::VolumeId(id));
  if (volume) co_return std::move(*volume);
  if (volume.error().status == 404) co_return cloud_error(fmt::format("Volume `{}' not found", id));
  co_return failed(volume.error());
}

const openstack::VolumeAttachment* ServerDisks::find(const openstack::VolumeId& volume) const {
  const auto found = std::ranges::find(attachments, volume, &openstack::VolumeAttachment::volume);
  return found == attachments.end() ? nullptr : &*found;
}

// Nova's list of attachments is asked at once: it is 404 exactly when the server is not there.
io::Task<Result<ServerDisks>> disks_of_server(const Call& call, std::string id) {
  const openstack::ServerId server(id);
  auto attachments = co_await openstack::list_attachments(call.cloud, server);
  if (attachments) co_return ServerDisks{server, std::move(*attachments)};
  if (attachments.error().status == 404)
    co_return cloud_error(fmt::format("Server `{}' not found", id));
  co_return failed(attachments.error());
}

io::Instant state_deadline(const Call& call) {
  return std::chrono::steady_clock::now() + call.config.state_timeout;
}

}  // namespace cpi
