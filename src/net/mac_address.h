// An Ethernet address.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace net {

class MacAddress {
 public:
  using Bytes = std::array<std::uint8_t, 6>;

  constexpr explicit MacAddress(Bytes bytes) : bytes_(bytes) {}
  // "fa:16:3e:00:00:01", in any case, with ':' or '-' between six bytes.
  static base::Result<MacAddress> parse(std::string_view text);
  static constexpr MacAddress broadcast() {
    return MacAddress({0xff, 0xff, 0xff, 0xff, 0xff, 0xff});
  }

  constexpr const Bytes& bytes() const { return bytes_; }
  constexpr bool is_multicast() const { return (bytes_[0] & 1) != 0; }
  friend constexpr auto operator<=>(const MacAddress&, const MacAddress&) = default;

 private:
  Bytes bytes_;
};

std::string to_string(const MacAddress& mac);  // lower case, ':' between bytes

}  // namespace net
