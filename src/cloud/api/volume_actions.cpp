// Cinder v3: POST /volumes/{id}/action.
#include <fmt/format.h>

#include <array>

#include "base/text.h"
#include "cloud/api/volumes.h"

namespace cloud::api {

namespace {

using Action = Answer (*)(Call& call, model::Volume volume, const json::Value& wanted);

void finish_later(Call& call, const std::string& id, std::string_view from,
                  std::function<void(model::Volume&)> change) {
  call.cloud.later([&cloud = call.cloud, id, from, is_failing = call.fails_afterwards,
                    change = std::move(change)] {
    const model::Volume* found = cloud.state.volumes.find(id);
    if (found == nullptr || found->status != from) return;
    model::Volume volume = *found;
    volume.status = volume.attachments.empty() ? "available" : "in-use";
    if (is_failing)
      volume.status = "error";
    else
      change(volume);
    volume.updated_at = cloud.now();
    cloud.state.volumes.put(std::move(volume));
  });
}

Answer extend(Call& call, model::Volume volume, const json::Value& wanted) {
  const auto size = wanted["new_size"].as_integer();
  if (!size) return bad("Invalid input for field/attribute new_size. It must be an integer.");
  if (volume.status != "available")
    return bad(
        fmt::format("Invalid volume: Volume {} status must be available to extend, but current "
                    "status is: {}.",
                    volume.id, volume.status));
  if (*size <= volume.size)
    return bad(
        fmt::format("Invalid input received: New size for extend must be greater than current "
                    "size. (current: {}, extended: {}).",
                    volume.size, *size));
  volume.status = "extending";
  finish_later(call, volume.id, "extending",
               [size = *size](model::Volume& grown) { grown.size = size; });
  call.state().volumes.put(std::move(volume));
  return reply(202);
}

Answer retype(Call& call, model::Volume volume, const json::Value& wanted) {
  auto type = find_volume_type(call, wanted.text_or("new_type", ""));
  if (!type) return std::unexpected(type.error());
  if (volume.status != "available" && volume.status != "in-use")
    return bad(
        fmt::format("Invalid volume: Unable to update type due to incorrect status: {} on volume: "
                    "{}. Volume status must be available or in-use.",
                    volume.status, volume.id));
  if (volume.volume_type == *type)
    return bad(fmt::format("Invalid volume: Volume {} is already of type {}.", volume.id, *type));
  volume.status = "retyping";
  finish_later(call, volume.id, "retyping",
               [type = *type](model::Volume& changed) { changed.volume_type = type; });
  call.state().volumes.put(std::move(volume));
  return reply(202);
}

Answer reset_status(Call& call, model::Volume volume, const json::Value& wanted) {
  if (!call.session->is_admin)
    return model::refuse(
        403, "Forbidden",
        "Policy doesn't allow volume_extension:volume_admin_actions:reset_status to be "
        "performed.");
  volume.status = wanted.text_or("status", volume.status);
  call.state().volumes.put(std::move(volume));
  return reply(202);
}

Answer set_bootable(Call&, model::Volume, const json::Value&) {
  return reply(200);  // what is bootable here says the image it was made from
}

struct Known {
  std::string_view name;
  Action act;
};
constexpr std::array kActions = {
    Known{"os-extend", extend},
    Known{"os-retype", retype},
    Known{"os-reset_status", reset_status},
    Known{"os-set_bootable", set_bootable},
};

Answer act(Call& call) {
  auto volume = find_volume(call, call.captured[1]);
  if (!volume) return std::unexpected(volume.error());
  const json::Object* body = call.body.as_object();
  if (body != nullptr)
    for (const Known& known : kActions)
      if (const json::Value* wanted = body->find(known.name))
        return known.act(call, *std::move(volume), *wanted);
  const std::string name = body == nullptr || body->begin() == body->end()
                               ? std::string("nothing")
                               : std::string(body->begin()->key);
  return bad(fmt::format("There is no such action: {}", base::printable(name)));
}

constexpr Route kRoutes[] = {
    {"POST", "v3/{}/volumes/{}/action", act},
};

}  // namespace

std::span<const Route> volume_action_routes() {
  return kRoutes;
}

}  // namespace cloud::api
