#include "cpi/vrrp_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace cpi {
namespace {

using openstack::SecurityGroup;
using openstack::SecurityGroupRule;

bool is_for_vrrp(const std::optional<std::string>& protocol) {
  return !protocol || protocol->empty() || *protocol == "any" || *protocol == "112" ||
         *protocol == "vrrp";
}

bool is_from_peers(const SecurityGroupRule& rule, const std::vector<SecurityGroup>& groups,
                   const net::IpAddress& own) {
  if (rule.remote_group)
    return std::ranges::find(groups, *rule.remote_group, &SecurityGroup::id) != groups.end();
  return !rule.remote_prefix || rule.remote_prefix->contains(own);
}

}  // namespace

bool admits_vrrp(const std::vector<SecurityGroup>& groups, const net::IpAddress& own) {
  for (const SecurityGroup& group : groups)
    for (const SecurityGroupRule& rule : group.rules)
      if (rule.direction == "ingress" && rule.ethertype == net::name(own.family()) &&
          is_for_vrrp(rule.protocol) && is_from_peers(rule, groups, own))
        return true;
  return false;
}

openstack::NewSecurityGroupRule rule_for_vrrp(const SecurityGroup& group, net::Family family) {
  return {.group = group.id,
          .ethertype = std::string(net::name(family)),
          .protocol = "112",
          .remote_group = group.id};
}

std::string command_for_vrrp(const SecurityGroup& group, net::Family family) {
  return fmt::format(
      "openstack security group rule create --ethertype {} --protocol 112 --remote-group {} {}",
      net::name(family), group.id.value(), group.id.value());
}

}  // namespace cpi
