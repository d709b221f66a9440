#include <fmt/format.h>

#include "base/log.h"
#include "cpi/call.h"
#include "openstack/compute.h"

namespace cpi {
namespace {

io::Task<openstack::Result<>> reboot(const Call& call, openstack::ServerId id, std::string type,
                                     io::Duration patience) {
  json::Object how;
  how.set("type", type);
  json::Object action;
  action.set("reboot", std::move(how));
  const auto accepted = co_await openstack::server_action(call.cloud, id, std::move(action));
  if (!accepted) co_return std::unexpected(accepted.error());
  // Nova shows REBOOT from the moment it accepts, so the first ACTIVE is the new one.
  const auto until = std::chrono::steady_clock::now() + patience;
  const auto active = co_await openstack::wait_for_status(call.cloud, id, "ACTIVE", until);
  if (!active) co_return std::unexpected(active.error());
  co_return openstack::Result<>{};
}

}  // namespace

io::Task<Result<json::Value>> reboot_vm(const Call& call) {
  const auto id = text_argument(call, 0, "server_id");
  if (!id) co_return std::unexpected(id.error());
  const openstack::ServerId server(*id);
  // A guest that ignores the power button gets half of the time.
  auto done = co_await reboot(call, server, "SOFT", call.config.state_timeout / 2);
  if (!done && done.error().error.kind == base::Kind::Timeout) {
    base::log::warning("cpi.hard_reboot", {{"server", *id}});
    done = co_await reboot(call, server, "HARD", call.config.state_timeout / 2);
  }
  if (!done && done.error().status == 404)
    co_return cloud_error(fmt::format("Server `{}' not found", *id));
  if (!done) co_return failed(done.error());
  co_return json::Value{};
}

}  // namespace cpi
