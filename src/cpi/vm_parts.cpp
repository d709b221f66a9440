#include "cpi/vm_parts.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "cpi/address_pairs.h"
#include "io/wait.h"

namespace cpi {
namespace {

using openstack::Failure;
using openstack::Port;
namespace log = base::log;

// Only these two say that the address is taken; quota and port security are 409 as well.
bool is_address_taken(const Failure& failure) {
  return failure.status == 409 &&
         (failure.type == "IpAddressAlreadyAllocated" || failure.type == "IpAddressInUse");
}

// Neutron's 409 with the way out.
Error explained(const Failure& failure) {
  Error error = from_failure(failure);
  if (failure.type == "AddressPairAndPortSecurityRequired")
    error.message +=
        "\nPort security is switched off on this network, and allowed_address_pairs need it: "
        "switch "
        "it on, or leave the property away (without port security every address passes).";
  return error;
}

std::string describe(const Port& port) {
  return fmt::format("port {} (name '{}', {}{})", port.id.value(), port.name,
                     port.device_owner.empty() ? "bound to nothing" : port.device_owner,
                     port.device_id.empty() ? "" : " " + port.device_id);
}

Error taken(const openstack::NewPort& wanted, const std::vector<Port>& holders) {
  std::string text =
      fmt::format("The address {} in network '{}' is taken",
                  net::to_string(*wanted.fixed_ips.front().address), wanted.network.value());
  for (const Port& port : holders) text += " by " + describe(port);
  text +=
      ". The CPI removes no port that it did not make for this VM. If the address is a VRRP "
      "reservation, list it under 'reserved' of the subnet in the cloud-config, so that no VM "
      "gets it; if the port is left over, delete it.";
  return {kCloudError, std::move(text)};
}

openstack::Filters by_address(const openstack::NewPort& wanted) {
  return {{"network_id", wanted.network.value()},
          {"fixed_ips", "ip_address=" + net::to_string(*wanted.fixed_ips.front().address)}};
}

// Removes left-overs that hold the address. True when the way is free.
io::Task<Result<bool>> free_address(const Call& call, const openstack::NewPort& wanted,
                                    const PortMark& mark) {
  const auto ports = co_await openstack::list_ports(call.cloud, by_address(wanted));
  if (!ports) co_return failed(ports.error());
  const auto holders = ports_with(*ports, wanted.network, *wanted.fixed_ips.front().address);
  const auto now = std::chrono::system_clock::now();
  const bool are_ours =
      std::ranges::all_of(holders, [&](const Port& port) { return is_left_over(port, mark, now); });
  if (!are_ours) co_return std::unexpected(taken(wanted, holders));
  for (const Port& port : holders) {
    log::warning("cpi.port_left_over", {{"port", port.id.value()}, {"name", port.name}});
    const auto deleted = co_await openstack::delete_port(call.cloud, port.id);
    if (!deleted) co_return failed(deleted.error());
  }
  co_return true;
}

// What came of a POST whose answer never came.
io::Task<std::vector<Port>> ports_of(const Call& call, const Made& made) {
  openstack::Filters filters;
  filters.emplace_back("name", made.mark.vm_name);
  auto found = co_await openstack::list_ports(call.cloud, filters);
  if (!found) co_return std::vector<Port>{};
  std::erase_if(*found, [&](const Port& port) { return read_mark(port.description) != made.mark; });
  co_return std::move(*found);
}

io::Task<std::optional<openstack::ServerId>> server_of(const Call& call, const std::string& name) {
  // Nova reads the name as a regular expression.
  openstack::Filters filters;
  filters.emplace_back("name", "^" + name + "$");
  const auto found = co_await openstack::list_servers(call.cloud, filters);
  if (!found) co_return std::nullopt;
  for (const openstack::Server& server : *found)
    if (server.name == name) co_return server.id;
  co_return std::nullopt;
}

}  // namespace

io::Task<Result<Port>> make_port(const Call& call, openstack::NewPort wanted, Made& made) {
  wanted.name = made.mark.vm_name;
  wanted.description = to_description(made.mark);
  auto port = co_await openstack::create_port(call.cloud, wanted);
  if (!port && is_address_taken(port.error())) {
    const auto freed = co_await free_address(call, wanted, made.mark);
    if (!freed) co_return std::unexpected(freed.error());
    port = co_await openstack::create_port(call.cloud, wanted);
  }
  if (port) {
    made.ports.push_back(port->id);
    co_return std::move(*port);
  }
  const Failure& failure = port.error();
  if (!failure.may_have_happened) co_return std::unexpected(explained(failure));
  made.is_port_uncertain = true;
  for (Port& found : co_await ports_of(call, made))
    if (found.network == wanted.network) {
      log::warning("cpi.port_adopted", {{"port", found.id.value()}, {"after", failure.error.what}});
      made.ports.push_back(found.id);
      co_return std::move(found);
    }
  co_return std::unexpected(explained(failure));
}

io::Task<Result<openstack::ServerId>> make_server(const Call& call, openstack::NewServer wanted,
                                                  Made& made) {
  const auto created = co_await openstack::create_server(call.cloud, wanted);
  if (created) {
    made.server = *created;
    co_return *created;
  }
  const Failure& failure = created.error();
  if (!failure.may_have_happened) co_return failed(failure);
  made.is_server_uncertain = true;
  if (const auto found = co_await server_of(call, made.mark.vm_name)) {
    log::warning("cpi.server_adopted", {{"server", found->value()}, {"after", failure.error.what}});
    made.server = *found;
    co_return *found;
  }
  // Whatever came of it is removed, so another attempt is safe.
  co_return vm_creation_failed(from_failure(failure).message, true);
}

io::Task<std::vector<std::string>> take_apart(const Call& call, Made made) {
  std::vector<std::string> problems;
  const auto end = std::chrono::steady_clock::now() + std::chrono::minutes(2);
  call.cloud.set_deadline(end);
  if (made.is_server_uncertain && !made.server)
    made.server = co_await server_of(call, made.mark.vm_name);
  if (made.server) {
    const auto deleted = co_await openstack::delete_server(call.cloud, *made.server);
    const auto gone =
        deleted ? co_await openstack::wait_until_gone(call.cloud, *made.server, end) : deleted;
    if (!gone)
      problems.push_back(
          fmt::format("server {} is left: {}", made.server->value(), gone.error().error.what));
  }
  if (made.is_port_uncertain)
    for (const Port& port : co_await ports_of(call, made))
      if (std::ranges::find(made.ports, port.id) == made.ports.end()) made.ports.push_back(port.id);
  for (const openstack::PortId& port : made.ports) {
    const auto deleted = co_await openstack::delete_port(call.cloud, port);
    if (!deleted)
      problems.push_back(
          fmt::format("port {} is left: {}", port.value(), deleted.error().error.what));
  }
  for (const std::string& problem : problems)
    log::error("cpi.clean_up", {{"vm", made.mark.vm_name}, {"problem", problem}});
  co_return problems;
}

}  // namespace cpi
