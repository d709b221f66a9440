#include "net/neighbour_advertisement.h"

#include <algorithm>
#include <cassert>
#include <span>

#include "net/checksum.h"

namespace net {
namespace {

constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::uint8_t kTypeNeighbourAdvertisement = 136;
constexpr std::uint8_t kTargetLinkLayerAddress = 2;
constexpr std::uint8_t kRouterFlag = 0x80;
constexpr std::uint8_t kSolicitedFlag = 0x40;
constexpr std::uint8_t kOverrideFlag = 0x20;
constexpr std::size_t kEthernetSize = 14;
constexpr std::size_t kIpv6Size = 40;
constexpr std::size_t kIcmpAt = kEthernetSize + kIpv6Size;
constexpr std::size_t kIcmpSize = kNeighbourAdvertisementFrameSize - kIcmpAt;
constexpr IpAddress kAllNodes(IpAddress::Ipv6Bytes{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                                   0, 1});

}  // namespace

std::array<std::uint8_t, kNeighbourAdvertisementFrameSize> unsolicited_neighbour_advertisement(
    const IpAddress& address, const MacAddress& mac, bool is_router) {
  assert(!address.is_v4());
  std::array<std::uint8_t, kNeighbourAdvertisementFrameSize> frame{0x33, 0x33, 0, 0, 0, 1};
  std::ranges::copy(mac.bytes(), frame.begin() + 6);
  frame[12] = 0x86;
  frame[13] = 0xdd;

  frame[kEthernetSize] = 0x60;
  frame[kEthernetSize + 5] = kIcmpSize;
  frame[kEthernetSize + 6] = kIcmpv6;
  frame[kEthernetSize + 7] = 255;
  std::ranges::copy(address.bytes(), frame.begin() + kEthernetSize + 8);
  std::ranges::copy(kAllNodes.bytes(), frame.begin() + kEthernetSize + 24);

  frame[kIcmpAt] = kTypeNeighbourAdvertisement;
  frame[kIcmpAt + 4] = static_cast<std::uint8_t>(kOverrideFlag | (is_router ? kRouterFlag : 0));
  std::ranges::copy(address.bytes(), frame.begin() + kIcmpAt + 8);
  frame[kIcmpAt + 24] = kTargetLinkLayerAddress;
  frame[kIcmpAt + 25] = 1;  // in units of 8 bytes
  std::ranges::copy(mac.bytes(), frame.begin() + kIcmpAt + 26);

  const std::uint16_t checksum = InternetChecksum()
                                     .add(std::span(frame).subspan(kIcmpAt))
                                     .add_pseudo_header(address, kAllNodes, kIcmpv6, kIcmpSize)
                                     .value();
  frame[kIcmpAt + 2] = static_cast<std::uint8_t>(checksum >> 8);
  frame[kIcmpAt + 3] = static_cast<std::uint8_t>(checksum);
  return frame;
}

std::optional<NeighbourAdvertisement> parse_neighbour_advertisement(
    std::span<const std::uint8_t> frame) {
  constexpr std::size_t kOptionsAt = kIcmpAt + 24;
  if (frame.size() < kOptionsAt || frame[12] != 0x86 || frame[13] != 0xdd ||
      frame[kEthernetSize] >> 4 != 6 || frame[kEthernetSize + 6] != kIcmpv6 ||
      frame[kEthernetSize + 7] != 255 || frame[kIcmpAt] != kTypeNeighbourAdvertisement ||
      frame[kIcmpAt + 1] != 0)
    return std::nullopt;
  const std::size_t size =
      static_cast<std::size_t>(frame[kEthernetSize + 4] << 8 | frame[kEthernetSize + 5]);
  if (size < kOptionsAt - kIcmpAt || kIcmpAt + size > frame.size()) return std::nullopt;
  const auto mac_at = [&](std::size_t offset) {
    MacAddress::Bytes bytes{};
    std::ranges::copy(frame.subspan(offset, bytes.size()), bytes.begin());
    return MacAddress(bytes);
  };
  NeighbourAdvertisement out{.target = *IpAddress::from_bytes(frame.subspan(kIcmpAt + 8, 16)),
                             .mac = mac_at(6),
                             .is_solicited = (frame[kIcmpAt + 4] & kSolicitedFlag) != 0};
  for (std::size_t at = kOptionsAt; at + 8 <= kIcmpAt + size;) {
    if (frame[at + 1] == 0) return std::nullopt;  // RFC 4861 section 4.6
    if (frame[at] == kTargetLinkLayerAddress) out.mac = mac_at(at + 2);
    at += std::size_t{8} * frame[at + 1];
  }
  return out;
}

}  // namespace net
