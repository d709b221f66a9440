#include "cloud/guest/sightings.h"

#include <fmt/format.h>

#include <algorithm>

#include "net/ip_address.h"
#include "net/mac_address.h"

namespace cloud::guest {
namespace {

using Bytes = std::span<const std::uint8_t>;
constexpr std::uint8_t kVrrp = 112;

net::IpAddress address(Bytes bytes) {
  return net::IpAddress::from_bytes(bytes).value();
}

// RFC 9568 5.1: version and type, VRID, priority.
std::string advertisement(const net::IpAddress& source, Bytes vrrp, std::int64_t micros) {
  if (vrrp.size() < 8 || (vrrp[0] & 0x0f) != 1) return "";
  return fmt::format("advert {} {} {} {} {}\n", micros, to_string(source), vrrp[0] >> 4, vrrp[1],
                     vrrp[2]);
}

std::string in_ipv4(Bytes frame, std::int64_t micros) {
  if (frame.size() < 20 || frame[0] >> 4 != 4 || frame[9] != kVrrp) return "";
  const std::size_t header = static_cast<std::size_t>(frame[0] & 0x0f) * 4;
  if (header < 20 || frame.size() < header) return "";
  return advertisement(address(frame.subspan(12, 4)), frame.subspan(header), micros);
}

std::string in_ipv6(Bytes frame, std::int64_t micros) {
  if (frame.size() < 40 || frame[6] != kVrrp) return "";
  return advertisement(address(frame.subspan(8, 16)), frame.subspan(40), micros);
}

// RFC 5227 3: sender and target are the same address, whether a request or a reply.
std::string in_arp(Bytes frame, std::int64_t micros) {
  if (frame.size() < 28) return "";
  constexpr std::uint8_t kStart[] = {0, 1, 8, 0, 6, 4};  // Ethernet and IPv4
  if (!std::ranges::equal(frame.first(6), kStart)) return "";
  if (!std::ranges::equal(frame.subspan(14, 4), frame.subspan(24, 4))) return "";
  net::MacAddress::Bytes mac;
  std::ranges::copy(frame.subspan(8, 6), mac.begin());
  return fmt::format("garp {} {} {}\n", micros, to_string(address(frame.subspan(14, 4))),
                     to_string(net::MacAddress(mac)));
}

}  // namespace

std::string sighting(std::uint16_t ether_type, std::span<const std::uint8_t> frame,
                     std::int64_t micros) {
  if (ether_type == 0x0800) return in_ipv4(frame, micros);
  if (ether_type == 0x86dd) return in_ipv6(frame, micros);
  if (ether_type == 0x0806) return in_arp(frame, micros);
  return "";
}

}  // namespace cloud::guest
