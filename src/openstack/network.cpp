#include "openstack/network.h"

#include <fmt/format.h>

#include "openstack/reading.h"

namespace openstack {
namespace {

template <typename Tag>
std::vector<base::StrongId<Tag>> read_ids(const json::Value& value) {
  std::vector<base::StrongId<Tag>> ids;
  if (const json::Array* array = value.as_array())
    for (const json::Value& id : *array)
      if (const auto* text = id.as_string()) ids.emplace_back(*text);
  return ids;
}

template <typename Id>
json::Array to_json(const std::vector<Id>& ids) {
  json::Array out;
  for (const Id& id : ids) out.emplace_back(id.value());
  return out;
}

Network read_network(const Reading& from) {
  return {.id = NetworkId(from.text("id")),
          .name = from.text_or_empty("name"),
          .status = from.text_or_empty("status"),
          .port_security_enabled = from.flag("port_security_enabled", true),
          .subnets = read_ids<SubnetTag>(from["subnets"])};
}

Subnet read_subnet(const Reading& from) {
  return {.id = SubnetId(from.text("id")),
          .name = from.text_or_empty("name"),
          .network = NetworkId(from.text("network_id")),
          .cidr = from.prefix("cidr"),
          .gateway = from.optional_address("gateway_ip")};
}

std::vector<FixedIp> read_fixed_ips(const Reading& from) {
  std::vector<FixedIp> out;
  for (const Reading& ip : from.items("fixed_ips"))
    out.push_back(
        {.subnet = SubnetId(ip.text_or_empty("subnet_id")), .address = ip.address("ip_address")});
  return out;
}

std::vector<AddressPair> read_pairs(const Reading& from) {
  std::vector<AddressPair> out;
  for (const Reading& pair : from.items("allowed_address_pairs"))
    out.push_back({.address = pair.prefix("ip_address"), .mac = pair.optional_mac("mac_address")});
  return out;
}

Port read_port(const Reading& from) {
  return {.id = PortId(from.text("id")),
          .network = NetworkId(from.text("network_id")),
          .name = from.text_or_empty("name"),
          .description = from.text_or_empty("description"),
          .status = from.text_or_empty("status"),
          .device_id = from.text_or_empty("device_id"),
          .device_owner = from.text_or_empty("device_owner"),
          .mac = from.optional_mac("mac_address"),
          .fixed_ips = read_fixed_ips(from),
          .allowed_address_pairs = read_pairs(from),
          .security_groups = read_ids<SecurityGroupTag>(from["security_groups"]),
          .port_security_enabled = from.flag("port_security_enabled", true),
          .created_at = from.text_or_empty("created_at")};
}

SecurityGroupRule read_rule(const Reading& from) {
  SecurityGroupRule rule{.id = from.text_or_empty("id"),
                         .direction = from.text_or_empty("direction"),
                         .ethertype = from.text_or_empty("ethertype"),
                         .protocol = std::nullopt,
                         .port_range_min = from["port_range_min"].as_integer(),
                         .port_range_max = from["port_range_max"].as_integer(),
                         .remote_prefix = from.optional_prefix("remote_ip_prefix"),
                         .remote_group = std::nullopt};
  if (const auto* protocol = from["protocol"].as_string()) rule.protocol = *protocol;
  if (const auto number = from["protocol"].as_integer()) rule.protocol = std::to_string(*number);
  if (const auto* group = from["remote_group_id"].as_string()) rule.remote_group.emplace(*group);
  return rule;
}

SecurityGroup read_security_group(const Reading& from) {
  SecurityGroup group{.id = SecurityGroupId(from.text("id")),
                      .name = from.text_or_empty("name"),
                      .description = from.text_or_empty("description"),
                      .rules = {}};
  for (const Reading& rule : from.items("security_group_rules"))
    group.rules.push_back(read_rule(rule));
  return group;
}

json::Array pairs_to_json(const std::vector<AddressPair>& pairs) {
  json::Array out;
  for (const AddressPair& pair : pairs) {
    const net::Prefix& prefix = pair.address;
    json::Object one{{"ip_address", prefix.is_host() ? net::to_string(prefix.address())
                                                     : net::to_string(prefix)}};
    if (pair.mac) one.set("mac_address", net::to_string(*pair.mac));
    out.emplace_back(std::move(one));
  }
  return out;
}

json::Object to_json(const NewPort& port) {
  json::Object out{{"network_id", port.network.value()}};
  if (!port.name.empty()) out.set("name", port.name);
  if (!port.description.empty()) out.set("description", port.description);
  if (!port.device_owner.empty()) out.set("device_owner", port.device_owner);
  if (!port.fixed_ips.empty()) {
    json::Array ips;
    for (const FixedIpRequest& wanted : port.fixed_ips) {
      json::Object one;
      if (wanted.subnet) one.set("subnet_id", wanted.subnet->value());
      if (wanted.address) one.set("ip_address", net::to_string(*wanted.address));
      ips.emplace_back(std::move(one));
    }
    out.set("fixed_ips", std::move(ips));
  }
  if (port.security_groups) out.set("security_groups", to_json(*port.security_groups));
  if (!port.allowed_address_pairs.empty())
    out.set("allowed_address_pairs", pairs_to_json(port.allowed_address_pairs));
  if (port.port_security_enabled) out.set("port_security_enabled", *port.port_security_enabled);
  return out;
}

json::Object to_json(const NewSubnet& subnet) {
  json::Object out{{"network_id", subnet.network.value()},
                   {"ip_version", subnet.cidr.address().is_v4() ? 4 : 6},
                   {"cidr", net::to_string(subnet.cidr)},
                   {"enable_dhcp", subnet.enable_dhcp}};
  if (!subnet.name.empty()) out.set("name", subnet.name);
  if (subnet.gateway) out.set("gateway_ip", net::to_string(*subnet.gateway));
  return out;
}

json::Object to_json(const NewSecurityGroupRule& rule) {
  json::Object out{{"security_group_id", rule.group.value()},
                   {"direction", rule.direction},
                   {"ethertype", rule.ethertype}};
  if (rule.protocol) out.set("protocol", *rule.protocol);
  if (rule.port_range_min) out.set("port_range_min", *rule.port_range_min);
  if (rule.port_range_max) out.set("port_range_max", *rule.port_range_max);
  if (rule.remote_prefix) out.set("remote_ip_prefix", net::to_string(*rule.remote_prefix));
  if (rule.remote_group) out.set("remote_group_id", rule.remote_group->value());
  return out;
}

json::Object to_json(const PortChange& change) {
  json::Object out;
  if (change.name) out.set("name", *change.name);
  if (change.description) out.set("description", *change.description);
  if (change.allowed_address_pairs)
    out.set("allowed_address_pairs", pairs_to_json(*change.allowed_address_pairs));
  if (change.security_groups) out.set("security_groups", to_json(*change.security_groups));
  return out;
}

std::string item(std::string_view collection, const std::string& id) {
  return fmt::format("/{}/{}", collection, http::percent_encode(id));
}

constexpr auto kNeutron = Service::Network;

}  // namespace

io::Task<Result<std::vector<Network>>> list_networks(Session& session, Filters filters) {
  return list_of(session, kNeutron, "/networks", "networks", std::move(filters), read_network);
}
io::Task<Result<Network>> show_network(Session& session, NetworkId id) {
  return one(session, kNeutron, "GET", item("networks", id.value()), "network", {}, read_network);
}
io::Task<Result<Network>> create_network(Session& session, std::string name,
                                         bool has_port_security) {
  json::Object network{{"name", std::move(name)}};
  if (!has_port_security) network.set("port_security_enabled", false);
  return one(session, kNeutron, "POST", "/networks", "network",
             json::Object{{"network", std::move(network)}}, read_network);
}
io::Task<Result<>> delete_network(Session& session, NetworkId id) {
  return remove(session, kNeutron, item("networks", id.value()));
}

io::Task<Result<std::vector<Subnet>>> list_subnets(Session& session, Filters filters) {
  return list_of(session, kNeutron, "/subnets", "subnets", std::move(filters), read_subnet);
}
io::Task<Result<Subnet>> show_subnet(Session& session, SubnetId id) {
  return one(session, kNeutron, "GET", item("subnets", id.value()), "subnet", {}, read_subnet);
}
io::Task<Result<Subnet>> create_subnet(Session& session, NewSubnet subnet) {
  return one(session, kNeutron, "POST", "/subnets", "subnet",
             json::Object{{"subnet", to_json(subnet)}}, read_subnet);
}
io::Task<Result<>> delete_subnet(Session& session, SubnetId id) {
  return remove(session, kNeutron, item("subnets", id.value()));
}

io::Task<Result<std::vector<Port>>> list_ports(Session& session, Filters filters) {
  return list_of(session, kNeutron, "/ports", "ports", std::move(filters), read_port);
}
io::Task<Result<Port>> show_port(Session& session, PortId id) {
  return one(session, kNeutron, "GET", item("ports", id.value()), "port", {}, read_port);
}
io::Task<Result<Port>> create_port(Session& session, NewPort port) {
  return one(session, kNeutron, "POST", "/ports", "port", json::Object{{"port", to_json(port)}},
             read_port);
}
io::Task<Result<Port>> update_port(Session& session, PortId id, PortChange change) {
  return one(session, kNeutron, "PUT", item("ports", id.value()), "port",
             json::Object{{"port", to_json(change)}}, read_port);
}
io::Task<Result<>> delete_port(Session& session, PortId id) {
  return remove(session, kNeutron, item("ports", id.value()));
}

io::Task<Result<std::vector<SecurityGroup>>> list_security_groups(Session& session,
                                                                  Filters filters) {
  return list_of(session, kNeutron, "/security-groups", "security_groups", std::move(filters),
                 read_security_group);
}
io::Task<Result<SecurityGroup>> show_security_group(Session& session, SecurityGroupId id) {
  return one(session, kNeutron, "GET", item("security-groups", id.value()), "security_group", {},
             read_security_group);
}
io::Task<Result<SecurityGroup>> create_security_group(Session& session, std::string name,
                                                      std::string description) {
  json::Object group{{"name", std::move(name)}, {"description", std::move(description)}};
  return one(session, kNeutron, "POST", "/security-groups", "security_group",
             json::Object{{"security_group", std::move(group)}}, read_security_group);
}
io::Task<Result<>> delete_security_group(Session& session, SecurityGroupId id) {
  return remove(session, kNeutron, item("security-groups", id.value()));
}
io::Task<Result<SecurityGroupRule>> create_security_group_rule(Session& session,
                                                               NewSecurityGroupRule rule) {
  return one(session, kNeutron, "POST", "/security-group-rules", "security_group_rule",
             json::Object{{"security_group_rule", to_json(rule)}}, read_rule);
}
io::Task<Result<>> delete_security_group_rule(Session& session, std::string id) {
  return remove(session, kNeutron, item("security-group-rules", id));
}

}  // namespace openstack
