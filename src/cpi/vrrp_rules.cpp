#include "cpi/vrrp_rules.h"

#include <fmt/format.h>

#include <algorithm>

namespace cpi {
namespace {

using openstack::SecurityGroup;
using openstack::SecurityGroupRule;

const net::Prefix kLinkLocal = net::Prefix::parse("fe80::/10").value();

bool is_for_vrrp(const std::optional<std::string>& protocol) {
  return !protocol || protocol->empty() || *protocol == "any" || *protocol == "112" ||
         *protocol == "vrrp";
}

bool is_from_peers(const SecurityGroupRule& rule, const std::vector<SecurityGroup>& groups,
                   const net::IpAddress& peer) {
  if (rule.remote_group)
    return !peer.is_link_local() &&
           std::ranges::find(groups, *rule.remote_group, &SecurityGroup::id) != groups.end();
  return !rule.remote_prefix || rule.remote_prefix->contains(peer);
}

}  // namespace

net::IpAddress peer_source(const net::IpAddress& pair, const net::IpAddress& own) {
  if (!pair.is_v4()) return kLinkLocal.address();
  return own.is_v4() ? own : pair;
}

bool admits_vrrp(const std::vector<SecurityGroup>& groups, const net::IpAddress& peer) {
  for (const SecurityGroup& group : groups)
    for (const SecurityGroupRule& rule : group.rules)
      if (rule.direction == "ingress" && rule.ethertype == net::name(peer.family()) &&
          is_for_vrrp(rule.protocol) && is_from_peers(rule, groups, peer))
        return true;
  return false;
}

openstack::NewSecurityGroupRule rule_for_vrrp(const SecurityGroup& group, net::Family family) {
  openstack::NewSecurityGroupRule rule{
      .group = group.id, .ethertype = std::string(net::name(family)), .protocol = "112"};
  if (family == net::Family::Ipv6)
    rule.remote_prefix = kLinkLocal;
  else
    rule.remote_group = group.id;
  return rule;
}

std::string command_for_vrrp(const SecurityGroup& group, net::Family family) {
  return fmt::format("openstack security group rule create --ethertype {} --protocol 112 {} {}",
                     net::name(family),
                     family == net::Family::Ipv6 ? "--remote-ip " + net::to_string(kLinkLocal)
                                                 : "--remote-group " + group.id.value(),
                     group.id.value());
}

}  // namespace cpi
