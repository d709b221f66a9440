// Cinder v3: snapshots of volumes.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/api/volumes.h"
#include "cloud/model/query.h"

namespace cloud::api {

namespace {

json::Object snapshot_view(const model::VolumeSnapshot& snapshot) {
  return json::Object{
      {"id", snapshot.id},
      {"name", snapshot.name},
      {"description",
       snapshot.description.empty() ? json::Value() : json::Value(snapshot.description)},
      {"volume_id", snapshot.volume_id},
      {"status", snapshot.status},
      {"size", snapshot.size},
      {"created_at", volume_time(snapshot.created_at)},
      {"updated_at", volume_time(snapshot.updated_at)},
      {"metadata", volume_metadata_view(snapshot.metadata)},
      {"os-extended-snapshot-attributes:progress", snapshot.status == "available" ? "100%" : "0%"},
      {"os-extended-snapshot-attributes:project_id", snapshot.project_id}};
}

model::Allowed<model::VolumeSnapshot> find_snapshot(Call& call) {
  const model::VolumeSnapshot* found = call.state().volume_snapshots.find(call.captured[1]);
  if (found == nullptr || !call.may_see(found->project_id))
    return model::refuse(
        404, "SnapshotNotFound",
        fmt::format("Snapshot {} could not be found.", base::printable(call.captured[1])));
  return *found;
}

Answer create_snapshot(Call& call) {
  if (auto mine = check_volume_project(call); !mine) return std::unexpected(mine.error());
  const json::Value& sent = call.body["snapshot"];
  if (sent.as_object() == nullptr) return bad("'snapshot' is a required property");
  const auto volume = find_volume(call, sent.text_or("volume_id", ""));
  if (!volume) return std::unexpected(volume.error());
  const bool* flag = sent["force"].as_bool();
  const bool is_forced =
      flag != nullptr ? *flag : base::equals_ignoring_case(sent.text_or("force", ""), "true");
  if (volume->status != "available" && !(is_forced && volume->status == "in-use"))
    return bad(fmt::format(
        "Invalid volume: Volume {} status must be available{}, but current status is: {}.",
        volume->id, is_forced ? " or in-use" : "", volume->status));
  model::VolumeSnapshot snapshot;
  snapshot.id = new_id();
  snapshot.project_id = call.project();
  snapshot.user_id = call.session->user.id;
  snapshot.created_at = snapshot.updated_at = call.cloud.now();
  snapshot.volume_id = volume->id;
  snapshot.size = volume->size;
  snapshot.name = sent.text_or("name", "");
  snapshot.description = sent.text_or("description", "");
  if (snapshot.name.size() > 255 || snapshot.description.size() > 255)
    return bad("Snapshot name and description have at most 255 characters.");
  auto metadata = read_volume_metadata(sent["metadata"]);
  if (!metadata) return std::unexpected(metadata.error());
  snapshot.metadata = *std::move(metadata);
  call.state().volume_snapshots.put(snapshot);
  const std::string outcome = call.fails_afterwards ? "error" : "available";
  call.cloud.later([&cloud = call.cloud, id = snapshot.id, outcome] {
    const model::VolumeSnapshot* found = cloud.state.volume_snapshots.find(id);
    if (found == nullptr || found->status != "creating") return;
    model::VolumeSnapshot made = *found;
    made.status = outcome;
    cloud.state.volume_snapshots.put(std::move(made));
  });
  return reply(202, json::Object{{"snapshot", snapshot_view(snapshot)}});
}

Answer list_snapshots(Call& call) {
  if (auto mine = check_volume_project(call); !mine) return std::unexpected(mine.error());
  const std::string name = model::value_of(call.query, "name");
  const std::string volume = model::value_of(call.query, "volume_id");
  const std::string status = model::value_of(call.query, "status");
  json::Array rows;
  for (const auto& [id, snapshot] : call.state().volume_snapshots)
    if (snapshot.project_id == call.project() && (name.empty() || snapshot.name == name) &&
        (volume.empty() || snapshot.volume_id == volume) &&
        (status.empty() || snapshot.status == status))
      rows.push_back(snapshot_view(snapshot));
  return reply(200, json::Object{{"snapshots", std::move(rows)}});
}

Answer show_snapshot(Call& call) {
  const auto snapshot = find_snapshot(call);
  if (!snapshot) return std::unexpected(snapshot.error());
  return reply(200, json::Object{{"snapshot", snapshot_view(*snapshot)}});
}

Answer delete_snapshot(Call& call) {
  auto snapshot = find_snapshot(call);
  if (!snapshot) return std::unexpected(snapshot.error());
  if (snapshot->status != "available" && snapshot->status != "error")
    return bad(
        "Invalid snapshot: Snapshot status must be available or error, and not be in use by "
        "anything else.");
  snapshot->status = "deleting";
  call.state().volume_snapshots.put(*snapshot);
  call.cloud.later(
      [&cloud = call.cloud, id = snapshot->id] { cloud.state.volume_snapshots.erase(id); });
  return reply(202);
}

constexpr Route kRoutes[] = {
    {"POST", "v3/{}/snapshots", create_snapshot},      {"GET", "v3/{}/snapshots", list_snapshots},
    {"GET", "v3/{}/snapshots/detail", list_snapshots}, {"GET", "v3/{}/snapshots/{}", show_snapshot},
    {"DELETE", "v3/{}/snapshots/{}", delete_snapshot},
};

}  // namespace

std::span<const Route> volume_snapshot_routes() {
  return kRoutes;
}

}  // namespace cloud::api
