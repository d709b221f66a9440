#include "cloud/api/server_order.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/api/neutron.h"
#include "cloud/api/nova.h"
#include "cloud/model/security.h"

namespace cloud::api {

namespace {

model::Allowed<> use_port(Call& call, Order& order, const std::string& id) {
  auto port = find_port(call, id);
  if (!port) return bad(fmt::format("Port id {} could not be found.", base::printable(id)));
  const bool is_named_twice =
      std::ranges::find(order.server.port_ids, id) != order.server.port_ids.end();
  if (is_named_twice ||
      (!port->device_id.empty() && call.state().servers.contains(port->device_id)))
    return bad(fmt::format("Port {} is still in use.", id));
  port->is_owned_by_server = false;
  order.server.port_ids.push_back(id);
  call.state().ports.put(*std::move(port));
  return {};
}

model::Allowed<> add_port(Call& call, Order& order, const std::string& network_id,
                          const json::Value& fixed_ip, const model::Texts& groups) {
  if (auto network = find_network(call, network_id); !network)
    return bad(fmt::format("Network {} could not be found.", base::printable(network_id)));
  json::Object wanted{{"network_id", network_id}};
  if (!fixed_ip.is_null())
    wanted.set("fixed_ips", json::Array{json::Object{{"ip_address", fixed_ip}}});
  if (!groups.empty() && call.state().networks.find(network_id)->port_security_enabled)
    wanted.set("security_groups", texts(groups));
  auto port = make_port(call, wanted);
  if (!port && port.error().type == "IpAddressAlreadyAllocated")
    return bad(
        fmt::format("Fixed IP address {} is already in use on instance", json::dump(fixed_ip)));
  if (!port) return std::unexpected(port.error());
  port->is_owned_by_server = true;
  order.server.port_ids.push_back(port->id);
  call.state().ports.put(*std::move(port));
  return {};
}

model::Allowed<> attach_automatically(Call& call, Order& order, const model::Texts& groups) {
  model::Texts candidates;
  for (const auto& [id, network] : call.state().networks)
    if (network.project_id == call.project() || network.shared) candidates.push_back(id);
  if (candidates.size() > 1)
    return model::refuse(409, "NetworkAmbiguous",
                         "Multiple possible networks found, use a Network ID to be more specific.");
  if (candidates.empty()) return {};
  return add_port(call, order, candidates.front(), {}, groups);
}

}  // namespace

model::Allowed<model::Texts> choose_groups(Call& call, Order& order) {
  model::Texts ids;
  const json::Array* sent = order.sent["security_groups"].as_array();
  if (sent == nullptr || sent->empty()) {
    order.server.security_group_names = {std::string(model::kDefaultGroup)};
    return ids;
  }
  for (const json::Value& element : *sent) {
    const std::string wanted = element.text_or("name", "");
    const model::SecurityGroup* found = nullptr;
    for (const auto& [id, group] : call.state().security_groups)
      if (group.project_id == call.project() && (group.name == wanted || id == wanted))
        found = &group;
    if (found == nullptr)
      return bad(fmt::format("Security group {} not found for project {}.", base::printable(wanted),
                             call.project()));
    ids.push_back(found->id);
    order.server.security_group_names.push_back(found->name);
  }
  return ids;
}

model::Allowed<> attach(Call& call, Order& order, const model::Texts& groups) {
  const json::Value& sent = order.sent["networks"];
  const std::string* word = sent.as_string();
  if (call.microversion >= 37 && sent.is_null())
    return bad("Invalid input for field/attribute server. 'networks' is a required property");
  if (word != nullptr && *word == "none") return {};
  if (sent.is_null() || (word != nullptr && *word == "auto") ||
      (sent.as_array() != nullptr && sent.as_array()->empty()))
    return attach_automatically(call, order, groups);
  if (sent.as_array() == nullptr)
    return bad("Invalid input for field/attribute networks. It must be a list, 'auto' or 'none'.");
  constexpr std::size_t kMostInterfaces = 16;
  if (sent.as_array()->size() > kMostInterfaces)
    return bad(fmt::format("A server has at most {} interfaces here.", kMostInterfaces));
  for (const json::Value& element : *sent.as_array()) {
    const std::string port = element.text_or("port", "");
    auto done = port.empty() ? add_port(call, order, element.text_or("uuid", ""),
                                        element["fixed_ip"], groups)
                             : use_port(call, order, port);
    if (!done) return done;
  }
  return {};
}

void bind_ports(Call& call, const model::Server& server) {
  for (const std::string& id : server.port_ids) {
    model::Port port = *call.state().ports.find(id);
    port.device_id = server.id;
    port.device_owner = "compute:" + server.availability_zone;
    port.binding_host_id = kHost;
    touch(port, call.cloud.now());
    call.state().ports.put(std::move(port));
  }
}

}  // namespace cloud::api
