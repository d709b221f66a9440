#include "net/arp.h"

#include <algorithm>

namespace net {
namespace {

// EtherType ARP, then hardware Ethernet, protocol IPv4 and their address sizes.
constexpr std::array<std::uint8_t, 8> kFixed{0x08, 0x06, 0x00, 0x01, 0x08, 0x00, 6, 4};

MacAddress mac_at(std::span<const std::uint8_t> frame, std::size_t offset) {
  MacAddress::Bytes bytes{};
  std::ranges::copy(frame.subspan(offset, bytes.size()), bytes.begin());
  return MacAddress(bytes);
}

}  // namespace

ArpFrame encode(const Arp& arp) {
  ArpFrame frame{};
  auto at = std::ranges::copy(arp.frame_destination.bytes(), frame.begin()).out;
  at = std::ranges::copy(arp.frame_source.bytes(), at).out;
  at = std::ranges::copy(kFixed, at).out;
  *at++ = 0;
  *at++ = static_cast<std::uint8_t>(arp.operation);
  at = std::ranges::copy(arp.sender_mac.bytes(), at).out;
  at = std::ranges::copy(arp.sender_ip.bytes(), at).out;
  at = std::ranges::copy(arp.target_mac.bytes(), at).out;
  std::ranges::copy(arp.target_ip.bytes(), at);
  return frame;
}

std::optional<Arp> parse_arp(std::span<const std::uint8_t> frame) {
  if (frame.size() < kArpFrameSize || !std::ranges::equal(frame.subspan(12, 8), kFixed))
    return std::nullopt;
  if (frame[20] != 0 || (frame[21] != 1 && frame[21] != 2)) return std::nullopt;
  return Arp{.frame_source = mac_at(frame, 6),
             .frame_destination = mac_at(frame, 0),
             .operation = static_cast<ArpOperation>(frame[21]),
             .sender_mac = mac_at(frame, 22),
             .sender_ip = *IpAddress::from_bytes(frame.subspan(28, 4)),
             .target_mac = mac_at(frame, 32),
             .target_ip = *IpAddress::from_bytes(frame.subspan(38, 4))};
}

ArpFrame gratuitous_arp(const IpAddress& address, const MacAddress& mac) {
  return encode(Arp{.frame_source = mac,
                    .frame_destination = MacAddress::broadcast(),
                    .operation = ArpOperation::Request,
                    .sender_mac = mac,
                    .sender_ip = address,
                    .target_mac = MacAddress::broadcast(),
                    .target_ip = address});
}

}  // namespace net
