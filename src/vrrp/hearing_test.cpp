#include "vrrp/hearing.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace {

using namespace std::chrono_literals;
using vrrp::Hearing;
using vrrp::Instant;
using vrrp::Priority;
using vrrp::RejectReason;

net::IpAddress host(std::uint32_t number) {
  return net::IpAddress::v4(0x0a000000 + number);
}

bool knows(const Hearing& hearing, std::uint32_t number) {
  return std::ranges::find(hearing.all(), host(number), &vrrp::Heard::address) !=
         hearing.all().end();
}

TEST(Hearing, RemembersWhatWasHeardLastAndWhyItWasRefused) {
  Hearing hearing;
  hearing.accept(host(1), Priority(100), 1s, Instant(1s));
  hearing.accept(host(1), Priority(90), 2s, Instant(2s));
  hearing.refuse(host(1), RejectReason::Checksum, Instant(3s));
  ASSERT_EQ(hearing.all().size(), 1U);
  const vrrp::Heard& heard = hearing.all()[0];
  EXPECT_EQ(heard.accepted, (vrrp::Heard::Accepted{Priority(90), 2s, Instant(2s)}));
  EXPECT_EQ(heard.accepted_count, 2U);
  EXPECT_EQ(heard.refused, (vrrp::Heard::Refused{RejectReason::Checksum, Instant(3s)}));
  EXPECT_EQ(heard.refused_count, 1U);
  EXPECT_EQ(heard.last(), Instant(3s));
}

TEST(Hearing, AFloodOfStrangersDoesNotPushOutWhoWasListenedTo) {
  Hearing hearing;
  hearing.accept(host(1), Priority(100), 1s, Instant(1s));
  for (std::uint32_t stranger = 100; stranger < 1100; ++stranger)
    hearing.refuse(host(stranger), RejectReason::AuthType, Instant(2s));
  EXPECT_EQ(hearing.all().size(), Hearing::kLimit);
  EXPECT_TRUE(knows(hearing, 1));
  EXPECT_TRUE(knows(hearing, 1099));
}

TEST(Hearing, OfThoseListenedToTheOneHeardLongestAgoMakesRoom) {
  Hearing hearing;
  for (std::uint32_t number = 0; number <= Hearing::kLimit; ++number)
    hearing.accept(host(number), Priority(1), 1s, Instant(std::chrono::seconds(number)));
  EXPECT_FALSE(knows(hearing, 0));
  EXPECT_TRUE(knows(hearing, 1));
  EXPECT_TRUE(knows(hearing, Hearing::kLimit));
  hearing.refuse(host(200), RejectReason::AuthType, Instant(60s));
  EXPECT_FALSE(knows(hearing, 200));
}

}  // namespace
