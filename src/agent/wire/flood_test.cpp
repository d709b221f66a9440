#include "agent/wire/flood.h"

#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using agent::wire::Flood;

constexpr Flood::Instant kStart{std::chrono::hours(1)};

TEST(Flood, AFewPacketsAreNone) {
  Flood flood;
  for (int i = 0; i < 1000; ++i) flood.note(kStart + i * 1ms, 1, 1);  // 1000 a second
  EXPECT_FALSE(flood.is_busy());
  EXPECT_FALSE(flood.is_strict());
}

TEST(Flood, ManyGoodPacketsAreLookedAtInIntervalsButNotDropped) {
  Flood flood;
  for (int i = 0; i < 100; ++i) flood.note(kStart + i * 1ms, 5, 0);
  EXPECT_TRUE(flood.is_busy());
  EXPECT_FALSE(flood.is_strict());
  for (int i = 100; i < 300; ++i) flood.note(kStart + i * 1ms, i % 2 == 0 ? 1U : 0U, 0);
  EXPECT_FALSE(flood.is_busy());
}

TEST(Flood, BurstsWakeUsSinceTheyAreFew) {
  Flood flood;
  for (int burst = 0; burst < 20; ++burst)
    for (int i = 0; i < 8; ++i) flood.note(kStart + burst * 100ms + i * 50us, 32, 0);
  EXPECT_FALSE(flood.is_busy());
}

TEST(Flood, HopelessOnesAreDroppedAndCountedBySamplesUntilTheyStop) {
  Flood flood;
  auto now = kStart;
  for (int i = 0; i < 100; ++i) flood.note(now += 1ms, 20, 20);
  ASSERT_TRUE(flood.is_strict());
  for (int i = 0; i < 1000; ++i) flood.note(now += 3ms, 1, 1);  // what 20,000 a second leave over
  EXPECT_TRUE(flood.is_strict());
  EXPECT_FALSE(flood.is_busy());
  EXPECT_GE(flood.dropped(), 1000U * (agent::wire::kSampleOf - 1));
  flood.note(now += 1s, 1, 0);
  flood.note(now += 1s, 1, 0);
  EXPECT_FALSE(flood.is_strict());
}

}  // namespace
