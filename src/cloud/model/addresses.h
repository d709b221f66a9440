// Which addresses a subnet hands out, and which a port gets.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "cloud/model/records.h"
#include "cloud/model/refusal.h"
#include "cloud/model/state.h"
#include "json/value.h"

namespace cloud::model {

// The first address of the network, unless the client chooses.
net::IpAddress default_gateway(const net::Prefix& cidr);
// All host addresses but the gateway: up to two ranges.
std::vector<AddressRange> default_pools(const net::Prefix& cidr,
                                        const std::optional<net::IpAddress>& gateway);
// Every pool in the network, none overlapping, none with the gateway in it.
Allowed<> check_pools(const Subnet& subnet);

// May a host have it: in the network, and not its network or broadcast address.
bool is_host_address(const net::Prefix& cidr, const net::IpAddress& address);

// Addresses of ports on this network, without those of `except_port`.
std::set<net::IpAddress> addresses_in_use(const State& state, std::string_view network_id,
                                          std::string_view except_port);
// The lowest free address of the pools.
std::optional<net::IpAddress> next_free(const Subnet& subnet,
                                        const std::set<net::IpAddress>& in_use);

// What the port gets for the fixed_ips that a client sent: a list of {ip_address} and {subnet_id},
// or null for "choose": one address of the first IPv4 and of the first IPv6 subnet.
Allowed<std::vector<FixedIp>> allocate(const State& state, const Network& network,
                                       const json::Value& sent, std::string_view port_id);

}  // namespace cloud::model
