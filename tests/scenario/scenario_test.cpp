// Thousands of seeds, and by name those that once failed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <string>

#include "simulation.h"

namespace {

// HOLDFAST_SEEDS=100000 looks further.
std::uint64_t seed_count() {
  const char* wanted = std::getenv("HOLDFAST_SEEDS");
  return wanted != nullptr ? std::stoull(wanted) : 20000;
}

TEST(Scenario, RulesHoldForEverySeed) {
  scenario::Totals totals;
  for (std::uint64_t seed = 1; seed <= seed_count(); ++seed) {
    const auto failure = scenario::run_seed(seed, totals);
    if (failure) FAIL() << scenario::report(*failure);
  }
  // A simulation in which nothing happens proves nothing.
  EXPECT_GT(totals.transitions, 10 * seed_count());
  EXPECT_GT(totals.settled_checks, 10 * seed_count());
  EXPECT_GT(totals.handovers, seed_count() / 100);
}

}  // namespace
