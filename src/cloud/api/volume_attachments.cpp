// What Nova does with volumes, and its API for that: /servers/{id}/os-volume_attachments.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/api/servers.h"
#include "cloud/api/volumes.h"

namespace cloud::api {

namespace {

constexpr std::size_t kMostVolumes = 25;  // /dev/vdb to /dev/vdz

std::string free_device(const model::State& state, const model::Server& server) {
  const auto attached = volumes_of(state, server.id);
  for (char letter = 'b'; letter <= 'z'; ++letter) {
    std::string device = fmt::format("/dev/vd{}", letter);
    const bool is_taken = std::ranges::any_of(attached, [&](const model::Volume* volume) {
      return attachment_to(*volume, server.id)->device == device;
    });
    if (!is_taken) return device;
  }
  return "";
}

json::Object attachment_view(const model::Volume& volume, const model::VolumeAttachment& each) {
  return json::Object{{"id", volume.id},  // the volume's, before microversion 2.89
                      {"serverId", each.server_id},
                      {"volumeId", volume.id},
                      {"device", each.device}};
}

Answer list_attachments(Call& call) {
  const auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  json::Array rows;
  for (const model::Volume* volume : volumes_of(call.state(), server->id))
    rows.push_back(attachment_view(*volume, *attachment_to(*volume, server->id)));
  return reply(200, json::Object{{"volumeAttachments", std::move(rows)}});
}

Answer attach(Call& call) {
  const auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  const std::string id = call.body["volumeAttachment"].text_or("volumeId", "");
  if (id.empty())
    return bad(
        "Invalid input for field/attribute volumeAttachment. 'volumeId' is a "
        "required property");
  if (server->status != "ACTIVE" && server->status != "SHUTOFF")
    return model::refuse(
        409, "InstanceInvalidState",
        fmt::format("Cannot 'attach_volume' instance {} while it is in vm_state {}", server->id,
                    base::to_lower(server->status)));
  const auto attached = attach_volume(call, *server, id);
  if (!attached) return std::unexpected(attached.error());
  return reply(200, json::Object{{"volumeAttachment",
                                  attachment_view(*call.state().volumes.find(id), *attached)}});
}

Answer show_attachment(Call& call) {
  const auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  const model::Volume* volume = call.state().volumes.find(call.captured[1]);
  const auto* found = volume == nullptr ? nullptr : attachment_to(*volume, server->id);
  if (found == nullptr)
    return model::refuse(404, "NotFound",
                         fmt::format("Instance {} is not attached to volume {}", server->id,
                                     base::printable(call.captured[1])));
  return reply(200, json::Object{{"volumeAttachment", attachment_view(*volume, *found)}});
}

Answer detach(Call& call) {
  const auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  if (auto detached = detach_volume(call, *server, call.captured[1]); !detached)
    return std::unexpected(detached.error());
  return reply(202);
}

constexpr Route kRoutes[] = {
    {"GET", "v2.1/servers/{}/os-volume_attachments", list_attachments},
    {"POST", "v2.1/servers/{}/os-volume_attachments", attach},
    {"GET", "v2.1/servers/{}/os-volume_attachments/{}", show_attachment},
    {"DELETE", "v2.1/servers/{}/os-volume_attachments/{}", detach},
};

}  // namespace

const model::VolumeAttachment* attachment_to(const model::Volume& volume,
                                             const std::string& server_id) {
  const auto found =
      std::ranges::find(volume.attachments, server_id, &model::VolumeAttachment::server_id);
  return found == volume.attachments.end() ? nullptr : &*found;
}

std::vector<const model::Volume*> volumes_of(const model::State& state, const std::string& server) {
  std::vector<const model::Volume*> found;
  for (const auto& [id, volume] : state.volumes)
    if (attachment_to(volume, server) != nullptr) found.push_back(&volume);
  std::ranges::sort(found, {}, [&](const model::Volume* volume) {
    return attachment_to(*volume, server)->device;
  });
  return found;
}

model::Allowed<model::VolumeAttachment> attach_volume(Call& call, const model::Server& server,
                                                      const std::string& volume_id) {
  const model::Volume* found = call.state().volumes.find(volume_id);
  if (found == nullptr || !call.may_see(found->project_id))
    return model::refuse(404, "VolumeNotFound",
                         fmt::format("Volume {} could not be found.", base::printable(volume_id)));
  model::Volume volume = *found;
  if (volume.status != "available")
    return bad(
        fmt::format("Invalid volume: Invalid input received: Invalid volume: Volume {} status must "
                    "be available or downloading to reserve, but the current status is {}.",
                    volume_id, volume.status));
  const std::string device = free_device(call.state(), server);
  if (device.empty())
    return model::refuse(
        403, "TooManyDiskDevices",
        fmt::format("The maximum allowed number of disk devices ({}) to attach to a single "
                    "instance has been exceeded.",
                    kMostVolumes + 1));
  model::VolumeAttachment attachment{
      .id = new_id(), .server_id = server.id, .device = device, .attached_at = call.cloud.now()};
  volume.attachments.push_back(attachment);
  volume.status = "attaching";
  call.state().volumes.put(std::move(volume));
  call.cloud.later([&cloud = call.cloud, volume_id, is_failing = call.fails_afterwards] {
    const model::Volume* reserved = cloud.state.volumes.find(volume_id);
    if (reserved == nullptr || reserved->status != "attaching") return;
    model::Volume attached = *reserved;
    attached.status = is_failing ? "available" : "in-use";
    if (is_failing) attached.attachments.clear();
    cloud.state.volumes.put(std::move(attached));
  });
  return attachment;
}

void attach_root_volume(Call& call, const model::Server& server, model::Volume volume,
                        bool delete_on_termination) {
  volume.status = "in-use";
  volume.attachments.push_back({.id = new_id(),
                                .server_id = server.id,
                                .device = server.root_device_name,
                                .attached_at = call.cloud.now(),
                                .delete_on_termination = delete_on_termination});
  call.state().volumes.put(std::move(volume));
}

model::Allowed<> detach_volume(Call& call, const model::Server& server,
                               const std::string& volume_id) {
  const model::Volume* found = call.state().volumes.find(volume_id);
  if (found == nullptr || attachment_to(*found, server.id) == nullptr)
    return model::refuse(
        404, "VolumeBDMNotFound",
        fmt::format("No volume Block Device Mapping with id {}.", base::printable(volume_id)));
  if (attachment_to(*found, server.id)->device == server.root_device_name)
    return model::refuse(403, "Forbidden", "Cannot detach a root device volume");
  if (found->status != "in-use")
    return bad(
        fmt::format("Invalid volume: Invalid input received: Invalid volume: Unable to detach "
                    "volume. Volume status must be 'in-use' and attach_status must be 'attached' "
                    "to detach. The current status is {}.",
                    found->status));
  model::Volume volume = *found;
  volume.status = "detaching";
  call.state().volumes.put(std::move(volume));
  call.cloud.later([&cloud = call.cloud, volume_id, server_id = server.id,
                    is_failing = call.fails_afterwards] {
    const model::Volume* leaving = cloud.state.volumes.find(volume_id);
    if (leaving == nullptr || leaving->status != "detaching") return;
    model::Volume detached = *leaving;
    detached.status = is_failing ? "in-use" : "available";
    if (!is_failing)
      std::erase_if(detached.attachments, [&](const auto& e) { return e.server_id == server_id; });
    cloud.state.volumes.put(std::move(detached));
  });
  return {};
}

void release_volumes(Cloud& cloud, const model::Server& server) {
  std::vector<model::Volume> held;
  for (const model::Volume* volume : volumes_of(cloud.state, server.id)) held.push_back(*volume);
  for (model::Volume& volume : held) {
    if (attachment_to(volume, server.id)->delete_on_termination) {
      cloud.state.volumes.erase(volume.id);
      continue;
    }
    volume.attachments.clear();
    volume.status = "available";
    cloud.state.volumes.put(std::move(volume));
  }
}

std::span<const Route> volume_attachment_routes() {
  return kRoutes;
}

}  // namespace cloud::api
