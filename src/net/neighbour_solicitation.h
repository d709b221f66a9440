// Asking who has an IPv6 address (RFC 4861 section 7.2.2): what an ARP request is to IPv4.
#pragma once

#include <array>
#include <cstdint>

#include "net/ip_address.h"
#include "net/mac_address.h"

namespace net {

inline constexpr std::size_t kNeighbourSolicitationFrameSize = 86;

// To the solicited-node group of `target`; whoever has it answers `source`. A whole Ethernet frame.
std::array<std::uint8_t, kNeighbourSolicitationFrameSize> neighbour_solicitation(
    const IpAddress& target, const IpAddress& source, const MacAddress& mac);

}  // namespace net
