// The program by which the kernel drops, before it wakes us, VRRP packets for routers that are not
// here; and in a flood what cannot be an advertisement. What is left is checked, counted and judged
// by the core.
#pragma once

#include <linux/filter.h>

#include <cstdint>
#include <vector>

#include "agent/wire/packet_socket.h"

namespace agent::wire {

// For a raw socket: its packets start with the IP header over IPv4, and without it over IPv6.
std::vector<sock_filter> filter_for(Carrier carrier, const Listening& listening);
// The same, and of hopeless packets only one in `sample_of` passes, or none (0).
std::vector<sock_filter> strict_filter_for(Carrier carrier, const Listening& listening,
                                           std::uint32_t sample_of);

// By the fields that the strict filter looks at: TTL (of multicast over IPv4), version and type,
// and length.
bool is_hopeless(Carrier carrier, const Listening& listening, const vrrp::Datagram& datagram);

}  // namespace agent::wire
