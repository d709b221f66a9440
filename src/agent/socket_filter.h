// The program by which the kernel drops, before it wakes us, VRRP packets for routers that are not
// here. What is left is checked, counted and judged by the core.
#pragma once

#include <linux/filter.h>

#include <bitset>
#include <vector>

namespace agent {

// For an IPv4 raw socket of protocol 112, whose packets start with the IP header.
std::vector<sock_filter> filter_for(const std::bitset<256>& vrids);

}  // namespace agent
