#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "cpi/call.h"
#include "cpi/port_mark.h"
#include "io/wait.h"
#include "openstack/compute.h"
#include "openstack/network.h"

namespace cpi {
namespace {

using openstack::Port;

// Ports that we or one of the older CPIs made for the VM. Somebody else's stay.
bool is_to_be_deleted(const Port& port) {
  return read_mark(port.description).has_value() || is_anonymous(port);
}

io::Task<Result<>> delete_ports(const Call& call, const std::vector<Port>& ports) {
  std::vector<std::string> problems;
  for (const Port& port : ports) {
    if (!is_to_be_deleted(port)) {
      base::log::info("cpi.port_kept", {{"port", port.id.value()}, {"name", port.name}});
      continue;
    }
    auto deleted = co_await openstack::delete_port(call.cloud, port.id);
    // Once more, whatever it was: once the server is gone, nothing says any more that the port was
    // its, and Neutron may have refused only because Nova was still at it.
    if (!deleted) deleted = co_await openstack::delete_port(call.cloud, port.id);
    if (!deleted) problems.push_back(from_failure(deleted.error()).message);
  }
  if (problems.empty()) co_return Result<>{};
  const std::string prefix = problems.size() > 1 ? "Multiple cloud errors occurred:\n" : "";
  co_return cloud_error(prefix + base::join(problems, "\n"));
}

// A call that ended between the server and its ports left them bound to nothing, and nothing of
// theirs says which server it was. They are known by our mark, and by there being no such VM.
io::Task<Result<>> sweep(const Call& call) {
  openstack::Filters unbound;
  unbound.emplace_back("device_id", "");
  const auto ports = co_await openstack::list_ports(call.cloud, unbound);
  if (!ports) co_return failed(ports.error());
  const json::Value* director = call.request.context.find("director_uuid");
  const PortMark ours{.director = *director->as_string()};
  for (const Port& port : *ports) {
    if (!is_left_over(port, ours, std::chrono::system_clock::now())) continue;
    openstack::Filters named;
    named.emplace_back("name", "^" + port.name + "$");
    const auto servers = co_await openstack::list_servers(call.cloud, named);
    if (!servers) co_return failed(servers.error());
    if (!servers->empty()) continue;
    base::log::warning("cpi.port_left_over", {{"port", port.id.value()}, {"name", port.name}});
    const auto deleted = co_await openstack::delete_port(call.cloud, port.id);
    if (!deleted) co_return failed(deleted.error());
  }
  co_return Result<>{};
}

}  // namespace

io::Task<Result<json::Value>> delete_vm(const Call& call) {
  const auto id = text_argument(call, 0, "server_id");
  if (!id) co_return std::unexpected(id.error());
  const openstack::ServerId server(*id);
  // Asked before the deletion: afterwards nothing tells whose the ports were.
  openstack::Filters filters;
  filters.emplace_back("device_id", *id);
  const auto ports = co_await openstack::list_ports(call.cloud, filters);
  if (!ports) co_return failed(ports.error());
  const std::string path = "/servers/" + http::percent_encode(*id);
  const auto deleted = co_await call.cloud.request(openstack::Service::Compute, "DELETE", path);
  const bool was_gone = !deleted && deleted.error().status == 404;
  if (!deleted && !was_gone) co_return failed(deleted.error());
  if (was_gone && ports->empty()) {
    const auto swept = co_await sweep(call);
    if (!swept) co_return std::unexpected(swept.error());
    co_return json::Value{};
  }
  const auto until = std::chrono::steady_clock::now() + call.config.state_timeout;
  const auto gone = co_await openstack::wait_until_gone(call.cloud, server, until);
  // Its ports go whether or not it could be seen to be gone: the next call would not find them.
  const auto done = co_await delete_ports(call, *ports);
  if (!gone) co_return failed(gone.error());
  if (!done) co_return std::unexpected(done.error());
  co_return json::Value{};
}

}  // namespace cpi
