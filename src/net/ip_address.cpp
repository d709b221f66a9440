#include "net/ip_address.h"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <cassert>

#include "base/text.h"

namespace net {
namespace {

// Byte `index` of a mask of `length` bits.
std::uint8_t mask_byte(int length, std::size_t index) {
  const int bits = std::clamp(length - static_cast<int>(index) * 8, 0, 8);
  return static_cast<std::uint8_t>(0xff00U >> bits);
}

template <typename F>
IpAddress transform(const IpAddress& address, F change) {
  IpAddress::Ipv6Bytes bytes{};
  const auto from = address.bytes();
  for (std::size_t i = 0; i < from.size(); ++i) bytes[i] = change(from[i], i);
  return *IpAddress::from_bytes(std::span(bytes).first(from.size()));
}

}  // namespace

std::string_view name(Family family) {
  return family == Family::Ipv4 ? "IPv4" : "IPv6";
}

base::Result<IpAddress> IpAddress::parse(std::string_view text) {
  const std::string copy(text);  // inet_pton wants a terminated string
  Ipv4Bytes v4{};
  Ipv6Bytes v6{};
  if (copy.find('\0') == std::string::npos) {
    if (inet_pton(AF_INET, copy.c_str(), v4.data()) == 1) return IpAddress(v4);
    if (inet_pton(AF_INET6, copy.c_str(), v6.data()) == 1) return IpAddress(v6);
  }
  return base::fail(base::Kind::Invalid,
                    fmt::format("'{}' is not an IP address", base::printable(text)),
                    "an IPv4 address such as 10.0.0.5, or an IPv6 address such as fd00::5");
}

std::optional<IpAddress> IpAddress::from_bytes(std::span<const std::uint8_t> bytes) {
  if (bytes.size() == 4) return IpAddress(Ipv4Bytes{bytes[0], bytes[1], bytes[2], bytes[3]});
  if (bytes.size() != 16) return std::nullopt;
  Ipv6Bytes v6{};
  std::copy(bytes.begin(), bytes.end(), v6.begin());
  return IpAddress(v6);
}

std::uint32_t IpAddress::v4_value() const {
  assert(is_v4());
  return std::uint32_t{bytes_[0]} << 24 | std::uint32_t{bytes_[1]} << 16 |
         std::uint32_t{bytes_[2]} << 8 | std::uint32_t{bytes_[3]};
}

bool IpAddress::is_multicast() const {
  return is_v4() ? (bytes_[0] & 0xf0) == 0xe0 : bytes_[0] == 0xff;
}

bool IpAddress::is_link_local() const {
  return is_v4() ? bytes_[0] == 169 && bytes_[1] == 254
                 : bytes_[0] == 0xfe && (bytes_[1] & 0xc0) == 0x80;
}

bool IpAddress::is_unspecified() const {
  return std::ranges::all_of(bytes(), [](std::uint8_t byte) { return byte == 0; });
}

IpAddress IpAddress::plus(std::uint64_t step) const {
  Ipv6Bytes sum = bytes_;
  std::uint64_t carry = step;
  for (std::size_t i = bytes().size(); i-- > 0 && carry != 0;) {
    carry += sum[i];
    sum[i] = static_cast<std::uint8_t>(carry & 0xff);
    carry >>= 8;
  }
  return *from_bytes(std::span(sum).first(bytes().size()));
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = {};
  inet_ntop(address.is_v4() ? AF_INET : AF_INET6, address.bytes().data(), text, sizeof text);
  return text;
}

base::Result<Prefix> Prefix::from(IpAddress address, int length) {
  if (length < 0 || length > address.bits())
    return base::fail(base::Kind::Invalid,
                      fmt::format("mask length {} is outside 0..{}", length, address.bits()));
  return Prefix(address, length);
}

base::Result<Prefix> Prefix::parse(std::string_view text) {
  const auto slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::unexpected(address.error());
  if (slash == std::string_view::npos) return Prefix(*address, address->bits());
  const auto length = base::parse_number<int>(text.substr(slash + 1));
  if (!length)
    return base::fail(base::Kind::Invalid,
                      fmt::format("'{}' has no valid mask length", base::printable(text)),
                      "write it as address/bits, such as 10.0.0.0/24");
  return from(*address, *length);
}

IpAddress Prefix::network() const {
  return transform(address_, [this](std::uint8_t byte, std::size_t i) {
    return static_cast<std::uint8_t>(byte & mask_byte(length_, i));
  });
}

IpAddress Prefix::last() const {
  return transform(address_, [this](std::uint8_t byte, std::size_t i) {
    return static_cast<std::uint8_t>(byte | static_cast<std::uint8_t>(~mask_byte(length_, i)));
  });
}

IpAddress Prefix::netmask() const {
  return transform(address_, [this](std::uint8_t, std::size_t i) { return mask_byte(length_, i); });
}

bool Prefix::contains(const IpAddress& address) const {
  return address.family() == address_.family() && network() <= address && address <= last();
}

bool Prefix::overlaps(const Prefix& other) const {
  return contains(other.network()) || other.contains(network());
}

std::string to_string(const Prefix& prefix) {
  return fmt::format("{}/{}", to_string(prefix.address()), prefix.length());
}

}  // namespace net
