// Nova 2.1: what hangs on a server: interfaces, addresses, security groups.
#include "cloud/api/servers.h"

namespace cloud::api {

namespace {

Answer list_interfaces(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  json::Array rows;
  for (const std::string& id : server->port_ids) {
    const model::Port* port = call.state().ports.find(id);
    if (port == nullptr) continue;
    json::Array fixed;
    for (const model::FixedIp& each : port->fixed_ips)
      fixed.push_back(json::Object{{"subnet_id", each.subnet_id},
                                   {"ip_address", net::to_string(each.address)}});
    rows.push_back(json::Object{{"port_id", id},
                                {"net_id", port->network_id},
                                {"mac_addr", net::to_string(port->mac_address)},
                                {"port_state", port->status},
                                {"fixed_ips", std::move(fixed)}});
  }
  return reply(200, json::Object{{"interfaceAttachments", std::move(rows)}});
}

Answer list_addresses(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  return reply(200, json::Object{{"addresses", addresses_view(call, *server)}});
}

Answer list_security_groups(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  json::Array rows;
  for (const std::string& port_id : server->port_ids) {
    const model::Port* port = call.state().ports.find(port_id);
    if (port == nullptr) continue;
    for (const std::string& id : port->security_group_ids)
      if (const model::SecurityGroup* group = call.state().security_groups.find(id))
        rows.push_back(json::Object{{"id", id},
                                    {"name", group->name},
                                    {"description", group->description},
                                    {"tenant_id", group->project_id},
                                    {"rules", json::Array{}}});
  }
  return reply(200, json::Object{{"security_groups", std::move(rows)}});
}

constexpr Route kRoutes[] = {
    {"GET", "v2.1/servers/{}/ips", list_addresses},
    {"GET", "v2.1/servers/{}/os-interface", list_interfaces},
    {"GET", "v2.1/servers/{}/os-security-groups", list_security_groups},
};

}  // namespace

std::span<const Route> server_attachment_routes() {
  return kRoutes;
}

}  // namespace cloud::api
