// Cinder v3: the metadata of volumes and of snapshots.
#include <fmt/format.h>

#include "base/text.h"
#include "cloud/api/volumes.h"

namespace cloud::api {

namespace {

using Metadata = std::map<std::string, std::string>;

// GET shows, POST adds and overwrites, PUT replaces all.
Answer edit(Call& call, Metadata& metadata, bool& is_changed) {
  if (call.request.method != "GET") {
    auto sent = read_volume_metadata(call.body["metadata"]);
    if (!sent) return std::unexpected(sent.error());
    if (call.body["metadata"].is_null()) return bad("'metadata' is a required property");
    if (call.request.method == "PUT") metadata.clear();
    for (const auto& [key, value] : *sent) metadata[key] = value;
    is_changed = true;
  }
  return reply(200, json::Object{{"metadata", volume_metadata_view(metadata)}});
}

Answer edit_one(Call& call, Metadata& metadata, bool& is_changed) {
  const std::string& key = call.captured[2];
  if (call.request.method == "PUT") {
    auto sent = read_volume_metadata(call.body["meta"]);
    if (!sent) return std::unexpected(sent.error());
    if (sent->size() != 1 || !sent->contains(key))
      return bad("Invalid input received: Request body and URI mismatch.");
    metadata[key] = sent->at(key);
    is_changed = true;
  } else if (!metadata.contains(key)) {
    return model::refuse(404, "VolumeMetadataNotFound",
                         fmt::format("Volume {} has no metadata with key {}.",
                                     base::printable(call.captured[1]), base::printable(key)));
  }
  if (call.request.method == "DELETE") {
    metadata.erase(key);
    is_changed = true;
    return reply(200);
  }
  return reply(200, json::Object{{"meta", json::Object{{key, metadata.at(key)}}}});
}

template <Answer (*Edit)(Call&, Metadata&, bool&)>
Answer of_volume(Call& call) {
  auto volume = find_volume(call, call.captured[1]);
  if (!volume) return std::unexpected(volume.error());
  bool is_changed = false;
  auto answer = Edit(call, volume->metadata, is_changed);
  if (answer && is_changed) call.state().volumes.put(*std::move(volume));
  return answer;
}

template <Answer (*Edit)(Call&, Metadata&, bool&)>
Answer of_snapshot(Call& call) {
  const model::VolumeSnapshot* found = call.state().volume_snapshots.find(call.captured[1]);
  if (found == nullptr || !call.may_see(found->project_id))
    return model::refuse(
        404, "SnapshotNotFound",
        fmt::format("Snapshot {} could not be found.", base::printable(call.captured[1])));
  model::VolumeSnapshot snapshot = *found;
  bool is_changed = false;
  auto answer = Edit(call, snapshot.metadata, is_changed);
  if (answer && is_changed) call.state().volume_snapshots.put(std::move(snapshot));
  return answer;
}

constexpr Route kRoutes[] = {
    {"GET", "v3/{}/volumes/{}/metadata", of_volume<edit>},
    {"POST", "v3/{}/volumes/{}/metadata", of_volume<edit>},
    {"PUT", "v3/{}/volumes/{}/metadata", of_volume<edit>},
    {"GET", "v3/{}/volumes/{}/metadata/{}", of_volume<edit_one>},
    {"PUT", "v3/{}/volumes/{}/metadata/{}", of_volume<edit_one>},
    {"DELETE", "v3/{}/volumes/{}/metadata/{}", of_volume<edit_one>},
    {"GET", "v3/{}/snapshots/{}/metadata", of_snapshot<edit>},
    {"POST", "v3/{}/snapshots/{}/metadata", of_snapshot<edit>},
    {"PUT", "v3/{}/snapshots/{}/metadata", of_snapshot<edit>},
    {"GET", "v3/{}/snapshots/{}/metadata/{}", of_snapshot<edit_one>},
    {"PUT", "v3/{}/snapshots/{}/metadata/{}", of_snapshot<edit_one>},
    {"DELETE", "v3/{}/snapshots/{}/metadata/{}", of_snapshot<edit_one>},
};

}  // namespace

model::Allowed<Metadata> read_volume_metadata(const json::Value& sent) {
  Metadata metadata;
  if (sent.is_null()) return metadata;
  if (sent.as_object() == nullptr)
    return bad("Invalid input for field/attribute metadata. It must be an object.");
  for (const auto& [key, value] : *sent.as_object()) {
    if (value.as_string() == nullptr)
      return bad(
          fmt::format("Invalid input for field/attribute {}. The value is not of type 'string'",
                      base::printable(key)));
    if (key.empty() || key.size() > 255 || value.as_string()->size() > 255)
      return bad("Metadata property key and value have at most 255 characters, keys at least 1.");
    metadata[key] = *value.as_string();
  }
  return metadata;
}

json::Object volume_metadata_view(const Metadata& metadata) {
  json::Object view;
  for (const auto& [key, value] : metadata) view.set(key, value);
  return view;
}

std::span<const Route> volume_metadata_routes() {
  return kRoutes;
}

}  // namespace cloud::api
