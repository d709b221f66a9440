#include <fmt/format.h>

#include "base/log.h"
#include "cpi/call.h"
#include "cpi/disk_lookups.h"
#include "cpi/metadata.h"
#include "cpi/uuid.h"

namespace cpi {
namespace {

namespace log = base::log;

std::string text_at(const json::Object& metadata, std::string_view key) {
  const json::Value* value = metadata.find(key);
  if (value == nullptr || value->is_null()) return {};
  const std::string* text = value->as_string();
  return text == nullptr ? json::dump(*value) : *text;
}

// "deployment/job/index/vdb", with what is known of it.
std::string description(const json::Object& metadata, const openstack::Volume& volume) {
  std::string out;
  for (const char* key : {"deployment", "job", "index"}) {
    const std::string part = text_at(metadata, key);
    if (part.empty()) continue;
    if (!out.empty()) out += '/';
    out += part;
  }
  if (!volume.attachments.empty()) {
    const std::string& device = volume.attachments.front().device;
    const auto slash = device.rfind('/');
    if (!device.empty()) out += "/" + device.substr(slash == std::string::npos ? 0 : slash + 1);
  }
  return out;
}

// The names that the Ruby CPI gives to what a Director sends.
json::Object snapshot_metadata(const json::Object& given) {
  json::Object out;
  for (const auto& [key, value] : given)
    if (key != "director_name" && key != "index" && key != "job") out.set(key, value);
  const std::string director = text_at(given, "director_name");
  const std::string index = text_at(given, "index");
  const std::string job = text_at(given, "job");
  const std::string instance = text_at(given, "instance_id");
  if (!director.empty()) out.set("director", director);
  if (!index.empty()) out.set("instance_index", index);
  if (!job.empty()) out.set("instance_name", instance.empty() ? job : job + "/" + instance);
  return out;
}

io::Task<Result<openstack::Snapshot>> make_snapshot(const Call& call,
                                                    openstack::NewSnapshot wanted) {
  auto made = co_await openstack::create_snapshot(call.cloud, wanted);
  if (made) co_return std::move(*made);
  if (made.error().may_have_happened) {
    openstack::Filters named;
    named.emplace_back("name", wanted.name);
    auto found = co_await openstack::list_snapshots(call.cloud, named);
    if (found && !found->empty()) co_return std::move(found->front());
  }
  co_return failed(made.error());
}

}  // namespace

io::Task<Result<json::Value>> snapshot_disk(const Call& call) {
  const auto id = text_argument(call, 0, "disk_id");
  if (!id) co_return std::unexpected(id.error());
  const json::Value& argument = call.request.argument(1);
  if (!argument.is_null() && !argument.is_object())
    co_return wrong_arguments("metadata must be a Hash");
  const json::Object metadata = argument.is_object() ? *argument.as_object() : json::Object{};
  const auto volume = co_await existing_volume(call, *id);
  if (!volume) co_return std::unexpected(volume.error());
  openstack::NewSnapshot wanted{.name = "snapshot-" + new_uuid(),
                                .description = description(metadata, *volume),
                                .volume = volume->id,
                                .metadata = metadata_pairs(snapshot_metadata(metadata))};
  const auto made = co_await make_snapshot(call, wanted);
  if (!made) co_return std::unexpected(made.error());
  const auto ready = co_await openstack::wait_for_snapshot(call.cloud, made->id, "available",
                                                           state_deadline(call));
  if (ready) co_return json::Value(made->id.value());
  const Error why = from_failure(ready.error());
  call.cloud.set_deadline(std::chrono::steady_clock::now() + std::chrono::minutes(1));
  const auto removed = co_await openstack::delete_snapshot(call.cloud, made->id);
  if (!removed)
    log::error("cpi.clean_up", {{"problem", fmt::format("snapshot {} is left: {}", made->id.value(),
                                                        removed.error().error.what)}});
  co_return std::unexpected(why);
}

io::Task<Result<json::Value>> delete_snapshot(const Call& call) {
  const auto id = text_argument(call, 0, "snapshot_id");
  if (!id) co_return std::unexpected(id.error());
  const openstack::SnapshotId snapshot(*id);
  const auto found = co_await openstack::show_snapshot(call.cloud, snapshot);
  if (!found && found.error().status == 404) co_return json::Value{};  // gone already
  if (!found) co_return failed(found.error());
  const std::string& status = found->status;
  if (status != "available" && status != "deleting" && !status.starts_with("error"))
    co_return cloud_error(fmt::format("Cannot delete snapshot `{}', state is {}", *id, status));
  if (status != "deleting") {
    const auto deleted = co_await openstack::delete_snapshot(call.cloud, snapshot);
    if (!deleted) co_return failed(deleted.error());
  }
  const auto gone =
      co_await openstack::wait_until_snapshot_gone(call.cloud, snapshot, state_deadline(call));
  if (!gone) co_return failed(gone.error());
  co_return json::Value{};
}

}  // namespace cpi
