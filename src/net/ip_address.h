// An IPv4 or IPv6 address, and a prefix (network or host with its mask length).
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/error.h"

namespace net {

enum class Family { Ipv4, Ipv6 };

std::string_view name(Family family);  // "IPv4", "IPv6"

class IpAddress {
 public:
  using Ipv4Bytes = std::array<std::uint8_t, 4>;
  using Ipv6Bytes = std::array<std::uint8_t, 16>;

  constexpr explicit IpAddress(Ipv4Bytes bytes) : family_(Family::Ipv4) {
    for (std::size_t i = 0; i < bytes.size(); ++i) bytes_[i] = bytes[i];
  }
  constexpr explicit IpAddress(Ipv6Bytes bytes) : family_(Family::Ipv6), bytes_(bytes) {}
  // 0x0a000001 is 10.0.0.1.
  static constexpr IpAddress v4(std::uint32_t value) {
    return IpAddress(
        Ipv4Bytes{static_cast<std::uint8_t>(value >> 24), static_cast<std::uint8_t>(value >> 16),
                  static_cast<std::uint8_t>(value >> 8), static_cast<std::uint8_t>(value)});
  }
  // Dotted quad without leading zeros, or RFC 4291 text; no scope, no prefix.
  static base::Result<IpAddress> parse(std::string_view text);
  // 4 or 16 bytes in network order; nothing for any other size.
  static std::optional<IpAddress> from_bytes(std::span<const std::uint8_t> bytes);

  constexpr Family family() const { return family_; }
  constexpr bool is_v4() const { return family_ == Family::Ipv4; }
  constexpr int bits() const { return is_v4() ? 32 : 128; }
  // Network order, 4 or 16 of them.
  constexpr std::span<const std::uint8_t> bytes() const {
    return std::span(bytes_).first(is_v4() ? 4 : 16);
  }
  std::uint32_t v4_value() const;  // only for IPv4
  bool is_multicast() const;
  bool is_link_local() const;  // 169.254/16, fe80::/10
  bool is_unspecified() const;
  // The address `step` further on; wraps round.
  IpAddress plus(std::uint64_t step) const;

  // IPv4 sorts before IPv6; within a family as unsigned numbers (the tie-break of RFC 9568, 6.4.3).
  friend constexpr auto operator<=>(const IpAddress&, const IpAddress&) = default;

 private:
  Family family_;
  Ipv6Bytes bytes_{};
};

std::string to_string(const IpAddress& address);  // canonical: RFC 5952 for IPv6

// An address with a mask length. Host bits are kept: 10.0.0.5/24 is an interface's address,
// 10.0.0.0/24 a network.
class Prefix {
 public:
  static base::Result<Prefix> from(IpAddress address, int length);
  // "10.0.0.5/24"; without "/n" the whole address (/32, /128).
  static base::Result<Prefix> parse(std::string_view text);

  const IpAddress& address() const { return address_; }
  int length() const { return length_; }
  bool is_host() const { return length_ == address_.bits(); }
  IpAddress network() const;  // host bits cleared
  IpAddress last() const;     // host bits set: the broadcast address of an IPv4 network
  IpAddress netmask() const;
  bool contains(const IpAddress& address) const;  // false for the other family
  bool overlaps(const Prefix& other) const;
  friend auto operator<=>(const Prefix&, const Prefix&) = default;

 private:
  Prefix(IpAddress address, int length) : address_(address), length_(length) {}
  IpAddress address_;
  int length_;
};

std::string to_string(const Prefix& prefix);  // always with "/n"

}  // namespace net
