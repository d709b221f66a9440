#include "openstack/volume.h"

#include <fmt/format.h>

#include <algorithm>

#include "openstack/pace.h"
#include "openstack/reading.h"

namespace openstack {
namespace {

using base::Kind;
using Clock = std::chrono::steady_clock;
using Pairs = std::vector<std::pair<std::string, std::string>>;
constexpr auto kCinder = Service::Volume;
constexpr auto kNova = Service::Compute;

Volume read_volume(const Reading& from) {
  Volume volume{.id = VolumeId(from.text("id")),
                .name = from.text_or_empty("name"),
                .status = from.text("status"),
                .type = from.text_or_empty("volume_type"),
                .availability_zone = from.text_or_empty("availability_zone"),
                .size_gib = from.integer("size"),
                .attachments = {}};
  for (const Reading& each : from.items("attachments"))
    volume.attachments.push_back({.server = ServerId(each.text_or_empty("server_id")),
                                  .volume = volume.id,
                                  .device = each.text_or_empty("device")});
  return volume;
}

Snapshot read_snapshot(const Reading& from) {
  return {.id = SnapshotId(from.text("id")),
          .name = from.text_or_empty("name"),
          .status = from.text("status")};
}

VolumeAttachment read_attachment(const Reading& from) {
  return {.server = ServerId(from.text_or_empty("serverId")),
          .volume = VolumeId(from.text("volumeId")),
          .device = from.text_or_empty("device")};
}

json::Object to_json(const Pairs& pairs) {
  json::Object out;
  for (const auto& [key, value] : pairs) out.set(key, value);
  return out;
}

std::string volume_path(const VolumeId& id, std::string_view rest = {}) {
  return fmt::format("/volumes/{}{}", http::percent_encode(id.value()), rest);
}
std::string snapshot_path(const SnapshotId& id) {
  return "/snapshots/" + http::percent_encode(id.value());
}
std::string attachments_path(const ServerId& server) {
  return fmt::format("/servers/{}/os-volume_attachments", http::percent_encode(server.value()));
}

io::Task<Result<>> command(Session& session, std::string path, json::Value body) {
  const auto answer = co_await session.request(kCinder, "POST", std::move(path), std::move(body));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<>{};
}

Failure in_state(std::string_view what, const std::string& id, const std::string& status,
                 const std::string& wanted) {
  return {.error = {Kind::Conflict,
                    fmt::format("{} `{}' state is {}, expected {}", what, id, status, wanted)}};
}
Failure too_late(std::string_view what, const std::string& id, const std::string& wanted) {
  return {.error = {Kind::Timeout,
                    fmt::format("Timed out waiting for {} `{}' to be {}", what, id, wanted)}};
}

// Asks with show() until `status` is reached, or until there is nothing, if that is wanted.
template <typename T, typename Id>
io::Task<Result<std::optional<T>>> wait_for(Session& session, std::string_view what, Id id,
                                            std::string status, bool until_gone, io::Instant until,
                                            io::Task<Result<T>> (*show)(Session&, Id)) {
  const auto end = std::min(until, session.deadline());
  for (Pace pace;;) {
    auto seen = co_await show(session, id);
    if (!seen && until_gone && seen.error().status == 404) co_return std::optional<T>();
    if (!seen) co_return std::unexpected(seen.error());
    if (seen->status == status) co_return std::optional<T>(std::move(*seen));
    // "error_deleting" is the end of a deletion, a plain "error" is only where it began.
    const bool has_failed =
        until_gone ? seen->status == "error_deleting" : seen->status.starts_with("error");
    if (has_failed)
      co_return std::unexpected(
          in_state(what, id.value(), seen->status, until_gone ? "deleted" : status));
    if (Clock::now() >= end)
      co_return std::unexpected(too_late(what, id.value(), until_gone ? "deleted" : status));
    co_await io::sleep_until(std::min(Clock::now() + pace.next(), end));
  }
}

template <typename T>
Result<T> present(Result<std::optional<T>> waited) {
  if (!waited) return std::unexpected(waited.error());
  return std::move(**waited);
}
template <typename T>
Result<> absent(const Result<std::optional<T>>& waited) {
  if (!waited) return std::unexpected(waited.error());
  return {};
}

}  // namespace

io::Task<Result<std::vector<Volume>>> list_volumes(Session& session, Filters filters) {
  return list_of(session, kCinder, "/volumes/detail", "volumes", std::move(filters), read_volume);
}
io::Task<Result<Volume>> show_volume(Session& session, VolumeId id) {
  return one(session, kCinder, "GET", volume_path(id), "volume", {}, read_volume);
}
io::Task<Result<Volume>> create_volume(Session& session, NewVolume volume) {
  json::Object body{{"name", volume.name}, {"size", volume.size_gib}};
  if (!volume.type.empty()) body.set("volume_type", volume.type);
  if (!volume.availability_zone.empty()) body.set("availability_zone", volume.availability_zone);
  return one(session, kCinder, "POST", "/volumes", "volume",
             json::Object{{"volume", std::move(body)}}, read_volume);
}
io::Task<Result<>> delete_volume(Session& session, VolumeId id) {
  return remove(session, kCinder, volume_path(id));
}
io::Task<Result<>> extend_volume(Session& session, VolumeId id, std::int64_t size_gib) {
  return command(session, volume_path(id, "/action"),
                 json::Object{{"os-extend", json::Object{{"new_size", size_gib}}}});
}
io::Task<Result<>> retype_volume(Session& session, VolumeId id, std::string type) {
  return command(session, volume_path(id, "/action"),
                 json::Object{{"os-retype", json::Object{{"new_type", std::move(type)},
                                                         {"migration_policy", "on-demand"}}}});
}
io::Task<Result<>> set_volume_metadata(Session& session, VolumeId id, Pairs metadata) {
  return command(session, volume_path(id, "/metadata"),
                 json::Object{{"metadata", to_json(metadata)}});
}

io::Task<Result<std::vector<Snapshot>>> list_snapshots(Session& session, Filters filters) {
  return list_of(session, kCinder, "/snapshots/detail", "snapshots", std::move(filters),
                 read_snapshot);
}
io::Task<Result<Snapshot>> show_snapshot(Session& session, SnapshotId id) {
  return one(session, kCinder, "GET", snapshot_path(id), "snapshot", {}, read_snapshot);
}
io::Task<Result<Snapshot>> create_snapshot(Session& session, NewSnapshot snapshot) {
  json::Object body{{"name", snapshot.name},
                    {"description", snapshot.description},
                    {"volume_id", snapshot.volume.value()},
                    {"force", true}};
  if (!snapshot.metadata.empty()) body.set("metadata", to_json(snapshot.metadata));
  return one(session, kCinder, "POST", "/snapshots", "snapshot",
             json::Object{{"snapshot", std::move(body)}}, read_snapshot);
}
io::Task<Result<>> delete_snapshot(Session& session, SnapshotId id) {
  return remove(session, kCinder, snapshot_path(id));
}

io::Task<Result<std::vector<VolumeAttachment>>> list_attachments(Session& session,
                                                                 ServerId server) {
  return list_of(session, kNova, attachments_path(server), "volumeAttachments", {},
                 read_attachment);
}
io::Task<Result<VolumeAttachment>> attach_volume(Session& session, ServerId server,
                                                 VolumeId volume) {
  return one(session, kNova, "POST", attachments_path(server), "volumeAttachment",
             json::Object{{"volumeAttachment", json::Object{{"volumeId", volume.value()}}}},
             read_attachment);
}
io::Task<Result<>> detach_volume(Session& session, ServerId server, VolumeId volume) {
  return remove(session, kNova,
                attachments_path(server) + "/" + http::percent_encode(volume.value()));
}

io::Task<Result<Volume>> wait_for_volume(Session& session, VolumeId id, std::string status,
                                         io::Instant until) {
  co_return present(co_await wait_for(session, "Volume", id, status, false, until, show_volume));
}
io::Task<Result<Snapshot>> wait_for_snapshot(Session& session, SnapshotId id, std::string status,
                                             io::Instant until) {
  co_return present(
      co_await wait_for(session, "Snapshot", id, status, false, until, show_snapshot));
}
io::Task<Result<>> wait_until_volume_gone(Session& session, VolumeId id, io::Instant until) {
  co_return absent(co_await wait_for(session, "Volume", id, "deleted", true, until, show_volume));
}
io::Task<Result<>> wait_until_snapshot_gone(Session& session, SnapshotId id, io::Instant until) {
  co_return absent(
      co_await wait_for(session, "Snapshot", id, "deleted", true, until, show_snapshot));
}

}  // namespace openstack
