// The unsolicited neighbour advertisement of RFC 4861: what gratuitous ARP is to IPv4.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "net/ip_address.h"
#include "net/mac_address.h"

namespace net {

inline constexpr std::size_t kNeighbourAdvertisementFrameSize = 86;

// "address is at mac", to all nodes, overriding what they know; a whole Ethernet frame.
// `is_router`: forwarding is on for the interface; hosts drop a default router that says no.
std::array<std::uint8_t, kNeighbourAdvertisementFrameSize> unsolicited_neighbour_advertisement(
    const IpAddress& address, const MacAddress& mac, bool is_router);

// Any neighbour advertisement, asked for or not.
struct NeighbourAdvertisement {
  IpAddress target;
  MacAddress mac;  // by its option; without one, of the frame's sender
  bool is_solicited = false;
};
// From the Ethernet header on, untagged. Nothing unless it is whole and came from this link (hop
// limit 255); the checksum is not looked at.
std::optional<NeighbourAdvertisement> parse_neighbour_advertisement(
    std::span<const std::uint8_t> frame);

}  // namespace net
