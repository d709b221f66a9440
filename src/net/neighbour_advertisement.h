// The unsolicited neighbour advertisement of RFC 4861: what gratuitous ARP is to IPv4.
#pragma once

#include <array>
#include <cstdint>

#include "net/ip_address.h"
#include "net/mac_address.h"

namespace net {

inline constexpr std::size_t kNeighbourAdvertisementFrameSize = 86;

// "address is at mac", to all nodes, overriding what they know; a whole Ethernet frame.
// `is_router`: forwarding is on for the interface; hosts drop a default router that says no.
std::array<std::uint8_t, kNeighbourAdvertisementFrameSize> unsolicited_neighbour_advertisement(
    const IpAddress& address, const MacAddress& mac, bool is_router);

}  // namespace net
