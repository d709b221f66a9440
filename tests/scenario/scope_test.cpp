#include "scope.h"

#include <gtest/gtest.h>

#include "simulation.h"

namespace {

using scenario::Hazard;
using scenario::Scope;

TEST(Shrinking, LeavesWhatTheFailureNeedsAndNothingElse) {
  const Scope least = shrink(Scope{}, [](const Scope& scope) {
    return scope.nodes >= 3 && scope.phases >= 2 && scope.allows(Hazard::Crash) &&
           scope.allows(Hazard::Drift);
  });
  EXPECT_EQ(least.nodes, 3);
  EXPECT_EQ(least.phases, 2);
  for (unsigned i = 0; i < scenario::kHazards; ++i)
    EXPECT_EQ(least.allows(Hazard{i}), Hazard{i} == Hazard::Crash || Hazard{i} == Hazard::Drift);
}

TEST(Shrinking, TriesAgainWhatWasNeededOnlyByWhatIsGone) {
  const Scope least = shrink(Scope{}, [](const Scope& scope) {
    return scope.allows(Hazard::Loss) || !scope.allows(Hazard::Drift);
  });
  EXPECT_FALSE(least.allows(Hazard::Loss));
  EXPECT_EQ(least.nodes, 2);
}

TEST(Shrinking, SaysWhatIsLeft) {
  EXPECT_EQ(describe(Scope{.nodes = 2, .phases = 1}.without(Hazard::Loss).without(Hazard::Drift)),
            "nodes <= 2, phases <= 1; without loss, drift");
}

// A scenario with less in it is still one in which the rules hold, and the same one each time.
TEST(Shrinking, MakesScenariosThatCanBeRepeated) {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Scope scope = Scope{.nodes = 3, .phases = 2}.without(Hazard::Sleep);
    scenario::Simulation once(seed, true, scope), again(seed, true, scope);
    EXPECT_FALSE(once.run() || again.run());
    EXPECT_EQ(once.trace(), again.trace());
    EXPECT_LE(once.node_count(), 3);
  }
}

}  // namespace
