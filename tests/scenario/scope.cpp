#include "scope.h"

#include <fmt/format.h>

namespace scenario {

std::string_view name(Hazard hazard) {
  switch (hazard) {
    case Hazard::Loss:
      return "loss";
    case Hazard::Duplication:
      return "duplication";
    case Hazard::Slowness:
      return "slowness";
    case Hazard::Split:
      return "splits";
    case Hazard::OneWay:
      return "one-way links";
    case Hazard::Crash:
      return "crashes";
    case Hazard::Sleep:
      return "sleep";
    case Hazard::LinkFlap:
      return "link flaps";
    case Hazard::Priority:
      return "changes of priority";
    case Hazard::Command:
      return "commands";
    case Hazard::Garbage:
      return "bad packets";
    case Hazard::Leaving:
      return "leaving";
    case Hazard::Drift:
      return "drift";
    case Hazard::Script:
      return "scripts";
    case Hazard::ClockStep:
      return "steps of the wall clock";
    case Hazard::Replay:
      return "recorded packets";
    case Hazard::Group:
      return "sync groups";
    case Hazard::Proof:
      return "authentication";
    case Hazard::Ipv6:
      return "IPv6";
  }
  return "?";
}

std::string describe(const Scope& scope) {
  std::string out = fmt::format("nodes <= {}, phases <= {}", scope.nodes, scope.phases);
  std::string_view separator = "; without ";
  for (unsigned i = 0; i < kHazards; ++i) {
    if (scope.allows(Hazard{i})) continue;
    out += separator;
    out += name(Hazard{i});
    separator = ", ";
  }
  return out;
}

Scope shrink(const Scope& whole, const std::function<bool(const Scope&)>& fails) {
  Scope least = whole;
  const auto keep = [&](const Scope& candidate) {
    if (candidate != least && fails(candidate)) least = candidate;
  };
  // Until nothing more can go: what one hazard hides another may show.
  for (Scope before = {.nodes = 0}; before != least;) {
    before = least;
    // A shorter run first: it makes all that follow quicker. The smallest that fails is kept.
    for (int phases = 0; phases < before.phases && least.phases == before.phases; ++phases)
      keep({least.nodes, phases, least.excluded});
    for (std::size_t nodes = 2; nodes < before.nodes && least.nodes == before.nodes; ++nodes)
      keep({nodes, least.phases, least.excluded});
    for (unsigned i = 0; i < kHazards; ++i) keep(least.without(Hazard{i}));
  }
  return least;
}

}  // namespace scenario
