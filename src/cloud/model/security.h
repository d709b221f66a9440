// Security groups: which rules may exist, and what they mean for a port.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/model/records.h"
#include "cloud/model/refusal.h"
#include "cloud/model/state.h"

namespace cloud::model {

// "tcp", "vrrp", "112": the number; nothing for what is no protocol. "icmp" in IPv6 is ICMPv6.
std::optional<std::uint8_t> protocol_number(std::string_view protocol, std::string_view ethertype);

// The name of the group that every project has and that ports get by themselves.
inline constexpr std::string_view kDefaultGroup = "default";

// Everything goes out; in the default group, also whatever its members send comes in.
std::vector<SecurityGroupRule> initial_rules(const SecurityGroup& group,
                                             const std::function<std::string()>& new_id, Time now);

Allowed<> check_rule(const SecurityGroupRule& rule);
// SecurityGroupRuleExists when the group has one that means the same.
Allowed<> check_is_new(const State& state, const SecurityGroupRule& rule);

// What a remote group stands for: fixed addresses and allowed pairs of the ports in it.
std::vector<net::Prefix> member_addresses(const State& state, std::string_view group_id);
// The groups that rules refer to as remote.
std::set<std::string> remote_groups(const State& state);

// All rules that judge this port's packets, of all its groups.
std::vector<const SecurityGroupRule*> rules_of(const State& state, const Port& port);

const SecurityGroup* default_group(const State& state, std::string_view project_id);

}  // namespace cloud::model
