// The IPv4 header, as raw sockets show and take it.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "net/ip_address.h"

namespace net {

inline constexpr std::size_t kIpv4HeaderSize = 20;

struct Ipv4Header {
  IpAddress source;
  IpAddress destination;
  std::uint8_t protocol = 0;
  std::uint8_t ttl = 255;
  std::uint8_t type_of_service = 0;
  std::uint16_t identification = 0;

  bool operator==(const Ipv4Header&) const = default;
};

struct Ipv4Packet {
  Ipv4Header header;
  // The rest, cut to the header's total length: Ethernet pads short frames. A view of the input.
  std::span<const std::uint8_t> payload;
};

// Nothing if it is not a whole, unfragmented IPv4 packet. Options are skipped. The header's
// checksum is not verified: the kernel has done so before a raw socket sees the packet.
std::optional<Ipv4Packet> parse_ipv4(std::span<const std::uint8_t> bytes);

// Without options, with its checksum.
std::array<std::uint8_t, kIpv4HeaderSize> encode(const Ipv4Header& header,
                                                 std::size_t payload_size);

}  // namespace net
