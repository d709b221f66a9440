// The cloud property allowed_address_pairs: one address as documented, and more: a list, networks,
// IPv6, {ip_address, mac_address}. Pure.
#pragma once

#include <vector>

#include "cpi/error.h"
#include "json/value.h"
#include "openstack/network.h"

namespace cpi {

// Null and [] are no pairs. Nothing twice.
Result<std::vector<openstack::AddressPair>> read_address_pairs(const json::Value& property);

// "10.0.0.50", or "10.0.0.0/28" for a network.
std::string shown(const openstack::AddressPair& pair);

// Why a port that carries a paired address cannot be its reservation; nothing if it can: found in
// the right network, with exactly this address, bound to nothing.
std::optional<std::string> why_no_reservation(const openstack::Port& port);

// Among the ports that Neutron found, those with this very address in this network. Filters of
// clouds differ; what they let through is compared here.
std::vector<openstack::Port> ports_with(const std::vector<openstack::Port>& ports,
                                        const openstack::NetworkId& network,
                                        const net::IpAddress& address);

// The check of the Ruby CPI, in the one network where it counts. The answer is the reservation.
Result<openstack::Port> find_reservation(const std::vector<openstack::Port>& ports,
                                         const openstack::NetworkId& network,
                                         const net::IpAddress& address);

}  // namespace cpi
