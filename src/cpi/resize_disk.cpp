// resize_disk and update_disk: a volume grows and changes its type in place. Where the cloud does
// not, NotSupported has the Director copy the disk to a new one.
#include <fmt/format.h>

#include "cpi/call.h"
#include "cpi/disk_lookups.h"
#include "cpi/disk_size.h"

namespace cpi {
namespace {

using openstack::Volume;

// The cloud understood and will not: its driver or its policy.
bool is_refusal(const openstack::Failure& failure) {
  return failure.status == 400 || failure.status == 403 || failure.status == 501;
}

Result<> check_free(const Volume& volume) {
  if (volume.attachments.empty()) return {};
  return cloud_error(
      fmt::format("Cannot resize volume '{}' due to attachments to server '{}'. Detach it first.",
                  volume.id.value(), volume.attachments.front().server.value()));
}

// `acted` is the answer to the action that has begun.
io::Task<Result<>> finish(const Call& call, openstack::VolumeId id, openstack::Result<> acted) {
  if (!acted && is_refusal(acted.error()))
    co_return not_supported(from_failure(acted.error()).message);
  if (!acted && !acted.error().may_have_happened) co_return failed(acted.error());
  const auto ready =
      co_await openstack::wait_for_volume(call.cloud, id, "available", state_deadline(call));
  if (!ready) co_return failed(ready.error());
  co_return Result<>{};
}

io::Task<Result<>> grow(const Call& call, Volume volume, std::int64_t size) {
  if (size == volume.size_gib) co_return Result<>{};
  if (size < volume.size_gib)
    co_return not_supported(
        fmt::format("Cannot resize volume to a smaller size from {} GiB to {} "
                    "GiB",
                    volume.size_gib, size));
  const auto extended = co_await openstack::extend_volume(call.cloud, volume.id, size);
  const auto done = co_await finish(call, volume.id, extended);
  if (!done) co_return std::unexpected(done.error());
  if (extended) co_return Result<>{};
  // The answer was lost: only the size tells.
  const auto now = co_await existing_volume(call, volume.id.value());
  if (!now) co_return std::unexpected(now.error());
  if (now->size_gib != size) co_return failed(extended.error());
  co_return Result<>{};
}

}  // namespace

io::Task<Result<json::Value>> resize_disk(const Call& call) {
  const auto id = text_argument(call, 0, "disk_id");
  if (!id) co_return std::unexpected(id.error());
  const auto size = disk_size_gib(call.request.argument(1));
  if (!size) co_return std::unexpected(size.error());
  auto volume = co_await existing_volume(call, *id);
  if (!volume) co_return std::unexpected(volume.error());
  if (volume->size_gib != *size)
    if (const auto free = check_free(*volume); !free) co_return std::unexpected(free.error());
  const auto done = co_await grow(call, std::move(*volume), *size);
  if (!done) co_return std::unexpected(done.error());
  co_return json::Value{};
}

// The answer would be a new disk's id; the volume stays the same, which null says.
io::Task<Result<json::Value>> update_disk(const Call& call) {
  const auto id = text_argument(call, 0, "disk_id");
  if (!id) co_return std::unexpected(id.error());
  const auto size = disk_size_gib(call.request.argument(1));
  if (!size) co_return std::unexpected(size.error());
  const json::Value& properties = call.request.argument(2);
  if (!properties.is_object()) co_return wrong_arguments("cloud_properties must be a Hash");
  const std::string type = properties.text_or("type", call.config.default_volume_type.value_or(""));
  auto volume = co_await existing_volume(call, *id);
  if (!volume) co_return std::unexpected(volume.error());
  if (const auto free = check_free(*volume); !free) co_return std::unexpected(free.error());
  if (*size < volume->size_gib)  // before anything is changed
    co_return not_supported(fmt::format(
        "Cannot resize volume to a smaller size from {} GiB to {} GiB", volume->size_gib, *size));
  if (!type.empty() && type != volume->type) {
    const auto retyped = co_await openstack::retype_volume(call.cloud, volume->id, type);
    const auto done = co_await finish(call, volume->id, retyped);
    if (!done) co_return std::unexpected(done.error());
    const auto now = co_await existing_volume(call, *id);
    if (!now) co_return std::unexpected(now.error());
    if (now->type != type)
      co_return not_supported(
          fmt::format("Volume `{}' has type {} after it was to become {}", *id, now->type, type));
  }
  const auto grown = co_await grow(call, std::move(*volume), *size);
  if (!grown) co_return std::unexpected(grown.error());
  co_return json::Value{};
}

}  // namespace cpi
