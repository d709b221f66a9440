#include "agent/effects/lease_terms.h"

#include <gtest/gtest.h>

namespace agent::effects {
namespace {

using namespace std::chrono_literals;

constexpr vrrp::RouterId kFirst{1};
constexpr vrrp::RouterId kSecond{2};
constexpr vrrp::Instant kStart = vrrp::Instant{} + 1h;

vrrp::Duration only(const std::vector<LeaseTerms::Renewal>& renewals) {
  EXPECT_EQ(renewals.size(), 1U);
  return renewals.empty() ? vrrp::Duration{} : renewals[0].until - kStart;
}

TEST(LeaseTerms, AnAdvertisementKeepsAnAddressForThreeIntervals) {
  LeaseTerms terms;
  terms.set(kFirst, 1s, 3);
  EXPECT_TRUE(terms.due(kStart).empty());
  terms.advertised(kFirst, kStart);
  EXPECT_EQ(only(terms.due(kStart)), 3s + 20ms);
  EXPECT_TRUE(terms.due(kStart).empty());
  terms.advertised(kFirst, kStart + 1s);
  EXPECT_EQ(only(terms.due(kStart + 1s)), 4s + 20ms);
}

TEST(LeaseTerms, ManyRoutersShareOneLeaseThatEndsWithTheFirst) {
  LeaseTerms terms;
  terms.set(kFirst, 1s, 3);
  terms.set(kSecond, 1s, 3);
  terms.advertised(kFirst, kStart);
  EXPECT_EQ(only(terms.due(kStart)), 3s + 20ms);
  terms.advertised(kSecond, kStart + 500ms);
  EXPECT_TRUE(terms.due(kStart + 500ms).empty());
  terms.advertised(kFirst, kStart + 1s);
  EXPECT_EQ(only(terms.due(kStart + 1s)), 3s + 520ms);
}

TEST(LeaseTerms, ALittleMoreTimeIsNotWorthARenewal) {
  LeaseTerms terms;
  terms.set(kFirst, 1s, 3);
  terms.set(kSecond, 1s, 3);
  terms.advertised(kFirst, kStart);
  terms.advertised(kSecond, kStart + 10ms);
  EXPECT_EQ(terms.due(kStart + 10ms).size(), 1U);
  terms.advertised(kFirst, kStart + 1s);
  EXPECT_TRUE(terms.due(kStart + 1s).empty());  // the other's would end 10 ms later
  terms.advertised(kSecond, kStart + 1010ms);
  EXPECT_EQ(only(terms.due(kStart + 1010ms)), 4s + 20ms);
}

TEST(LeaseTerms, WhoReleasedNoLongerCountsAndWhoReturnsIsGivenALeaseAtOnce) {
  LeaseTerms terms;
  terms.set(kFirst, 1s, 3);
  terms.set(kSecond, 1s, 3);
  terms.advertised(kFirst, kStart);
  terms.advertised(kSecond, kStart);
  EXPECT_EQ(terms.due(kStart).size(), 1U);
  terms.released(kFirst);
  terms.advertised(kSecond, kStart + 1s);
  EXPECT_EQ(only(terms.due(kStart + 1s)), 4s + 20ms);
  terms.released(kSecond);
  EXPECT_TRUE(terms.due(kStart + 2s).empty());
  terms.advertised(kFirst, kStart + 10s);
  EXPECT_EQ(only(terms.due(kStart + 10s)), 13s + 20ms);
}

TEST(LeaseTerms, IntervalsOfDifferentOrdersDoNotShare) {
  LeaseTerms terms;
  terms.set(kFirst, 1s, 3);
  terms.set(kSecond, 10ms, 3);
  terms.advertised(kFirst, kStart);
  terms.advertised(kSecond, kStart);
  const auto renewals = terms.due(kStart);
  ASSERT_EQ(renewals.size(), 2U);
  EXPECT_EQ(renewals[0].until - kStart, 30ms + 2500us);
  EXPECT_EQ(renewals[1].until - kStart, 3s + 20ms);
  EXPECT_EQ(LeaseTerms::class_of(1s), LeaseTerms::class_of(700ms));
  EXPECT_NE(LeaseTerms::class_of(1s), LeaseTerms::class_of(100ms));
}

TEST(LeaseTerms, ALeaseOfOneIntervalIsRenewedWithEveryAdvertisement) {
  LeaseTerms terms;
  terms.set(kFirst, 1s, 1);
  terms.set(kSecond, 1s, 1);
  terms.advertised(kFirst, kStart);
  terms.advertised(kSecond, kStart + 1ms);
  EXPECT_EQ(only(terms.due(kStart + 1ms)), 1s + 20ms);
  terms.advertised(kFirst, kStart + 1s);
  EXPECT_EQ(only(terms.due(kStart + 1s)), 1s + 21ms);
}

TEST(LeaseTerms, WhatIsGoodCanBeWrittenAnew) {
  LeaseTerms terms;
  terms.set(kFirst, 1s, 3);
  terms.advertised(kFirst, kStart);
  terms.due(kStart);
  EXPECT_EQ(only(terms.good(kStart + 2s)), 3s + 20ms);
  EXPECT_TRUE(terms.good(kStart + 4s).empty());
}

}  // namespace
}  // namespace agent::effects
