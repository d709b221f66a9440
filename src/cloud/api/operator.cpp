// /holdfast/v1: what no OpenStack user may do. Cutting power and cables, seeing what was dropped,
// and hosts on a tenant network for somebody to look around from.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/api/neutron.h"
#include "cloud/api/servers.h"
#include "cloud/model/addresses.h"

namespace cloud::api {

namespace {

constexpr std::string_view kShellOwner = "holdfast:shell";

std::unexpected<model::Refusal> no_machine(std::string_view id) {
  return model::refuse(404, "NotFound",
                       fmt::format("no server or shell {} is known here", base::printable(id)));
}

// A server's id, or its name if only one has it; a shell's id.
model::Allowed<std::string> machine(Call& call) {
  const std::string& wanted = call.captured[0];
  if (call.state().servers.contains(wanted)) return wanted;
  for (const auto& [id, port] : call.state().ports)
    if (port.device_owner == kShellOwner && port.device_id == wanted) return wanted;
  std::string found;
  for (const auto& [id, server] : call.state().servers) {
    if (server.name != wanted) continue;
    if (!found.empty())
      return model::refuse(409, "Conflict",
                           fmt::format("more than one server is named {}; give the id", wanted));
    found = id;
  }
  if (found.empty()) return no_machine(wanted);
  return found;
}

Answer answer_for(const base::Result<>& done) {
  if (!done) return std::unexpected(refusal_from(done.error()));
  return reply(200, json::Object{});
}

Answer list_drops(Call& call) {
  auto drops = call.cloud.hypervisor.drops(call.state());
  if (!drops) return std::unexpected(refusal_from(drops.error()));
  return reply(200, json::Object{{"drops", *std::move(drops)}});
}

Answer power_off(Call& call) {
  auto id = machine(call);
  if (!id) return std::unexpected(id.error());
  return answer_for(call.cloud.hypervisor.power_off(*id));
}
Answer freeze(Call& call) {
  auto id = machine(call);
  if (!id) return std::unexpected(id.error());
  return answer_for(call.cloud.hypervisor.freeze(*id));
}
Answer thaw(Call& call) {
  auto id = machine(call);
  if (!id) return std::unexpected(id.error());
  return answer_for(call.cloud.hypervisor.thaw(*id));
}
Answer link_down(Call& call) {
  auto id = machine(call);
  if (!id) return std::unexpected(id.error());
  return answer_for(call.cloud.hypervisor.set_links(*id, false));
}
Answer link_up(Call& call) {
  auto id = machine(call);
  if (!id) return std::unexpected(id.error());
  return answer_for(call.cloud.hypervisor.set_links(*id, true));
}

Answer show_process(Call& call) {
  auto id = machine(call);
  if (!id) return std::unexpected(id.error());
  const auto pid = call.cloud.hypervisor.pid(*id);
  if (!pid)
    return model::refuse(409, "Conflict", fmt::format("{} is not running", call.captured[0]));
  return reply(200, json::Object{{"id", *id},
                                 {"pid", static_cast<std::int64_t>(*pid)},
                                 {"frozen", call.cloud.hypervisor.is_frozen(*id)}});
}

Answer list_servers(Call& call) {
  json::Array rows;
  for (const auto& [id, server] : call.state().servers) {
    json::Array addresses;
    for (const std::string& port_id : server.port_ids)
      if (const model::Port* port = call.state().ports.find(port_id))
        for (const model::FixedIp& fixed : port->fixed_ips)
          addresses.push_back(net::to_string(fixed.address));
    const auto pid = call.cloud.hypervisor.pid(id);
    rows.push_back(
        json::Object{{"id", id},
                     {"name", server.name},
                     {"status", server.status},
                     {"addresses", std::move(addresses)},
                     {"frozen", call.cloud.hypervisor.is_frozen(id)},
                     {"pid", pid ? json::Value(static_cast<std::int64_t>(*pid)) : json::Value()}});
  }
  return reply(200, json::Object{{"servers", std::move(rows)}});
}

// ---- shells

model::Allowed<model::Network> network_named(Call& call, const std::string& wanted) {
  if (const model::Network* network = call.state().networks.find(wanted)) return *network;
  const model::Network* found = nullptr;
  for (const auto& [id, network] : call.state().networks) {
    if (network.name != wanted) continue;
    if (found != nullptr)
      return model::refuse(409, "Conflict",
                           fmt::format("more than one network is named {}; give the id", wanted));
    found = &network;
  }
  if (found == nullptr)
    return model::refuse(404, "NotFound",
                         fmt::format("no network {} is known here", base::printable(wanted)));
  return *found;
}

json::Object shell_view(Call& call, const model::Port& port) {
  const auto pid = call.cloud.hypervisor.pid(port.device_id);
  return json::Object{
      {"id", port.device_id},
      {"network", port.network_id},
      {"port", port.id},
      {"ip", port.fixed_ips.empty() ? json::Value()
                                    : json::Value(net::to_string(port.fixed_ips.front().address))},
      {"pid", pid ? json::Value(static_cast<std::int64_t>(*pid)) : json::Value()}};
}

Answer list_shells(Call& call) {
  json::Array rows;
  for (const auto& [id, port] : call.state().ports)
    if (port.device_owner == kShellOwner) rows.push_back(shell_view(call, port));
  return reply(200, json::Object{{"shells", std::move(rows)}});
}

Answer create_shell(Call& call) {
  auto network = network_named(call, call.body.text_or("network", ""));
  if (!network) return std::unexpected(network.error());
  model::Port port;
  port.id = new_id();
  port.project_id = network->project_id;
  port.name = "holdfast-shell";
  port.network_id = network->id;
  port.created_at = port.updated_at = call.cloud.now();
  port.mac_address = new_mac();
  port.port_security_enabled = false;
  port.device_id = new_id();
  port.device_owner = kShellOwner;
  port.status = "ACTIVE";
  auto addresses = model::allocate(call.state(), *network, {}, port.id);
  if (!addresses) return std::unexpected(addresses.error());
  port.fixed_ips = *std::move(addresses);
  call.state().ports.put(port);
  // Booted at once, not later: whoever asks wants the process.
  const auto booted = call.cloud.hypervisor.boot(
      call.state(),
      {.id = port.device_id, .name = "shell", .port_ids = {port.id}, .user_data = ""});
  if (!booted) return std::unexpected(refusal_from(booted.error()));
  return reply(201, shell_view(call, port));
}

Answer delete_shell(Call& call) {
  for (const auto& [id, port] : call.state().ports) {
    if (port.device_owner != kShellOwner || port.device_id != call.captured[0]) continue;
    (void)call.cloud.hypervisor.power_off(port.device_id);  // it may have ended by itself
    const std::string port_id = id;
    call.state().ports.erase(port_id);
    return reply(204);
  }
  return no_machine(call.captured[0]);
}

constexpr Route kRoutes[] = {
    {"GET", "v1/drops", list_drops, Access::Operator},
    {"GET", "v1/servers", list_servers, Access::Operator},
    {"POST", "v1/servers/{}/power-off", power_off, Access::Operator},
    {"POST", "v1/servers/{}/freeze", freeze, Access::Operator},
    {"POST", "v1/servers/{}/thaw", thaw, Access::Operator},
    {"POST", "v1/servers/{}/link-down", link_down, Access::Operator},
    {"POST", "v1/servers/{}/link-up", link_up, Access::Operator},
    {"GET", "v1/servers/{}/process", show_process, Access::Operator},
    {"GET", "v1/shells", list_shells, Access::Operator},
    {"POST", "v1/shells", create_shell, Access::Operator},
    {"DELETE", "v1/shells/{}", delete_shell, Access::Operator},
};

}  // namespace

std::span<const Route> operator_routes() {
  return kRoutes;
}

}  // namespace cloud::api
