// Strict mode, as far as it is the protocol's affair.
#include "vrrp/router_story.h"

namespace vrrp {
namespace {

using namespace story;  // NOLINT(google-build-using-namespace)

RouterConfig strict(int priority) {
  RouterConfig made = config(priority);
  made.strict = true;
  return made;
}

net::IpAddress ipv6(std::uint8_t first, std::uint8_t second, std::uint8_t last) {
  return net::IpAddress(
      net::IpAddress::Ipv6Bytes{first, second, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, last});
}

TEST(Strict, ALowerRouterGetsNoAnswer) {
  Story story(strict(100));
  story.become_active();
  EXPECT_EQ(find<Advertise>(story.hear(50)), nullptr);
}

TEST(Strict, AHigherRouterGetsNoLastWord) {
  auto with = strict(100);
  with.answers_higher_priority = true;
  Story story(with);
  story.become_active();
  EXPECT_EQ(find<Advertise>(story.hear(200)), nullptr);
}

TEST(Strict, OnlyTheOwnerStartsAsActive) {
  auto with = strict(100);
  with.starts_active = true;
  Story backup(with);
  backup.tell(Startup{});
  EXPECT_EQ(backup.next(), down_interval(Version::V3, Priority(100), 1s));
  Story owner(strict(255));
  owner.tell(Startup{});
  EXPECT_EQ(owner.router.state(), State::Active);
}

TEST(Strict, PreemptsAtOnce) {
  auto with = strict(100);
  with.preempt_delay = 60s;
  Story story(with);
  story.tell(Startup{});
  story.wait(1s);
  story.hear(50);
  EXPECT_EQ(cause_of(story.wake()), Cause::LowerPriority);
}

TEST(Strict, WaitsForThreeAdvertisements) {
  auto with = strict(100);
  with.down_timer_adverts = 9;
  Story story(with);
  story.tell(Startup{});
  EXPECT_EQ(story.next(), down_interval(Version::V3, Priority(100), 1s));
}

TEST(Strict, TheOwnerListensToNobody) {
  Story story(strict(255));
  story.tell(Startup{});
  story.hear(255, kHigher);
  EXPECT_EQ(story.router.state(), State::Active);
  EXPECT_EQ(story.router.counters()[RejectReason::IgnoredByOwner], 1);
}

TEST(Strict, OwnersIgnoreOthersWithoutItIfTheyAreTold) {
  auto with = config(255);
  with.ignores_others_as_owner = true;
  Story story(with);
  story.tell(Startup{});
  story.hear(255, kHigher);
  EXPECT_EQ(story.router.state(), State::Active);
}

TEST(Strict, EnforcesTheTrailer) {
  auto with = strict(100);
  with.trailer = TrailerConfig{.mode = TrailerConfig::Mode::Permissive};
  EXPECT_EQ(hold_to_rfc(with).trailer->mode, TrailerConfig::Mode::Enforce);
}

TEST(Strict, StaysSoWhenConfiguredAnew) {
  Story story(config(100));
  story.become_active();
  Actions actions;
  story.router.reconfigure(strict(100), story.now, actions);
  EXPECT_EQ(find<Advertise>(story.hear(50)), nullptr);
}

TEST(Strict, HasNoVersion2OverIpv6AndNoAuthenticationAndSomeAddress) {
  EXPECT_TRUE(check(strict(100)));
  auto without_address = strict(100);
  without_address.addresses.clear();
  EXPECT_FALSE(check(without_address));
  auto with_password = strict(100);
  with_password.version = Version::V2;
  EXPECT_TRUE(check(with_password));
  with_password.auth_type = AuthType::Password;
  EXPECT_FALSE(check(with_password));
  auto over_ipv6 = strict(100);
  over_ipv6.version = Version::V2;
  over_ipv6.family = net::Family::Ipv6;
  over_ipv6.addresses = {ipv6(0xfe, 0x80, 50)};
  over_ipv6.source = ipv6(0xfe, 0x80, 5);
  EXPECT_FALSE(check(over_ipv6));
  over_ipv6.strict = false;
  EXPECT_TRUE(check(over_ipv6));
}

// RFC 9568 section 5.2.9, whatever order the configuration has.
TEST(Ipv6, TheLinkLocalAddressIsAdvertisedFirst) {
  auto with = config(100);
  with.family = net::Family::Ipv6;
  with.source = ipv6(0xfe, 0x80, 5);
  with.addresses = {ipv6(0x20, 0x01, 1), ipv6(0x20, 0x01, 2), ipv6(0xfe, 0x80, 50)};
  Story story(with);
  const auto bytes = story.router.packet(Advertise{Priority(100)}, kGroupIpv6);
  const auto got = decode({*with.source, kGroupIpv6, kHopLimit, bytes});
  ASSERT_TRUE(got);
  EXPECT_THAT(got->addresses(),
              ElementsAre(with.addresses[2], with.addresses[0], with.addresses[1]));
}

TEST(Ipv4, LinkLocalAddressesStayWhereTheyAre) {
  auto with = config(100);
  with.addresses.push_back(net::IpAddress::v4(0xa9fe0001));
  Story story(with);
  const auto bytes = story.router.packet(Advertise{Priority(100)}, kGroupIpv4);
  const auto got = decode({kOurs, kGroupIpv4, kHopLimit, bytes});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->addresses(), with.addresses);
}

// keepalived outside strict mode (docs/decisions/0052).
TEST(Ipv6, Version2IsUnderstood) {
  auto with = config(100, Version::V2);
  with.family = net::Family::Ipv6;
  with.source = ipv6(0xfe, 0x80, 5);
  with.addresses = {ipv6(0xfe, 0x80, 50)};
  Story story(with);
  const auto bytes = story.router.packet(Advertise{Priority(100)}, kGroupIpv6);
  EXPECT_EQ(bytes.size(), 8 + 16 + 8);
  const auto got = decode({*with.source, kGroupIpv6, kHopLimit, bytes});
  ASSERT_TRUE(got) << name(got.error());
  EXPECT_EQ(got->version, Version::V2);
  EXPECT_EQ(got->checksum, ChecksumForm::WithPseudoHeader);
  EXPECT_EQ(got->addresses(), with.addresses);
  // The kernel's checksum is what counts, and that has a pseudo header.
  EXPECT_FALSE(decode({ipv6(0xfe, 0x80, 6), kGroupIpv6, kHopLimit, bytes}));
}

}  // namespace
}  // namespace vrrp
