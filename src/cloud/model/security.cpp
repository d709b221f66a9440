#include "cloud/model/security.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/text.h"
#include "cloud/model/address_pairs.h"

namespace cloud::model {

namespace {

using Named = std::pair<std::string_view, std::uint8_t>;
// The names that Neutron takes.
constexpr std::array kProtocols = {
    Named{"icmp", 1},       Named{"igmp", 2},        Named{"ipip", 4},
    Named{"tcp", 6},        Named{"egp", 8},         Named{"udp", 17},
    Named{"dccp", 33},      Named{"ipv6-encap", 41}, Named{"ipv6-route", 43},
    Named{"ipv6-frag", 44}, Named{"rsvp", 46},       Named{"gre", 47},
    Named{"esp", 50},       Named{"ah", 51},         Named{"ipv6-icmp", 58},
    Named{"icmpv6", 58},    Named{"ipv6-nonxt", 59}, Named{"ipv6-opts", 60},
    Named{"ospf", 89},      Named{"vrrp", 112},      Named{"pgm", 113},
    Named{"sctp", 132},     Named{"udplite", 136},
};

bool has_ports(std::uint8_t protocol) {
  return protocol == 6 || protocol == 17 || protocol == 33 || protocol == 132 || protocol == 136;
}
bool is_icmp(std::uint8_t protocol) {
  return protocol == 1 || protocol == 58;
}

Allowed<> check_range(const SecurityGroupRule& rule, std::uint8_t protocol) {
  const auto& low = rule.port_range_min;
  const auto& high = rule.port_range_max;
  if (is_icmp(protocol)) {
    for (const auto& [value, field] :
         {std::pair(low, "port_range_min"), std::pair(high, "port_range_max")})
      if (value && (*value < 0 || *value > 255))
        return refuse(
            400, "SecurityGroupInvalidIcmpValue",
            fmt::format("Invalid value for ICMP {} ({}). It must be 0 to 255.", field, *value));
    if (high && !low)
      return refuse(400, "SecurityGroupMissingIcmpType",
                    fmt::format("ICMP code (port-range-max) {} is provided but ICMP type "
                                "(port-range-min) is missing.",
                                *high));
    return {};
  }
  if (!low && !high) return {};
  if (!has_ports(protocol))
    return refuse(400, "SecurityGroupInvalidProtocolForPort",
                  fmt::format("Invalid protocol {} for port range, only supported for TCP, UDP, "
                              "UDPLITE, SCTP and DCCP.",
                              rule.protocol));
  const auto is_port = [](const std::optional<std::int64_t>& value) {
    return value && *value >= 1 && *value <= 65535;
  };
  if (!is_port(low) || !is_port(high) || *low > *high)
    return refuse(400, "SecurityGroupInvalidPortRange",
                  "For TCP/UDP protocols, port_range_min must be <= port_range_max");
  return {};
}

}  // namespace

std::optional<std::uint8_t> protocol_number(std::string_view protocol, std::string_view ethertype) {
  for (const auto& [name, number] : kProtocols)
    if (base::equals_ignoring_case(protocol, name))
      return number == 1 && ethertype == "IPv6" ? std::uint8_t{58} : number;
  return base::parse_number<std::uint8_t>(protocol);
}

std::vector<SecurityGroupRule> initial_rules(const SecurityGroup& group,
                                             const std::function<std::string()>& new_id, Time now) {
  std::vector<SecurityGroupRule> rules;
  for (const char* direction : {"egress", "ingress"})
    for (const char* ethertype : {"IPv4", "IPv6"}) {
      const bool is_ingress = std::string_view(direction) == "ingress";
      if (is_ingress && group.name != kDefaultGroup) continue;
      SecurityGroupRule rule;
      rule.id = new_id();
      rule.project_id = group.project_id;
      rule.created_at = rule.updated_at = now;
      rule.security_group_id = group.id;
      rule.direction = direction;
      rule.ethertype = ethertype;
      if (is_ingress) rule.remote_group_id = group.id;
      rules.push_back(std::move(rule));
    }
  return rules;
}

Allowed<> check_rule(const SecurityGroupRule& rule) {
  if (rule.direction != "ingress" && rule.direction != "egress")
    return bad_request(
        fmt::format("Invalid input for direction. Reason: '{}' is not in "
                    "['ingress', 'egress'].",
                    rule.direction));
  if (rule.ethertype != "IPv4" && rule.ethertype != "IPv6")
    return bad_request(
        fmt::format("Invalid input for ethertype. Reason: '{}' is not in "
                    "['IPv4', 'IPv6'].",
                    rule.ethertype));
  if (!rule.remote_ip_prefix.empty() && !rule.remote_group_id.empty())
    return refuse(400, "SecurityGroupRemoteGroupAndRemoteIpPrefix",
                  "Only remote_ip_prefix or remote_group_id may be provided.");
  if (!rule.remote_ip_prefix.empty()) {
    const auto prefix = net::Prefix::parse(rule.remote_ip_prefix);
    if (!prefix)
      return bad_request(
          fmt::format("Invalid input for remote_ip_prefix. Reason: '{}' is not a "
                      "valid IP subnet.",
                      rule.remote_ip_prefix));
    if (net::name(prefix->address().family()) != rule.ethertype)
      return refuse(400, "SecurityGroupRuleParameterConflict",
                    fmt::format("Conflicting value ethertype {} for CIDR {}", rule.ethertype,
                                rule.remote_ip_prefix));
  }
  if (rule.protocol.empty()) {
    if (rule.port_range_min || rule.port_range_max)
      return refuse(400, "SecurityGroupProtocolRequiredWithPorts",
                    "Must also specify protocol if port range is given.");
    return {};
  }
  const auto protocol = protocol_number(rule.protocol, rule.ethertype);
  if (!protocol)
    return refuse(400, "SecurityGroupRuleInvalidProtocol",
                  fmt::format("Security group rule protocol {} not supported. Only protocol values "
                              "tcp, udp, icmp, vrrp and others by name, and integer "
                              "representations [0 to 255] are supported.",
                              rule.protocol));
  if (rule.ethertype == "IPv4" && *protocol == 58)
    return refuse(
        400, "SecurityGroupEthertypeConflictWithProtocol",
        fmt::format("Invalid ethertype {} for protocol {}.", rule.ethertype, rule.protocol));
  return check_range(rule, *protocol);
}

Allowed<> check_is_new(const State& state, const SecurityGroupRule& rule) {
  const auto meaning = [](const SecurityGroupRule& each) {
    return std::tuple(each.security_group_id, each.direction, each.ethertype,
                      protocol_number(each.protocol, each.ethertype), each.port_range_min,
                      each.port_range_max, each.remote_ip_prefix, each.remote_group_id);
  };
  for (const auto& [id, other] : state.security_group_rules)
    if (id != rule.id && meaning(other) == meaning(rule))
      return refuse(409, "SecurityGroupRuleExists",
                    fmt::format("Security group rule already exists. Rule id is {}.", id));
  return {};
}

std::vector<net::Prefix> member_addresses(const State& state, std::string_view group_id) {
  std::set<net::Prefix> addresses;
  for (const auto& [id, port] : state.ports) {
    if (std::ranges::find(port.security_group_ids, group_id) == port.security_group_ids.end())
      continue;
    for (const FixedIp& fixed : port.fixed_ips)
      addresses.insert(*net::Prefix::from(fixed.address, fixed.address.bits()));
    for (const AddressPair& pair : port.allowed_address_pairs) addresses.insert(prefix_of(pair));
  }
  return {addresses.begin(), addresses.end()};
}

std::set<std::string> remote_groups(const State& state) {
  std::set<std::string> groups;
  for (const auto& [id, rule] : state.security_group_rules)
    if (!rule.remote_group_id.empty()) groups.insert(rule.remote_group_id);
  return groups;
}

std::vector<const SecurityGroupRule*> rules_of(const State& state, const Port& port) {
  std::vector<const SecurityGroupRule*> rules;
  for (const auto& [id, rule] : state.security_group_rules)
    if (std::ranges::find(port.security_group_ids, rule.security_group_id) !=
        port.security_group_ids.end())
      rules.push_back(&rule);
  return rules;
}

const SecurityGroup* default_group(const State& state, std::string_view project_id) {
  for (const auto& [id, group] : state.security_groups)
    if (group.project_id == project_id && group.name == kDefaultGroup) return &group;
  return nullptr;
}

}  // namespace cloud::model
