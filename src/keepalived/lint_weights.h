// The priorities that an instance can have. Internal to the lint.
#pragma once

#include <cstddef>
#include <vector>

#include "keepalived/lint_rules.h"

namespace keepalived::rules {

// More trackers with a weight than this are not tried in every combination of their results.
inline constexpr std::size_t kMostWeights = 32;

// What one tracker adds to the priority.
struct Effect {
  const Tracked* tracked = nullptr;
  int when_well = 0;
  int when_failed = 0;
  bool is_any = false;  // a file: its number may be anything
};

// Of the trackers that have a weight, the group's among them.
std::vector<Effect> effects(const Instance& instance, const Alone& file);
// With all that is tracked well.
int healthy(const Instance& instance, const std::vector<Effect>& effects);
// The least and the greatest priority over all combinations of results.
struct Range {
  int least = 0;
  int greatest = 0;
};
Range range(const Instance& instance, const std::vector<Effect>& effects);

}  // namespace keepalived::rules
