// How much of a seed's scenario takes place. A seed that failed is told again with less and less in
// it, as long as it fails the same way: what is left is what people have to read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace scenario {

enum class Hazard : unsigned {
  Loss,
  Duplication,
  Slowness,
  Split,
  OneWay,
  Crash,
  Sleep,
  LinkFlap,
  Priority,
  Command,
  Garbage,
  Leaving,
  Drift,
  Script,
  ClockStep,
  Replay,
  // Not hazards, but what a failure may do without.
  Group,
  Proof,
  Ipv6,
};
inline constexpr unsigned kHazards = static_cast<unsigned>(Hazard::Ipv6) + 1;
std::string_view name(Hazard hazard);

struct Scope {
  std::size_t nodes = 5;  // at most
  int phases = 7;         // at most
  std::uint32_t excluded = 0;

  bool allows(Hazard hazard) const { return (excluded >> static_cast<unsigned>(hazard) & 1U) == 0; }
  Scope without(Hazard hazard) const {
    return {nodes, phases, excluded | 1U << static_cast<unsigned>(hazard)};
  }
  bool operator==(const Scope&) const = default;
};
std::string describe(const Scope& scope);  // "nodes <= 2, phases <= 3; without loss, drift"

// The least scope found for which `fails` is still true. It is true for `whole`.
Scope shrink(const Scope& whole, const std::function<bool(const Scope&)>& fails);

}  // namespace scenario
