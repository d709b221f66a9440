// Neutron v2.0: ports.
#include <fmt/format.h>

#include <algorithm>

#include "cloud/api/neutron.h"
#include "cloud/model/address_pairs.h"
#include "cloud/model/addresses.h"
#include "cloud/model/security.h"

namespace cloud::api {

namespace {

std::unexpected<model::Refusal> policy(std::string_view rule) {
  return model::refuse(403, "PolicyNotAuthorized",
                       fmt::format("(rule:{}) is disallowed by policy", rule));
}

// Neutron's default policy for addresses and pairs: an administrator, or a member of the project
// that owns the network. On a network that is only shared with him a member is refused.
model::Allowed<> check_policy(const Call& call, const model::Network& network,
                              const json::Value& sent, std::string_view verb) {
  if (call.may_see(network.project_id)) return {};
  for (const char* name : {"allowed_address_pairs", "port_security_enabled", "mac_address"})
    if (sent.as_object() != nullptr && sent.as_object()->contains(name))
      return policy(fmt::format("{}_port:{}", verb, name));
  if (const json::Array* fixed = sent["fixed_ips"].as_array())
    for (const json::Value& element : *fixed)
      if (!element["ip_address"].is_null())
        return policy(fmt::format("{}_port:fixed_ips:ip_address", verb));
  return {};
}

void read_binding(Attributes& attributes, model::Port& port) {
  attributes.text("binding:host_id", port.binding_host_id);
  attributes.text("binding:vnic_type", port.binding_vnic_type);
  if (port.binding_vnic_type != "normal")
    attributes.note(
        fmt::format("Invalid input for binding:vnic_type. Reason: the embedded cloud "
                    "offers 'normal' only, not '{}'.",
                    port.binding_vnic_type));
  attributes.must_be_absent("binding:profile", "binding profiles");
}

void read_plain(Attributes& attributes, model::Port& port) {
  attributes.text("name", port.name);
  attributes.text("description", port.description);
  attributes.text_list("tags", port.tags);
  attributes.flag("admin_state_up", port.admin_state_up);
  attributes.flag("port_security_enabled", port.port_security_enabled);
  attributes.text("device_id", port.device_id);
  attributes.text("device_owner", port.device_owner);
  attributes.text("dns_name", port.dns_name);
  read_binding(attributes, port);
  attributes.must_be_absent("qos_policy_id", "QoS policies");
  attributes.must_be_absent("extra_dhcp_opts", "DHCP options");
  attributes.must_be_absent("dns_domain", "DNS");
  attributes.ignore("propagate_uplink_status");
}

model::Allowed<> read_mac(Call& call, Attributes& attributes, model::Port& port) {
  std::string text;
  attributes.text("mac_address", text);
  if (text.empty()) return {};
  const auto mac = net::MacAddress::parse(text);
  if (!mac || mac->is_multicast())
    return model::bad_request(fmt::format(
        "Invalid input for mac_address. Reason: '{}' is not a valid MAC address.", text));
  for (const auto& [id, other] : call.state().ports)
    if (id != port.id && other.network_id == port.network_id && other.mac_address == *mac)
      return model::refuse(409, "MacAddressInUse",
                           fmt::format("Unable to complete operation for network {}. The mac "
                                       "address {} is in use.",
                                       port.network_id, text));
  port.mac_address = *mac;
  return {};
}

// The default group unless groups are named; none without port security.
model::Allowed<> read_groups(Call& call, Attributes& attributes, model::Port& port, bool is_new) {
  const bool are_named =
      attributes.has("security_groups") && !attributes.value("security_groups").is_null();
  if (are_named) attributes.text_list("security_groups", port.security_group_ids);
  if (!port.port_security_enabled) {
    if (!port.security_group_ids.empty())
      return model::refuse(409, "PortSecurityPortHasSecurityGroup",
                           "Port has security group associated. Cannot disable port security or IP "
                           "address until security group is removed.");
    return {};
  }
  for (const std::string& id : port.security_group_ids)
    if (auto group = find_security_group(call, id); !group) return std::unexpected(group.error());
  std::ranges::sort(port.security_group_ids);
  const auto [first, last] = std::ranges::unique(port.security_group_ids);
  port.security_group_ids.erase(first, last);
  if (are_named || !is_new || port.device_owner.starts_with("network:")) return {};
  if (const model::SecurityGroup* group = model::default_group(call.state(), port.project_id))
    port.security_group_ids = {group->id};
  return {};
}

model::Allowed<> read_pairs(Attributes& attributes, model::Port& port) {
  if (attributes.has("allowed_address_pairs")) {
    auto pairs =
        model::read_address_pairs(attributes.value("allowed_address_pairs"), port.mac_address);
    if (!pairs) return std::unexpected(pairs.error());
    port.allowed_address_pairs = *std::move(pairs);
  }
  return model::check_pairs_against_port_security(port);
}

model::Allowed<> read_port(Call& call, Attributes& attributes, const model::Network& network,
                           model::Port& port, bool is_new) {
  read_plain(attributes, port);
  if (auto read = read_mac(call, attributes, port); !read) return read;
  const bool has_addresses = attributes.has("fixed_ips");
  const json::Value& addresses = attributes.value("fixed_ips");
  // Whatever is wrong with the form is said before anything is looked up.
  attributes.ignore("allowed_address_pairs");
  attributes.ignore("security_groups");
  if (auto read = attributes.finish(); !read) return read;
  if (is_new || has_addresses) {
    auto fixed = model::allocate(call.state(), network, addresses, port.id);
    if (!fixed) return std::unexpected(fixed.error());
    port.fixed_ips = *std::move(fixed);
  }
  if (auto read = read_groups(call, attributes, port, is_new); !read) return read;
  if (auto read = read_pairs(attributes, port); !read) return read;
  return attributes.finish();
}

json::Object shape(const Call& call) {
  return port_view(call, model::Port{});
}

Answer create_ports(Call& call) {
  return create(call, "port", "ports",
                [](Call& each, const json::Value& sent) -> model::Allowed<json::Object> {
                  auto port = make_port(each, sent);
                  if (!port) return std::unexpected(port.error());
                  return port_view(each, *port);
                });
}

Answer list_ports(Call& call) {
  json::Array rows;
  for (const auto& [id, port] : call.state().ports)
    if (find_port(call, id)) rows.push_back(port_view(call, port));
  return list(call, "ports", std::move(rows), shape(call));
}

Answer show_port(Call& call) {
  auto port = find_port(call, call.captured[0]);
  if (!port) return std::unexpected(port.error());
  return show(call, "port", port_view(call, *port));
}

Answer update_port(Call& call) {
  auto port = find_port(call, call.captured[0]);
  if (!port) return std::unexpected(port.error());
  if (auto match = check_revision(call, port->revision_number); !match)
    return std::unexpected(match.error());
  const model::Network network = *call.state().networks.find(port->network_id);
  const json::Value& sent = call.body["port"];
  if (auto allowed = check_policy(call, network, sent, "update"); !allowed)
    return std::unexpected(allowed.error());
  Attributes attributes(sent);
  if (auto read = read_port(call, attributes, network, *port, false); !read)
    return std::unexpected(read.error());
  touch(*port, call.cloud.now());
  call.state().ports.put(*port);
  return reply(200, json::Object{{"port", port_view(call, *port)}});
}

Answer delete_port(Call& call) {
  auto port = find_port(call, call.captured[0]);
  if (!port) return std::unexpected(port.error());
  call.state().ports.erase(port->id);
  // Nova notices that an interface of a server is gone.
  if (const model::Server* found = call.state().servers.find(port->device_id)) {
    model::Server server = *found;
    std::erase(server.port_ids, port->id);
    call.state().servers.put(std::move(server));
  }
  return reply(204);
}

Answer port_tags(Call& call) {
  auto port = find_port(call, call.captured[0]);
  if (!port) return std::unexpected(port.error());
  bool is_changed = false;
  Answer answer = edit_tags(call, port->tags, is_changed);
  if (answer && is_changed) {
    touch(*port, call.cloud.now());
    call.state().ports.put(*port);
  }
  return answer;
}

constexpr Route kRoutes[] = {
    {"GET", "v2.0/ports", list_ports},
    {"POST", "v2.0/ports", create_ports},
    {"GET", "v2.0/ports/{}", show_port},
    {"PUT", "v2.0/ports/{}", update_port},
    {"DELETE", "v2.0/ports/{}", delete_port},
    {"GET", "v2.0/ports/{}/tags", port_tags},
    {"PUT", "v2.0/ports/{}/tags", port_tags},
    {"DELETE", "v2.0/ports/{}/tags", port_tags},
    {"GET", "v2.0/ports/{}/tags/{}", port_tags},
    {"PUT", "v2.0/ports/{}/tags/{}", port_tags},
    {"DELETE", "v2.0/ports/{}/tags/{}", port_tags},
};

}  // namespace

model::Allowed<model::Port> make_port(Call& call, const json::Value& sent) {
  Attributes attributes(sent);
  model::Port port;
  attributes.text("network_id", port.network_id);
  auto network = find_network(call, port.network_id);
  if (!network) return std::unexpected(network.error());
  auto project = project_for(call, attributes);
  if (!project) return std::unexpected(project.error());
  if (auto allowed = check_policy(call, *network, sent, "create"); !allowed)
    return std::unexpected(allowed.error());
  port.id = new_id();
  port.project_id = *project;
  port.created_at = port.updated_at = call.cloud.now();
  port.revision_number = 1;
  port.mac_address = new_mac();
  port.port_security_enabled = network->port_security_enabled;
  if (auto read = read_port(call, attributes, *network, port, true); !read)
    return std::unexpected(read.error());
  call.state().ports.put(port);
  return port;
}

json::Object port_view(const Call& call, const model::Port& port) {
  json::Array fixed;
  for (const model::FixedIp& each : port.fixed_ips)
    fixed.push_back(
        json::Object{{"subnet_id", each.subnet_id}, {"ip_address", net::to_string(each.address)}});
  json::Array pairs;
  for (const model::AddressPair& pair : port.allowed_address_pairs)
    pairs.push_back(
        json::Object{{"ip_address", pair.ip_address}, {"mac_address", pair.mac_address}});
  json::Object view{{"id", port.id},
                    {"name", port.name},
                    {"description", port.description},
                    {"network_id", port.network_id},
                    {"mac_address", net::to_string(port.mac_address)},
                    {"admin_state_up", port.admin_state_up},
                    {"status", port.status},
                    {"device_id", port.device_id},
                    {"device_owner", port.device_owner},
                    {"fixed_ips", std::move(fixed)},
                    {"allowed_address_pairs", std::move(pairs)},
                    {"security_groups", texts(port.security_group_ids)},
                    {"port_security_enabled", port.port_security_enabled},
                    {"binding:vnic_type", port.binding_vnic_type},
                    {"extra_dhcp_opts", json::Array{}},
                    {"dns_name", port.dns_name},
                    {"dns_assignment", json::Array{}},
                    {"ip_allocation", port.fixed_ips.empty() ? "none" : "immediate"},
                    {"qos_policy_id", nullptr},
                    {"qos_network_policy_id", nullptr},
                    {"resource_request", nullptr},
                    {"tags", texts(port.tags)}};
  if (call.session->is_admin) {
    const bool is_bound = !port.binding_host_id.empty();
    view.set("binding:host_id", port.binding_host_id);
    view.set("binding:vif_type", is_bound ? "bridge" : "unbound");
    view.set("binding:vif_details",
             is_bound ? json::Object{{"port_filter", true}} : json::Object{});
    view.set("binding:profile", json::Object{});
  }
  add_standard_attributes(view, port);
  return view;
}

std::span<const Route> port_routes() {
  return kRoutes;
}

}  // namespace cloud::api
