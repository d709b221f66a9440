// The kernel's number of a network interface. Names change, indexes do not.
#pragma once

#include <compare>
#include <cstdint>

namespace net {

struct InterfaceIndex {
  std::uint32_t value = 0;

  friend constexpr auto operator<=>(InterfaceIndex, InterfaceIndex) = default;
};

}  // namespace net
