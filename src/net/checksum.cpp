#include "net/checksum.h"

namespace net {

InternetChecksum& InternetChecksum::add(std::span<const std::uint8_t> bytes) {
  std::size_t i = 0;
  for (; i + 1 < bytes.size(); i += 2) sum_ += std::uint64_t{bytes[i]} << 8 | bytes[i + 1];
  if (i < bytes.size()) sum_ += std::uint64_t{bytes[i]} << 8;
  return *this;
}

InternetChecksum& InternetChecksum::add_pseudo_header(const IpAddress& source,
                                                      const IpAddress& destination,
                                                      std::uint8_t protocol, std::size_t length) {
  add(source.bytes()).add(destination.bytes()).add(std::uint16_t{protocol});
  sum_ += length >> 16;  // 32 bits in IPv6's pseudo header; always 0 in IPv4's
  sum_ += length & 0xffff;
  return *this;
}

std::uint16_t InternetChecksum::value() const {
  std::uint64_t sum = sum_;
  while (sum >> 16 != 0) sum = (sum & 0xffff) + (sum >> 16);
  return static_cast<std::uint16_t>(~sum & 0xffff);
}

}  // namespace net
