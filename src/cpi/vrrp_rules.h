// Do a VM's security groups let its VRRP peers' advertisements in? Peers are VMs of the same
// instance group: in the same security groups and the same network. Pure.
#pragma once

#include <optional>
#include <vector>

#include "net/ip_address.h"
#include "openstack/network.h"

namespace cpi {

// IP protocol 112 (RFC 9568 5.1.1.4), from a peer that has all these groups and an address near
// `own`.
bool admits_vrrp(const std::vector<openstack::SecurityGroup>& groups, const net::IpAddress& own);

// The rule that would: from members of the first group to its members.
openstack::NewSecurityGroupRule rule_for_vrrp(const openstack::SecurityGroup& group,
                                              net::Family family);

// The same as the command that an operator would type.
std::string command_for_vrrp(const openstack::SecurityGroup& group, net::Family family);

}  // namespace cpi
