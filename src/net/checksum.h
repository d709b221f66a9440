// The Internet checksum of RFC 1071, built up in pieces: add() what it covers, then value().
#pragma once

#include <cstdint>
#include <span>

#include "net/ip_address.h"

namespace net {

class InternetChecksum {
 public:
  // Pieces must have an even size, except the last one.
  InternetChecksum& add(std::span<const std::uint8_t> bytes);
  InternetChecksum& add(std::uint16_t word) {
    sum_ += word;
    return *this;
  }
  // The pseudo header: for IPv6 that of RFC 8200 section 8.1, for IPv4 that of TCP and UDP.
  InternetChecksum& add_pseudo_header(const IpAddress& source, const IpAddress& destination,
                                      std::uint8_t protocol, std::size_t length);
  // What goes into the checksum field; 0 over data that has a correct checksum in it.
  std::uint16_t value() const;

 private:
  std::uint64_t sum_ = 0;
};

}  // namespace net
