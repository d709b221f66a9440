// Routers that prove who they are: AH and auth_hmac, from one engine to another.
#include "vrrp/engine.h"
#include "vrrp/router_story.h"

namespace vrrp {
namespace {

using namespace story;  // NOLINT(google-build-using-namespace)

constexpr net::InterfaceIndex kInterface{1};
constexpr std::uint16_t kIdentification = 0x1234;
const WallClock kUtc = WallClock{} + 1'800'000'000s;

RouterConfig with_header(int priority, std::string_view key = "secret12") {
  RouterConfig made = config(priority, Version::V2);
  made.auth_type = AuthType::Header;
  made.password = password_from(key);
  return made;
}

RouterConfig with_trailer(int priority, TrailerConfig::Mode mode = TrailerConfig::Mode::Enforce,
                          std::uint8_t first_byte = 7) {
  RouterConfig made = config(priority);
  made.trailer = TrailerConfig{
      .mode = mode, .keys = {{.id = 1, .secret = std::vector<std::uint8_t>(32, first_byte)}}};
  return made;
}

// One that is active and speaks, and one that listens.
class Proof : public testing::Test {
 protected:
  void begin(RouterConfig speaker, RouterConfig listener) {
    speaker.source = kHigher;
    speaker_id_ = speaker_.add(std::move(speaker)).value();
    listener_id_ = listener_.add(std::move(listener)).value();
    for (Engine* engine : {&speaker_, &listener_}) engine->handle_all(Startup{}, now_, actions_);
    now_ = *speaker_.deadline();
    speaker_.advance(now_, actions_);
    ASSERT_EQ(speaker_.router(speaker_id_).state(), State::Active);
  }

  // As it is on the wire.
  std::vector<std::uint8_t> spoken() {
    const Router& router = speaker_.router(speaker_id_);
    const auto payload = speaker_.packet(speaker_id_, Advertise{router.effective_priority()},
                                         kGroupIpv4, {utc_, kIdentification, kHopLimit});
    const auto header = net::encode({.source = kHigher,
                                     .destination = kGroupIpv4,
                                     .protocol = router.ip_protocol(),
                                     .type_of_service = kTypeOfService,
                                     .identification = kIdentification},
                                    payload.size());
    std::vector<std::uint8_t> packet(header.begin(), header.end());
    packet.insert(packet.end(), payload.begin(), payload.end());
    return packet;
  }
  void hear(const std::vector<std::uint8_t>& packet) {
    actions_.clear();
    listener_.receive(kInterface, *Datagram::from_ipv4(packet, utc_), now_, actions_);
  }
  const Router& listener() { return listener_.router(listener_id_); }
  const Counters& counters() { return listener().counters(); }

