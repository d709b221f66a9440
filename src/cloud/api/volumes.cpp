// Cinder v3: volumes listed, made, shown, changed and deleted.
#include "cloud/api/volumes.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/model/query.h"

namespace cloud::api {

namespace {

std::unexpected<model::Refusal> no_volume(std::string_view id) {
  return model::refuse(404, "VolumeNotFound",
                       fmt::format("Volume {} could not be found.", base::printable(id)));
}

// The size that a volume has at least because of what it is made from.
model::Allowed<std::int64_t> least_size(Call& call, const json::Value& sent, model::Volume& made) {
  std::int64_t least = 1;
  made.snapshot_id = sent.text_or("snapshot_id", "");
  if (!made.snapshot_id.empty()) {
    const model::VolumeSnapshot* snapshot = call.state().volume_snapshots.find(made.snapshot_id);
    if (snapshot == nullptr || !call.may_see(snapshot->project_id))
      return model::refuse(
          404, "SnapshotNotFound",
          fmt::format("Snapshot {} could not be found.", base::printable(made.snapshot_id)));
    least = std::max(least, snapshot->size);
  }
  made.source_volume = sent.text_or("source_volid", "");
  if (!made.source_volume.empty()) {
    const auto source = find_volume(call, made.source_volume);
    if (!source) return std::unexpected(source.error());
    least = std::max(least, source->size);
  }
  made.image_id = sent.text_or("imageRef", "");
  if (!made.image_id.empty()) {
    const model::Image* image = call.state().images.find(made.image_id);
    if (image == nullptr || image->status != "active")
      return bad(fmt::format("Invalid image identifier or unable to access requested image."));
    least = std::max(least, image->min_disk);
  }
  return least;
}

model::Allowed<> read_size(Call& call, const json::Value& sent, model::Volume& made) {
  const auto least = least_size(call, sent, made);
  if (!least) return std::unexpected(least.error());
  const bool has_source = !made.snapshot_id.empty() || !made.source_volume.empty();
  auto size = sent["size"].as_integer();
  if (!size && sent["size"].as_string() != nullptr)
    size = base::parse_number<std::int64_t>(*sent["size"].as_string());
  if (!size && has_source && sent["size"].is_null()) size = *least;
  constexpr std::int64_t kMost = 2147483647;
  if (!size || *size < 1 || *size > kMost)
    return bad(
        fmt::format("Invalid input received: Volume size '{}' must be an integer and greater than "
                    "0",
                    json::dump(sent["size"])));
  if (*size < *least)
    return bad(
        fmt::format("Invalid input received: Volume size '{}'GB cannot be smaller than what it is "
                    "made from, {}GB.",
                    *size, *least));
  made.size = *size;
  return {};
}

Answer create_volume(Call& call) {
  if (auto mine = check_volume_project(call); !mine) return std::unexpected(mine.error());
  const json::Value& sent = call.body["volume"];
  if (sent.as_object() == nullptr)
    return bad("Invalid input for field/attribute volume. 'volume' is a required property");
  model::Volume volume;
  volume.id = new_id();
  volume.project_id = call.project();
  volume.user_id = call.session->user.id;
  volume.created_at = volume.updated_at = call.cloud.now();
  volume.name = sent.text_or("name", "");
  volume.description = sent.text_or("description", "");
  if (volume.name.size() > 255 || volume.description.size() > 255)
    return bad("Volume name and description have at most 255 characters.");
  if (auto read = read_size(call, sent, volume); !read) return std::unexpected(read.error());
  auto type = find_volume_type(call, sent.text_or("volume_type", ""));
  if (!type) return std::unexpected(type.error());
  volume.volume_type = *std::move(type);
  volume.availability_zone = sent.text_or("availability_zone", "nova");
  if (volume.availability_zone != "nova")
    return bad(fmt::format("Invalid input received: Availability zone '{}' is invalid.",
                           base::printable(volume.availability_zone)));
  auto metadata = read_volume_metadata(sent["metadata"]);
  if (!metadata) return std::unexpected(metadata.error());
  volume.metadata = *std::move(metadata);
  call.state().volumes.put(volume);
  const std::string outcome = call.fails_afterwards ? "error" : "available";
  call.cloud.later([&cloud = call.cloud, id = volume.id, outcome] {
    const model::Volume* found = cloud.state.volumes.find(id);
    if (found == nullptr || found->status != "creating") return;
    model::Volume made = *found;
    made.status = outcome;
    cloud.state.volumes.put(std::move(made));
  });
  return reply(202, json::Object{{"volume", volume_view(call, volume, true)}});
}

bool matches(const model::Volume& volume, const model::Query& query) {
  for (const auto& [name, value] : query) {
    if (name == "name" && volume.name != value) return false;
    if (name == "status" && volume.status != value) return false;
    if (name == "id" && volume.id != value) return false;
    if (name == "availability_zone" && volume.availability_zone != value) return false;
  }
  return true;
}

Answer list(Call& call, bool in_detail) {
  if (auto mine = check_volume_project(call); !mine) return std::unexpected(mine.error());
  const bool sees_all =
      call.session->is_admin &&
      (model::value_of(call.query, "all_tenants") == "1" ||
       base::equals_ignoring_case(model::value_of(call.query, "all_tenants"), "true"));
  std::vector<const model::Volume*> found;
  for (const auto& [id, volume] : call.state().volumes)
    if ((sees_all || volume.project_id == call.project()) && matches(volume, call.query))
      found.push_back(&volume);
  std::ranges::stable_sort(found, std::greater(), &model::Volume::created_at);
  json::Array rows;
  for (const model::Volume* volume : found) rows.push_back(volume_view(call, *volume, in_detail));
  const model::Query paging = {{"limit", model::value_of(call.query, "limit")},
                               {"marker", model::value_of(call.query, "marker")}};
  auto page = model::select(std::move(rows), paging, json::Object{});
  if (!page) return std::unexpected(page.error());
  json::Object document{{"volumes", std::move(page->rows)}};
  if (!page->next_marker.empty())
    document.set(
        "volumes_links",
        json::Array{json::Object{
            {"rel", "next"},
            {"href",
             fmt::format("{}/volume/v3/{}/volumes{}?limit={}&marker={}",
                         call.cloud.settings.base_url, call.project(), in_detail ? "/detail" : "",
                         model::value_of(call.query, "limit"), page->next_marker)}}});
  return reply(200, document);
}

Answer list_volumes(Call& call) {
  return list(call, false);
}
Answer list_volumes_in_detail(Call& call) {
  return list(call, true);
}

Answer show_volume(Call& call) {
  const auto volume = find_volume(call, call.captured[1]);
  if (!volume) return std::unexpected(volume.error());
  return reply(200, json::Object{{"volume", volume_view(call, *volume, true)}});
}

Answer update_volume(Call& call) {
  auto volume = find_volume(call, call.captured[1]);
  if (!volume) return std::unexpected(volume.error());
  const json::Value& sent = call.body["volume"];
  if (sent.as_object() == nullptr) return bad("'volume' is a required property");
  volume->name = sent.text_or("name", volume->name);
  volume->description = sent.text_or("description", volume->description);
  if (!sent["metadata"].is_null()) {  // replaces all of it
    auto metadata = read_volume_metadata(sent["metadata"]);
    if (!metadata) return std::unexpected(metadata.error());
    volume->metadata = *std::move(metadata);
  }
  volume->updated_at = call.cloud.now();
  call.state().volumes.put(*volume);
  return reply(200, json::Object{{"volume", volume_view(call, *volume, true)}});
}

Answer delete_volume(Call& call) {
  auto volume = find_volume(call, call.captured[1]);
  if (!volume) return std::unexpected(volume.error());
  const bool has_snapshots =
      std::ranges::any_of(call.state().volume_snapshots,
                          [&](const auto& each) { return each.second.volume_id == volume->id; });
  const bool is_deletable = volume->status == "available" || volume->status == "error";
  if (!is_deletable || has_snapshots || !volume->attachments.empty())
    return bad(
        "Invalid volume: Volume status must be available or error or error_restoring or "
        "error_extending or error_managing and must not be migrating, attached, belong to a "
        "group, have snapshots, awaiting a transfer, or be disassociated from snapshots after "
        "volume transfer.");
  volume->status = "deleting";
  call.state().volumes.put(*volume);
  if (call.fails_afterwards)
    call.cloud.later([&cloud = call.cloud, stuck = *volume]() mutable {
      stuck.status = "error_deleting";
      cloud.state.volumes.put(stuck);
    });
  else
    call.cloud.later([&cloud = call.cloud, id = volume->id] { cloud.state.volumes.erase(id); });
  return reply(202);
}

constexpr Route kRoutes[] = {
    {"POST", "v3/{}/volumes", create_volume},
    {"GET", "v3/{}/volumes", list_volumes},
    {"GET", "v3/{}/volumes/detail", list_volumes_in_detail},
    {"GET", "v3/{}/volumes/{}", show_volume},
    {"PUT", "v3/{}/volumes/{}", update_volume},
    {"DELETE", "v3/{}/volumes/{}", delete_volume},
};

}  // namespace

model::Allowed<model::Volume> find_volume(Call& call, const std::string& id) {
  const model::Volume* volume = call.state().volumes.find(id);
  if (volume == nullptr || !call.may_see(volume->project_id)) return no_volume(id);
  return *volume;
}

std::string volume_time(model::Time time) {
  return iso_time(time).substr(0, 19) + ".000000";
}

model::Allowed<> check_volume_project(const Call& call) {
  if (!call.captured.empty() && call.captured[0] == call.project()) return {};
  return bad("Malformed request url");
}

json::Object volume_view(const Call& call, const model::Volume& volume, bool in_detail) {
  const std::string path = fmt::format("{}/volume/v3/{}/volumes/{}", call.cloud.settings.base_url,
                                       call.project(), volume.id);
  json::Object view{{"id", volume.id},
                    {"name", volume.name},
                    {"links", json::Array{json::Object{{"rel", "self"}, {"href", path}},
                                          json::Object{{"rel", "bookmark"}, {"href", path}}}}};
  if (!in_detail) return view;
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? json::Value() : json::Value(text);
  };
  json::Array attachments;
  for (const model::VolumeAttachment& each : volume.attachments)
    attachments.push_back(json::Object{{"id", volume.id},
                                       {"attachment_id", each.id},
                                       {"volume_id", volume.id},
                                       {"server_id", each.server_id},
                                       {"host_name", nullptr},
                                       {"device", each.device},
                                       {"attached_at", volume_time(each.attached_at)}});
  view.set("status", volume.status);
  view.set("size", volume.size);
  view.set("availability_zone", volume.availability_zone);
  view.set("created_at", volume_time(volume.created_at));
  view.set("updated_at", volume_time(volume.updated_at));
  view.set("description", text_or_null(volume.description));
  view.set("volume_type", text_or_null(volume.volume_type));
  view.set("snapshot_id", text_or_null(volume.snapshot_id));
  view.set("source_volid", text_or_null(volume.source_volume));
  view.set("metadata", volume_metadata_view(volume.metadata));
  view.set("user_id", volume.user_id);
  view.set("bootable", volume.image_id.empty() ? "false" : "true");
  view.set("encrypted", false);
  view.set("multiattach", false);
  view.set("replication_status", nullptr);
  view.set("consistencygroup_id", nullptr);
  view.set("migration_status", nullptr);
  view.set("attachments", std::move(attachments));
  view.set("os-vol-tenant-attr:tenant_id", volume.project_id);
  if (!volume.image_id.empty())
    view.set("volume_image_metadata", json::Object{{"image_id", volume.image_id}});
  return view;
}

std::span<const Route> volume_routes() {
  return kRoutes;
}

}  // namespace cloud::api
