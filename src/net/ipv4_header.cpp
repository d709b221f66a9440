#include "net/ipv4_header.h"

#include <algorithm>

#include "net/checksum.h"

namespace net {

std::optional<Ipv4Packet> parse_ipv4(std::span<const std::uint8_t> bytes) {
  if (bytes.size() < kIpv4HeaderSize || bytes[0] >> 4 != 4) return std::nullopt;
  const std::size_t header_size = std::size_t{4} * (bytes[0] & 0x0f);
  const std::size_t total = std::size_t{bytes[2]} << 8 | bytes[3];
  if (header_size < kIpv4HeaderSize || total < header_size || total > bytes.size())
    return std::nullopt;
  const bool is_fragment = (bytes[6] & 0x3f) != 0 || bytes[7] != 0;  // more to come, or an offset
  if (is_fragment) return std::nullopt;
  return Ipv4Packet{
      Ipv4Header{.source = *IpAddress::from_bytes(bytes.subspan(12, 4)),
                 .destination = *IpAddress::from_bytes(bytes.subspan(16, 4)),
                 .protocol = bytes[9],
                 .ttl = bytes[8],
                 .type_of_service = bytes[1],
                 .identification = static_cast<std::uint16_t>(bytes[4] << 8 | bytes[5])},
      bytes.subspan(header_size, total - header_size)};
}

std::array<std::uint8_t, kIpv4HeaderSize> encode(const Ipv4Header& header,
                                                 std::size_t payload_size) {
  const std::size_t total = kIpv4HeaderSize + payload_size;
  std::array<std::uint8_t, kIpv4HeaderSize> bytes{
      0x45,
      header.type_of_service,
      static_cast<std::uint8_t>(total >> 8),
      static_cast<std::uint8_t>(total),
      static_cast<std::uint8_t>(header.identification >> 8),
      static_cast<std::uint8_t>(header.identification),
      0,
      0,
      header.ttl,
      header.protocol};
  std::ranges::copy(header.source.bytes(), bytes.begin() + 12);
  std::ranges::copy(header.destination.bytes(), bytes.begin() + 16);
  const std::uint16_t checksum = InternetChecksum().add(bytes).value();
  bytes[10] = static_cast<std::uint8_t>(checksum >> 8);
  bytes[11] = static_cast<std::uint8_t>(checksum);
  return bytes;
}

}  // namespace net
