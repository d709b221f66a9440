// The program by which the kernel drops, before it wakes us, VRRP packets for routers that are not
// here. What is left is checked, counted and judged by the core.
#pragma once

#include <linux/filter.h>

#include <bitset>
#include <vector>

#include "agent/packet_socket.h"

namespace agent {

// For a raw socket: its packets start with the IP header over IPv4, and without it over IPv6.
std::vector<sock_filter> filter_for(Carrier carrier, const std::bitset<256>& vrids);

}  // namespace agent
