#include "net/neighbour_solicitation.h"

#include <algorithm>
#include <cassert>
#include <span>

#include "net/checksum.h"

namespace net {
namespace {

constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::uint8_t kTypeNeighbourSolicitation = 135;
constexpr std::uint8_t kSourceLinkLayerAddress = 1;
constexpr std::size_t kEthernetSize = 14;
constexpr std::size_t kIcmpAt = kEthernetSize + 40;
constexpr std::size_t kIcmpSize = kNeighbourSolicitationFrameSize - kIcmpAt;

// RFC 4291 section 2.7.1: ff02::1:ffXX:XXXX with the last three bytes.
IpAddress solicited_node_group(const IpAddress& target) {
  IpAddress::Ipv6Bytes group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
  std::ranges::copy(target.bytes().last(3), group.begin() + 13);
  return IpAddress(group);
}

}  // namespace

std::array<std::uint8_t, kNeighbourSolicitationFrameSize> neighbour_solicitation(
    const IpAddress& target, const IpAddress& source, const MacAddress& mac) {
  assert(!target.is_v4() && !source.is_v4());
  const IpAddress group = solicited_node_group(target);
  std::array<std::uint8_t, kNeighbourSolicitationFrameSize> frame{0x33, 0x33};
  std::ranges::copy(group.bytes().last(4), frame.begin() + 2);
  std::ranges::copy(mac.bytes(), frame.begin() + 6);
  frame[12] = 0x86;
  frame[13] = 0xdd;

  frame[kEthernetSize] = 0x60;
  frame[kEthernetSize + 5] = kIcmpSize;
  frame[kEthernetSize + 6] = kIcmpv6;
  frame[kEthernetSize + 7] = 255;
  std::ranges::copy(source.bytes(), frame.begin() + kEthernetSize + 8);
  std::ranges::copy(group.bytes(), frame.begin() + kEthernetSize + 24);

  frame[kIcmpAt] = kTypeNeighbourSolicitation;
  std::ranges::copy(target.bytes(), frame.begin() + kIcmpAt + 8);
  frame[kIcmpAt + 24] = kSourceLinkLayerAddress;
  frame[kIcmpAt + 25] = 1;  // in units of 8 bytes
  std::ranges::copy(mac.bytes(), frame.begin() + kIcmpAt + 26);

  const std::uint16_t checksum = InternetChecksum()
                                     .add(std::span(frame).subspan(kIcmpAt))
                                     .add_pseudo_header(source, group, kIcmpv6, kIcmpSize)
                                     .value();
  frame[kIcmpAt + 2] = static_cast<std::uint8_t>(checksum >> 8);
  frame[kIcmpAt + 3] = static_cast<std::uint8_t>(checksum);
  return frame;
}

}  // namespace net
