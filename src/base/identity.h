// Who a process runs as.
#pragma once

#include <cstdint>
#include <vector>

namespace base {

struct Identity {
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  std::vector<std::uint32_t> more_groups = {};

  bool operator==(const Identity&) const = default;
};

}  // namespace base
