// Random numbers that are the same on every machine: a seed is a scenario that can be told again.
#pragma once

#include <cstdint>

#include "vrrp/types.h"

namespace scenario {

class Random {  // SplitMix64
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // 0 .. limit-1
  std::size_t below(std::size_t limit) { return static_cast<std::size_t>(next() % limit); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  vrrp::Duration between(vrrp::Duration least, vrrp::Duration most) {
    return least + vrrp::Duration(static_cast<std::int64_t>(
                       below(static_cast<std::size_t>((most - least).count()) + 1)));
  }
  template <typename Container>
  const auto& pick(const Container& container) {
    return container[below(container.size())];
  }

 private:
  std::uint64_t state_;
};

}  // namespace scenario
