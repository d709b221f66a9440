// Do a VM's security groups let its VRRP peers' advertisements in? Peers are VMs of the same
// instance group: in the same security groups and the same network. Pure.
#pragma once

#include <optional>
#include <vector>

#include "net/ip_address.h"
#include "openstack/network.h"

namespace cpi {

// What a peer's advertisements come from, for an address of this family: over IPv4 an address near
// the VM's own; over IPv6 a link-local one (RFC 9568 5.1.2.1).
net::IpAddress peer_source(const net::IpAddress& pair, const net::IpAddress& own);

// IP protocol 112 (RFC 9568 5.1.1.4), from `peer`, which has all these groups. Neutron takes a
// remote group for the fixed addresses of its members, among which no link-local one is.
bool admits_vrrp(const std::vector<openstack::SecurityGroup>& groups, const net::IpAddress& peer);

// The rule that would: from members of the group, or over IPv6 from link-local addresses.
openstack::NewSecurityGroupRule rule_for_vrrp(const openstack::SecurityGroup& group,
                                              net::Family family);

// The same as the command that an operator would type.
std::string command_for_vrrp(const openstack::SecurityGroup& group, net::Family family);

}  // namespace cpi
