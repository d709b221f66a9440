#include <fmt/format.h>

#include "base/log.h"
#include "cpi/call.h"
#include "cpi/disk_lookups.h"
#include "cpi/disk_size.h"
#include "cpi/uuid.h"
#include "openstack/compute.h"

namespace cpi {
namespace {

namespace log = base::log;

// Volumes and servers are in the same zone, unless the cloud's zones have nothing in common.
io::Task<Result<std::string>> zone_for(const Call& call) {
  const json::Value& server_id = call.request.argument(2);
  if (server_id.is_null() || call.config.ignore_server_availability_zone) co_return std::string();
  const auto id = text_argument(call, 2, "server_id");
  if (!id) co_return std::unexpected(id.error());
  const auto server = co_await openstack::show_server(call.cloud, openstack::ServerId(*id));
  if (server) co_return server->availability_zone;
  if (server.error().status == 404)
    co_return cloud_error(fmt::format("Server `{}' not found", *id));
  co_return failed(server.error());
}

// The volume of a POST whose answer may never have come: names are unique.
io::Task<Result<openstack::Volume>> make_volume(const Call& call, openstack::NewVolume wanted) {
  auto made = co_await openstack::create_volume(call.cloud, wanted);
  if (made) co_return std::move(*made);
  if (made.error().may_have_happened) {
    openstack::Filters named;
    named.emplace_back("name", wanted.name);
    auto found = co_await openstack::list_volumes(call.cloud, named);
    if (found && !found->empty()) {
      log::warning("cpi.volume_adopted",
                   {{"volume", found->front().id.value()}, {"after", made.error().error.what}});
      co_return std::move(found->front());
    }
  }
  co_return failed(made.error());
}

io::Task<> remove_volume(const Call& call, openstack::VolumeId id) {
  call.cloud.set_deadline(std::chrono::steady_clock::now() + std::chrono::minutes(1));
  const auto removed = co_await openstack::delete_volume(call.cloud, id);
  if (!removed)
    log::error("cpi.clean_up", {{"problem", fmt::format("volume {} is left: {}", id.value(),
                                                        removed.error().error.what)}});
}

}  // namespace

io::Task<Result<json::Value>> create_disk(const Call& call) {
  const auto size = disk_size_gib(call.request.argument(0));
  if (!size) co_return std::unexpected(size.error());
  const json::Value& properties = call.request.argument(1);
  if (!properties.is_object()) co_return wrong_arguments("cloud_properties must be a Hash");
  const json::Value& type = properties["type"];
  if (!type.is_null() && !type.is_string())
    co_return wrong_arguments("the disk's cloud property 'type' must be a String");
  const auto zone = co_await zone_for(call);
  if (!zone) co_return std::unexpected(zone.error());
  openstack::NewVolume wanted{
      .name = "volume-" + new_uuid(),
      .size_gib = *size,
      .type = properties.text_or("type", call.config.default_volume_type.value_or("")),
      .availability_zone = *zone};
  const auto made = co_await make_volume(call, wanted);
  if (!made) co_return std::unexpected(made.error());
  const auto ready =
      co_await openstack::wait_for_volume(call.cloud, made->id, "available", state_deadline(call));
  if (!ready) {
    const Error why = from_failure(ready.error());
    co_await remove_volume(call, made->id);
    co_return std::unexpected(why);
  }
  co_return json::Value(made->id.value());
}

}  // namespace cpi
