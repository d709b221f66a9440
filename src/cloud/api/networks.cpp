// Neutron v2.0: networks.
#include <fmt/format.h>

#include "cloud/api/neutron.h"

namespace cloud::api {

namespace {

json::Object network_view(Call& call, const model::Network& network) {
  json::Array subnets;
  for (const auto& [id, subnet] : call.state().subnets)
    if (subnet.network_id == network.id) subnets.push_back(id);
  json::Object view{{"id", network.id},
                    {"name", network.name},
                    {"description", network.description},
                    {"admin_state_up", network.admin_state_up},
                    {"status", "ACTIVE"},
                    {"shared", network.shared},
                    {"mtu", network.mtu},
                    {"port_security_enabled", network.port_security_enabled},
                    {"router:external", false},
                    {"subnets", std::move(subnets)},
                    {"tags", texts(network.tags)},
                    {"availability_zone_hints", json::Array{}},
                    {"availability_zones", json::Array{"nova"}},
                    {"ipv4_address_scope", nullptr},
                    {"ipv6_address_scope", nullptr}};
  if (call.session->is_admin) {
    view.set("provider:network_type", "local");
    view.set("provider:physical_network", nullptr);
    view.set("provider:segmentation_id", nullptr);
  }
  add_standard_attributes(view, network);
  return view;
}

model::Allowed<> read_network(Call& call, Attributes& attributes, model::Network& network) {
  attributes.text("name", network.name);
  attributes.text("description", network.description);
  attributes.flag("admin_state_up", network.admin_state_up);
  attributes.flag("port_security_enabled", network.port_security_enabled);
  attributes.text_list("tags", network.tags);
  const bool was_shared = network.shared;
  attributes.flag("shared", network.shared);
  attributes.integer("mtu", network.mtu);
  if (network.mtu < 68 || network.mtu > 9000)
    attributes.note(
        fmt::format("Invalid input for mtu. Reason: {} is not within 68 to 9000.", network.mtu));
  attributes.must_be_absent("router:external", "external networks");
  attributes.must_be_absent("vlan_transparent", "VLANs");
  attributes.must_be_absent("qos_policy_id", "QoS policies");
  attributes.must_be_absent("is_default", "external networks");
  for (const char* name : {"availability_zone_hints", "dns_domain", "provider:network_type",
                           "provider:physical_network", "provider:segmentation_id"})
    attributes.must_be_absent(name, "a choice of it");
  if (auto read = attributes.finish(); !read) return read;
  if (network.shared != was_shared && !call.session->is_admin)
    return model::refuse(403, "PolicyNotAuthorized",
                         "(rule:create_network and rule:create_network:shared) is disallowed by "
                         "policy");
  return {};
}

model::Allowed<json::Object> create_network(Call& call, const json::Value& sent) {
  model::Network network;
  network.id = new_id();
  network.created_at = network.updated_at = call.cloud.now();
  network.revision_number = 1;
  Attributes attributes(sent);
  auto project = project_for(call, attributes);
  if (!project) return std::unexpected(project.error());
  network.project_id = *project;
  if (auto read = read_network(call, attributes, network); !read)
    return std::unexpected(read.error());
  call.state().networks.put(network);
  return network_view(call, network);
}

Answer create_networks(Call& call) {
  return create(call, "network", "networks", create_network);
}

Answer list_networks(Call& call) {
  json::Array rows;
  for (const auto& [id, network] : call.state().networks)
    if (may_use(call, network)) rows.push_back(network_view(call, network));
  return list(call, "networks", std::move(rows), network_view(call, model::Network{}));
}

Answer show_network(Call& call) {
  auto network = find_network(call, call.captured[0]);
  if (!network) return std::unexpected(network.error());
  return show(call, "network", network_view(call, *network));
}

// Who may change it: its project, not those it is shared with.
model::Allowed<model::Network> own_network(Call& call) {
  auto network = find_network(call, call.captured[0]);
  if (network && !call.may_see(network->project_id))
    return model::refuse(403, "PolicyNotAuthorized", "rule:update_network is disallowed by policy");
  return network;
}

Answer update_network(Call& call) {
  auto network = own_network(call);
  if (!network) return std::unexpected(network.error());
  if (auto match = check_revision(call, network->revision_number); !match)
    return std::unexpected(match.error());
  Attributes attributes(call.body["network"]);
  if (auto read = read_network(call, attributes, *network); !read)
    return std::unexpected(read.error());
  touch(*network, call.cloud.now());
  call.state().networks.put(*network);
  return reply(200, json::Object{{"network", network_view(call, *network)}});
}

Answer delete_network(Call& call) {
  auto network = own_network(call);
  if (!network) return std::unexpected(network.error());
  std::string ports;
  for (const auto& [id, port] : call.state().ports)
    if (port.network_id == network->id) ports += (ports.empty() ? "" : ",") + id;
  if (!ports.empty())
    return model::refuse(409, "NetworkInUse",
                         fmt::format("Unable to complete operation on network {}. There are one or "
                                     "more ports still in use on the network, id for these ports "
                                     "is: {}",
                                     network->id, ports));
  model::Texts subnets;
  for (const auto& [id, subnet] : call.state().subnets)
    if (subnet.network_id == network->id) subnets.push_back(id);
  for (const std::string& id : subnets) call.state().subnets.erase(id);
  call.state().networks.erase(network->id);
  return reply(204);
}

Answer network_tags(Call& call) {
  auto network = find_network(call, call.captured[0]);
  if (!network) return std::unexpected(network.error());
  bool is_changed = false;
  Answer answer = edit_tags(call, network->tags, is_changed);
  if (answer && is_changed) {
    touch(*network, call.cloud.now());
    call.state().networks.put(*network);
  }
  return answer;
}

constexpr Route kRoutes[] = {
    {"GET", "v2.0/networks", list_networks},
    {"POST", "v2.0/networks", create_networks},
    {"GET", "v2.0/networks/{}", show_network},
    {"PUT", "v2.0/networks/{}", update_network},
    {"DELETE", "v2.0/networks/{}", delete_network},
    {"GET", "v2.0/networks/{}/tags", network_tags},
    {"PUT", "v2.0/networks/{}/tags", network_tags},
    {"DELETE", "v2.0/networks/{}/tags", network_tags},
    {"GET", "v2.0/networks/{}/tags/{}", network_tags},
    {"PUT", "v2.0/networks/{}/tags/{}", network_tags},
    {"DELETE", "v2.0/networks/{}/tags/{}", network_tags},
};

}  // namespace

std::span<const Route> network_routes() {
  return kRoutes;
}

}  // namespace cloud::api
