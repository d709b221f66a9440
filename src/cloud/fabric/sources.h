// What a port may send from: its fixed addresses and allowed pairs, by MAC address. Pure.
#pragma once

#include <vector>

#include "cloud/fabric/fabric.h"

namespace cloud::fabric {

// The fewest prefixes that contain the same addresses, host bits cleared, sorted: an interval set
// of the kernel refuses overlaps.
std::vector<net::Prefix> without_overlaps(std::vector<net::Prefix> prefixes);

struct Source {
  net::MacAddress mac;
  std::vector<net::Prefix> ipv4;
  std::vector<net::Prefix> ipv6;  // with the link-local address that belongs to the MAC
};

// One for each MAC, the port's own first. Pairs of the port's own MAC and the fixed addresses are
// one source, so that a pair without a MAC lets the VIP pass from the port as it is.
std::vector<Source> permitted_sources(const PortSpec& port);

// fe80:: with the modified EUI-64 (RFC 4291, appendix A): what a kernel gives the interface.
net::IpAddress link_local(const net::MacAddress& mac);

}  // namespace cloud::fabric
