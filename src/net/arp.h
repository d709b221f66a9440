// ARP for IPv4 over Ethernet (RFC 826), whole frames as an AF_PACKET socket sends and receives
// them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>

#include "net/ip_address.h"
#include "net/mac_address.h"

namespace net {

inline constexpr std::size_t kArpFrameSize = 42;
inline constexpr std::uint16_t kEtherTypeArp = 0x0806;
using ArpFrame = std::array<std::uint8_t, kArpFrameSize>;

enum class ArpOperation : std::uint16_t { Request = 1, Reply = 2 };

struct Arp {
  MacAddress frame_source;
  MacAddress frame_destination;
  ArpOperation operation = ArpOperation::Request;
  MacAddress sender_mac;
  IpAddress sender_ip;
  MacAddress target_mac;
  IpAddress target_ip;

  bool is_gratuitous() const { return sender_ip == target_ip; }
  bool operator==(const Arp&) const = default;
};

ArpFrame encode(const Arp& arp);

// From the Ethernet header on, untagged; padding is ignored.
std::optional<Arp> parse_arp(std::span<const std::uint8_t> frame);

// "address is at mac", to everybody: a broadcast request about oneself, which is what keepalived
// and FRR send and what switches and hosts learn from.
ArpFrame gratuitous_arp(const IpAddress& address, const MacAddress& mac);

}  // namespace net
