#include "vrrp/router_story.h"

namespace {

using namespace vrrp::story;  // NOLINT(google-build-using-namespace): these tests are about it
using namespace vrrp;         // NOLINT(google-build-using-namespace)

TEST(Checks, CountEachReasonAndChangeNothing) {
  auto picky = config(100, Version::V2);
  picky.auth_type = AuthType::Password;
  picky.password = password_from("secret");
  Story backup(picky);
  backup.tell(Startup{});
  backup.wait(1s);
  const auto before = backup.next();
  auto good = backup.packet(200);
  good.advertisement.auth_type = 1;
  good.advertisement.password = picky.password;
  auto expect_refused = [&](const AdvertisementReceived& packet, RejectReason reason) {
    backup.tell(packet);
    EXPECT_EQ(backup.router.counters()[reason], 1U) << name(reason);
    EXPECT_EQ(backup.next(), before);
  };
  auto changed = good;
  changed.source = kOurs;
  expect_refused(changed, RejectReason::OwnPacket);
  changed = good;
  changed.advertisement.version = Version::V3;
  expect_refused(changed, RejectReason::WrongVersion);
  changed = good;
  changed.advertisement.auth_type = 0;
  expect_refused(changed, RejectReason::AuthType);
  changed = good;
  changed.advertisement.password = password_from("Secret");
  expect_refused(changed, RejectReason::AuthPassword);
  changed = good;
  changed.destination = kOurs;
  expect_refused(changed, RejectReason::WrongCast);
  backup.tell(good);
  EXPECT_EQ(backup.next(), 3s + 609375us);
}

TEST(Checks, OfAUnicastRouterKnowItsPeers) {
  auto unicast = config(100);
  unicast.peers = {{.address = kHigher, .min_hop_limit = 254}};
  unicast.check_unicast_source = true;
  Story backup(unicast);
  backup.tell(Startup{});
  auto packet = backup.packet(200);
  backup.tell(packet);
  EXPECT_EQ(backup.router.counters()[RejectReason::WrongCast], 1U);
  packet.destination = kOurs;
  packet.hop_limit = 253;
  backup.tell(packet);
  EXPECT_EQ(backup.router.counters()[RejectReason::HopLimit], 1U);
  packet.source = kLower;
  packet.hop_limit = 64;
  backup.tell(packet);
  EXPECT_EQ(backup.router.counters()[RejectReason::UnknownPeer], 1U);
  packet.source = kHigher;
  packet.hop_limit = 254;
  backup.tell(packet);
  EXPECT_EQ(backup.router.counters().received, 1U);
  EXPECT_THAT(backup.router.destinations(), ElementsAre(kHigher));
}

TEST(Checks, ComplainOfTheSameTroubleOnlyOnce) {
  Story backup(config(100));
  backup.tell(Startup{});
  auto packet = backup.packet(200);
  packet.advertisement.version = Version::V2;
  EXPECT_EQ(backup.tell(packet).size(), 1U);
  for (int i = 0; i < 30; ++i) {
    backup.now += 1s;
    EXPECT_THAT(backup.tell(packet), IsEmpty());
  }
  backup.now += 2min;
  EXPECT_EQ(backup.tell(packet).size(), 1U);
}

TEST(Checks, OtherAddressesAreReportedButNoReasonToSplit) {
  auto more = config(100);
  more.addresses.push_back(kOurs);
  Story backup(more);
  backup.tell(Startup{});
  backup.wait(1s);
  const auto actions = backup.hear(200);
  EXPECT_EQ(find<Notice>(actions)->trouble, Trouble::AddressesDiffer);
  EXPECT_EQ(backup.next(), 3s + 609375us);
}

TEST(Packets, FollowTheChecksumFormOfTheActiveRouterWhereAsked) {
  auto automatic = config(100);
  automatic.checksum = TransmitChecksum::AsHeard;
  Story router(automatic);
  auto form = [&] {
    const auto bytes = router.router.packet(Advertise{Priority(100)}, kGroupIpv4);
    return decode({kOurs, kGroupIpv4, 255, bytes})->checksum;
  };
  EXPECT_EQ(form(), ChecksumForm::WithPseudoHeader);
  router.tell(Startup{});
  router.hear(200);  // made without pseudo header
  EXPECT_EQ(form(), ChecksumForm::WithoutPseudoHeader);
  EXPECT_EQ(router.router.counters().checksum_without_pseudo_header, 1U);
}

// keepalived before 1.3.6 had the group in the pseudo header of what it sent to one router.
TEST(Packets, AreAnsweredInTheFormOfAnOldPeerUnlessThatIsNeverWanted) {
  auto unicast = config(100);
  const auto peer = *net::IpAddress::parse("192.0.2.2");
  unicast.peers = {{.address = peer}};
  const Advertisement old{.version = Version::V3,
                          .vrid = 51,
                          .priority = Priority(200),
                          .interval = 1s,
                          .checksum = ChecksumForm::WithGroupPseudoHeader};
  const auto bytes = encode(old, peer, kOurs);
  const auto decoded = decode({peer, kOurs, 255, bytes});
  ASSERT_TRUE(decoded);
  EXPECT_EQ(decoded->checksum, ChecksumForm::WithGroupPseudoHeader);
  EXPECT_EQ(encode(*decoded, peer, kOurs), bytes);
  const auto form_after_hearing = [&](const RouterConfig& given) {
    Story router(given);
    router.tell(Startup{});
    auto heard = router.packet(200);
    heard.advertisement.checksum = ChecksumForm::WithGroupPseudoHeader;
    heard.source = peer;
    heard.destination = kOurs;
    router.tell(heard);
    const auto sent = router.router.packet(Advertise{Priority(100)}, peer);
    return std::pair(decode({kOurs, peer, 255, sent})->checksum,
                     router.router.counters()[RejectReason::Checksum]);
  };
  EXPECT_EQ(form_after_hearing(unicast),
            std::pair(ChecksumForm::WithGroupPseudoHeader, std::uint64_t{0}));
  unicast.detects_old_checksum = false;
  EXPECT_EQ(form_after_hearing(unicast),
            std::pair(ChecksumForm::WithPseudoHeader, std::uint64_t{1}));
}

}  // namespace