  Engine speaker_, listener_;
  RouterId speaker_id_, listener_id_;
  RouterActions actions_;
  Instant now_{};
  WallClock utc_ = kUtc;
};

TEST_F(Proof, TwoWithTheSameAuthenticationHeaderUnderstandEachOther) {
  begin(with_header(200), with_header(100));
  EXPECT_EQ(speaker_.router(speaker_id_).ip_protocol(), 51);
  hear(spoken());
  hear(spoken());
  EXPECT_EQ(counters().received, 2);
  EXPECT_EQ(listener().last_active_peer()->address, kHigher);
}

TEST_F(Proof, AnAuthenticationHeaderIsNotBelievedTwice) {
  begin(with_header(200), with_header(100));
  const auto packet = spoken();
  hear(packet);
  const auto deadline = listener().deadline();
  now_ += 2s;
  hear(packet);
  EXPECT_EQ(counters()[RejectReason::AuthReplayed], 1);
  EXPECT_EQ(listener().deadline(), deadline);  // what was recorded keeps nobody quiet
}

TEST_F(Proof, AnAuthenticationHeaderOfAnotherKeyIsAConditionWithACause) {
  begin(with_header(200, "secret13"), with_header(100));
  hear(spoken());
  EXPECT_EQ(counters()[RejectReason::AuthPassword], 1);
  const auto* notice = std::get_if<Notice>(&actions_.at(0).action);
  ASSERT_NE(notice, nullptr);
  EXPECT_EQ(notice->trouble, Trouble::IncompatiblePeer);
}

TEST_F(Proof, WithAndWithoutAnAuthenticationHeaderDoNotMix) {
  begin(with_header(200), config(100, Version::V2));
  hear(spoken());
  EXPECT_EQ(counters()[RejectReason::AuthType], 1);
}

TEST_F(Proof, WithoutAndWithAnAuthenticationHeaderDoNotMixEither) {
  begin(config(200, Version::V2), with_header(100));
  hear(spoken());
  EXPECT_EQ(counters()[RejectReason::AuthType], 1);
}

TEST_F(Proof, TheKeyOfAnAuthenticationHeaderIsNotInThePacket) {
  begin(with_header(200), with_header(100));
  const auto packet = spoken();
  const auto key = password_from("secret12");
  EXPECT_TRUE(std::ranges::search(packet, key).empty());
}

TEST_F(Proof, TwoWithTheSameTrailerKeyUnderstandEachOther) {
  begin(with_trailer(200), with_trailer(100));
  EXPECT_EQ(speaker_.router(speaker_id_).ip_protocol(), 112);
  hear(spoken());
  utc_ += 1s;
  hear(spoken());
  EXPECT_EQ(counters().received, 2);
}

TEST_F(Proof, ATrailerIsNotBelievedTwice) {
  begin(with_trailer(200), with_trailer(100));
  const auto packet = spoken();
  hear(packet);
  hear(packet);
  EXPECT_EQ(counters()[RejectReason::TrailerReplayed], 1);
  utc_ += 10s;
  hear(packet);
  EXPECT_EQ(counters()[RejectReason::TrailerStale], 1);
  EXPECT_EQ(counters().received, 1);
}

TEST_F(Proof, EveryFaultOfATrailerHasACounter) {
  begin(with_trailer(200, TrailerConfig::Mode::Enforce, 8), with_trailer(100));
  hear(spoken());
  EXPECT_EQ(counters()[RejectReason::TrailerForged], 1);
}

TEST_F(Proof, WithoutATrailerNobodyIsBelievedWhereItIsEnforced) {
  begin(config(200), with_trailer(100));
  hear(spoken());
  EXPECT_EQ(counters()[RejectReason::TrailerMissing], 1);
}

// The three sweeps of a roll-out: nobody is refused on the way.
TEST_F(Proof, TheModesLeadFromNoTrailerToOneWithoutABreak) {
  using Mode = TrailerConfig::Mode;
  begin(config(200), with_trailer(100, Mode::ReceiveOnly));
  const auto step = [&](const RouterConfig& speaks, const RouterConfig& listens) {
    RouterConfig speaker = speaks;
    speaker.source = kHigher;
    ASSERT_TRUE(speaker_.reconfigure(speaker_id_, speaker, now_, actions_));
    ASSERT_TRUE(listener_.reconfigure(listener_id_, listens, now_, actions_));
    const auto before = counters().received;
    utc_ += 1s;
    hear(spoken());
    EXPECT_EQ(counters().received, before + 1);
  };
  step(config(200), config(100));
  step(config(200), with_trailer(100, Mode::ReceiveOnly));
  step(with_trailer(200, Mode::ReceiveOnly), config(100));
  step(with_trailer(200, Mode::ReceiveOnly), with_trailer(100, Mode::Permissive));
  step(with_trailer(200, Mode::Permissive), with_trailer(100, Mode::ReceiveOnly));
  step(with_trailer(200, Mode::Permissive), with_trailer(100));
  step(with_trailer(200), with_trailer(100, Mode::Permissive));
  step(with_trailer(200), with_trailer(100));
}

TEST_F(Proof, AClockThatIsAboutToLeaveTheWindowIsATrouble) {
  begin(with_trailer(200), with_trailer(100));
  utc_ += 4s;
  const auto packet = spoken();
  utc_ -= 4s;
  hear(packet);
  EXPECT_EQ(counters().received, 1);
  const auto* notice = std::get_if<Notice>(&actions_.at(0).action);
  ASSERT_NE(notice, nullptr);
  EXPECT_EQ(notice->trouble, Trouble::ClockDiffers);
  EXPECT_FALSE(describe(*notice).empty());
}

TEST_F(Proof, OurOwnPacketsThrownBackMoveNoMark) {
  auto ours = with_trailer(100);
  ours.source = kHigher;
  begin(with_trailer(200), ours);
  const auto packet = spoken();
  hear(packet);
  hear(packet);
  EXPECT_EQ(counters()[RejectReason::OwnPacket], 2);
}

TEST(ProofConfig, SaysWhatDoesNotGoTogether) {
  auto header = with_header(100);
  EXPECT_TRUE(check(header));
  header.version = Version::V3;
  EXPECT_FALSE(check(header));
  auto trailer = with_trailer(100);
  EXPECT_TRUE(check(trailer));
  trailer.trailer->active_key = 2;
  EXPECT_FALSE(check(trailer));
  trailer = with_trailer(100);
  trailer.trailer->keys[0].secret.resize(31);
  EXPECT_FALSE(check(trailer));
  trailer = with_trailer(100);
  trailer.trailer->keys.push_back(trailer.trailer->keys[0]);
  EXPECT_FALSE(check(trailer));
  trailer = with_trailer(100);
  trailer.trailer->window = 301s;
  EXPECT_FALSE(check(trailer));
  trailer = with_trailer(100);
  trailer.version = Version::V2;
  EXPECT_TRUE(check(trailer));
  trailer.auth_type = AuthType::Password;
  EXPECT_FALSE(check(trailer));
}

}  // namespace
}  // namespace vrrp
