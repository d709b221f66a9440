#include "vrrp/router.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace vrrp;  // NOLINT(google-build-using-namespace): this file is about nothing else
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""min;
using testing::ElementsAre;
using testing::IsEmpty;

const net::IpAddress kOurs = net::IpAddress::v4(0x0a000005);
const net::IpAddress kLower = net::IpAddress::v4(0x0a000004);
const net::IpAddress kHigher = net::IpAddress::v4(0x0a000006);
const std::vector<std::uint8_t> kAddressBytes{10, 0, 0, 50};
constexpr Instant kStart{};

RouterConfig config(int priority, Version version = Version::V3) {
  return {.interface = {1},
          .vrid = VirtualRouterId::from(51).value(),
          .version = version,
          .priority = Priority::from(priority).value(),
          .addresses = {net::IpAddress::v4(0x0a000032)},
          .source = kOurs};
}

// A router and the time, so that a test reads as a story.
class Story {
 public:
  explicit Story(RouterConfig with) : router(std::move(with)) {}

  Actions tell(const Event& event) {
    Actions actions;
    router.handle(event, now, actions);
    return actions;
  }
  Actions hear(int priority, net::IpAddress from = kHigher, Duration interval = 1s) {
    return tell(packet(priority, from, interval));
  }
  AdvertisementReceived packet(int priority, net::IpAddress from = kHigher,
                               Duration interval = 1s) const {
    return {.advertisement = {.version = router.config().version,
                              .vrid = 51,
                              .priority = Priority(static_cast<std::uint8_t>(priority)),
                              .interval = interval,
                              .address_bytes = kAddressBytes},
            .source = from,
            .destination = kGroupIpv4};
  }
  Actions wait(Duration duration) {
    now += duration;
    Actions actions;
    router.advance(now, actions);
    return actions;
  }
  // Sleeps until the deadline and says what happens then.
  Actions wake() { return wait(router.deadline().value() - now); }
  Duration next() const { return router.deadline().value() - now; }
  void become_active() {
    tell(Startup{});
    wake();
    ASSERT_EQ(router.state(), State::Active);
  }

  Router router;
  Instant now = kStart;
};

template <typename T>
const T* find(const Actions& actions) {
  for (const auto& action : actions)
    if (const T* found = std::get_if<T>(&action)) return found;
  return nullptr;
}
Cause cause_of(const Actions& actions) {
  const auto* transition = find<Transition>(actions);
  return transition ? transition->reason.cause : Cause::SyncGroup;
}

TEST(Timers, AreExactToTheMicrosecond) {
  EXPECT_EQ(skew_time(Version::V2, Priority(100), 5s), 609375us);
  EXPECT_EQ(skew_time(Version::V3, Priority(100), 100ms), 60937us);  // cut, as keepalived does
  EXPECT_EQ(down_interval(Version::V2, Priority(150), 1s), 3s + 414062us);
  EXPECT_EQ(down_interval(Version::V3, Priority(254), 10ms), 30ms + 78us);
}

TEST(Initialize, OwnerBecomesActiveAtOnce) {
  Story owner(config(255));
  EXPECT_THAT(
      owner.tell(Startup{}),
      ElementsAre(Advertise{Priority(255)}, ClaimAddresses{}, Announce{5},
                  Transition{State::Initialize, State::Active, {.cause = Cause::IsOwner}, kStart}));
  EXPECT_EQ(owner.next(), 1s);
}

TEST(Initialize, EverybodyElseListensForTheDownInterval) {
  Story backup(config(100));
  EXPECT_THAT(
      backup.tell(Startup{}),
      ElementsAre(Transition{State::Initialize, State::Backup, {.cause = Cause::Started}, kStart}));
  EXPECT_EQ(backup.next(), 3s + 609375us);
}

TEST(Initialize, StateMasterIsAHintThatShortensTheFirstWait) {
  auto hinted = config(101);
  hinted.starts_active = true;
  Story router(hinted);
  router.tell(Startup{});
  EXPECT_EQ(router.next(), 1s + 3906us);
}

TEST(Backup, TakesOverWhenNothingIsHeard) {
  Story backup(config(100));
  backup.tell(Startup{});
  EXPECT_THAT(backup.wait(3s + 609374us), IsEmpty());
  const Transition expected{State::Backup,
                            State::Active,
                            {.cause = Cause::Silence, .silence = 3s + 609375us},
                            kStart + 3s + 609375us};
  EXPECT_THAT(backup.wait(1us),
              ElementsAre(Advertise{Priority(100)}, ClaimAddresses{}, Announce{5}, expected));
}

TEST(Backup, StaysWhileItHearsAnEqualOrBetterRouter) {
  for (const int priority : {100, 101, 255}) {
    Story backup(config(100));
    backup.tell(Startup{});
    for (int i = 0; i < 10; ++i) {
      EXPECT_THAT(backup.wait(1s), IsEmpty());
      EXPECT_THAT(backup.hear(priority, kLower), IsEmpty());
      EXPECT_EQ(backup.next(), 3s + 609375us);
    }
  }
}

TEST(Backup, DiscardsALowerRouterAndSoPreemptsIt) {
  Story backup(config(100));
  backup.tell(Startup{});
  backup.wait(1s);
  EXPECT_THAT(backup.hear(99), IsEmpty());
  EXPECT_EQ(backup.next(), 2s + 609375us);
  const auto actions = backup.wake();
  EXPECT_EQ(cause_of(actions), Cause::LowerPriority);
  EXPECT_EQ(find<Transition>(actions)->reason.peer, kHigher);
}

TEST(Backup, LeavesALowerRouterInItsRoleWithNopreempt) {
  auto patient = config(100);
  patient.preempt = false;
  Story backup(patient);
  backup.tell(Startup{});
  backup.wait(1s);
  backup.hear(1);
  EXPECT_EQ(backup.next(), 3s + 609375us);
}

TEST(Backup, OwnerPreemptsWhateverNopreemptSays) {
  auto owner = config(255);
  owner.preempt = false;
  Story router(owner);
  router.tell(LinkDown{});
  router.tell(Startup{});
  router.tell(LinkUp{});
  ASSERT_EQ(router.router.state(), State::Backup);
  router.hear(254);
  EXPECT_EQ(router.next(), 1s + 3906us);
}

TEST(Backup, ToleratesALowerRouterForThePreemptDelay) {
  auto slow = config(100);
  slow.preempt_delay = 5s;
  Story backup(slow);
  backup.tell(Startup{});
  for (int second = 0; second < 5; ++second) {
    backup.hear(50);
    EXPECT_EQ(backup.next(), 3s + 609375us);
    backup.wait(1s);
  }
  backup.hear(50);
  EXPECT_EQ(backup.next(), 2s + 609375us);
}

TEST(Backup, WaitsOnlyTheSkewAfterAResignation) {
  Story backup(config(100));
  backup.tell(Startup{});
  backup.hear(200);
  backup.hear(0);
  EXPECT_EQ(backup.next(), 609375us);
  EXPECT_EQ(cause_of(backup.wake()), Cause::ActiveResigned);
}

TEST(Backup, LearnsTheIntervalInVersion3) {
  Story backup(config(100));
  backup.tell(Startup{});
  const auto actions = backup.hear(200, kHigher, 100ms);
  EXPECT_EQ(backup.next(), 360937us);
  ASSERT_NE(find<Notice>(actions), nullptr);
  EXPECT_EQ(find<Notice>(actions)->trouble, Trouble::IntervalDiffers);
  backup.wake();
  EXPECT_EQ(backup.router.state(), State::Active);
  EXPECT_EQ(backup.next(), 1s) << "as active router it has its own interval";
}

TEST(Backup, RefusesAnotherIntervalInVersion2) {
  Story backup(config(100, Version::V2));
  backup.tell(Startup{});
  backup.wait(1s);
  const auto actions = backup.hear(200, kHigher, 2s);
  EXPECT_EQ(backup.next(), 2s + 609375us);
  EXPECT_EQ(backup.router.counters()[RejectReason::IntervalMismatch], 1U);
  ASSERT_NE(find<Notice>(actions), nullptr);
  EXPECT_THAT(describe(*find<Notice>(actions)), testing::HasSubstr("advert_int"));
}

TEST(Active, AdvertisesEveryIntervalWithoutDrift) {
  Story active(config(100));
  active.become_active();
  EXPECT_THAT(active.wait(1s + 20ms), ElementsAre(Advertise{Priority(100)}));
  EXPECT_EQ(active.next(), 980ms);
}

TEST(Active, YieldsToAHigherPriority) {
  Story active(config(100));
  active.become_active();
  const auto actions = active.hear(101, kLower);
  EXPECT_THAT(actions, ElementsAre(ReleaseAddresses{}, Transition{State::Active,
                                                                  State::Backup,
                                                                  {.cause = Cause::HigherPriority,
                                                                   .peer = kLower,
                                                                   .peer_priority = Priority(101)},
                                                                  active.now}));
  EXPECT_EQ(active.next(), 3s + 609375us);
}

TEST(Active, YieldsAmongEqualsToTheHigherAddress) {
  Story active(config(100));
  active.become_active();
  EXPECT_EQ(cause_of(active.hear(100, kHigher)), Cause::HigherAddress);
  EXPECT_EQ(active.router.state(), State::Backup);
}

TEST(Active, AnswersALowerRouterAtOnceAndAnnouncesAgain) {
  for (const auto& [priority, from] : {std::pair{99, kHigher}, std::pair{100, kLower}}) {
    Story active(config(100));
    active.become_active();
    active.wait(10ms);
    const auto actions = active.hear(priority, from);
    EXPECT_THAT(actions, testing::Contains(Action(Advertise{Priority(100)})));
    EXPECT_THAT(actions, testing::Contains(Action(Announce{5})));
    EXPECT_EQ(find<Notice>(actions)->trouble, Trouble::OtherActive);
    EXPECT_EQ(active.router.state(), State::Active);
    EXPECT_EQ(active.next(), 990ms) << "the timer runs on";
  }
}

TEST(Active, DoesNotMultiplyAFloodOfLowerAdvertisements) {
  Story active(config(100));
  active.become_active();
  const auto sent = active.router.counters().sent;
  for (int i = 0; i < 1000; ++i) active.hear(1);
  EXPECT_EQ(active.router.counters().sent, sent + 1);
}

TEST(Active, OnlyDiscardsALowerRouterWithLowerPrioNoAdvert) {
  auto silent = config(100);
  silent.answers_lower_priority = false;
  Story active(silent);
  active.become_active();
  EXPECT_EQ(find<Advertise>(active.hear(50)), nullptr);
}

TEST(Active, AnswersAResignationAndStartsItsTimerAnew) {
  Story active(config(100));
  active.become_active();
  active.wait(400ms);
  EXPECT_THAT(active.hear(0), ElementsAre(Advertise{Priority(100)}));
  EXPECT_EQ(active.next(), 1s);
}

TEST(Active, AnnouncesAgainAfterTheDelayAndThenAtEachRefresh) {
  auto refreshing = config(255);
  refreshing.announce.refresh = 7s;
  Story active(refreshing);
  active.tell(Startup{});
  std::vector<std::pair<Duration, int>> announced;
  while (active.now < kStart + 15s)
    for (const auto& action : active.wake())
      if (const auto* announce = std::get_if<Announce>(&action))
        announced.emplace_back(active.now - kStart, announce->rounds);
  EXPECT_THAT(announced,
              ElementsAre(std::pair<Duration, int>{5s, 5}, std::pair<Duration, int>{7s, 1},
                          std::pair<Duration, int>{14s, 1}));
}

TEST(Shutdown, OfABackupIsSilent) {
  Story backup(config(100));
  backup.tell(Startup{});
  EXPECT_THAT(
      backup.tell(Shutdown{}),
      ElementsAre(Transition{State::Backup, State::Initialize, {.cause = Cause::Stopped}, kStart},
                  Done{}));
  EXPECT_FALSE(backup.router.deadline());
}

TEST(Shutdown, OfTheActiveRouterServesOnUntilTheSuccessorIsHeard) {
  Story active(config(200));
  active.become_active();
  EXPECT_THAT(active.tell(Shutdown{}), ElementsAre(Advertise{Priority(0)}));
  EXPECT_TRUE(active.router.is_resigning());
  active.now += 609ms;
  const auto actions = active.hear(100);
  EXPECT_THAT(
      actions,
      ElementsAre(
          ReleaseAddresses{},
          Transition{State::Active,
                     State::Initialize,
                     {.cause = Cause::Stopped, .peer = kHigher, .peer_priority = Priority(100)},
                     active.now},
          Done{}));
}

TEST(Shutdown, WithoutASuccessorEndsAfterTheLongestSkew) {
  Story active(config(200));
  active.become_active();
  active.tell(Shutdown{});
  EXPECT_EQ(active.next(), 996093us);
  const auto actions = active.wake();
  EXPECT_NE(find<ReleaseAddresses>(actions), nullptr);
  EXPECT_NE(find<Done>(actions), nullptr);
  EXPECT_FALSE(active.router.deadline());
}

TEST(Shutdown, AskedForTwiceDoesNotWait) {
  Story active(config(200));
  active.become_active();
  active.tell(Shutdown{});
  EXPECT_NE(find<Done>(active.tell(Shutdown{})), nullptr);
}

TEST(Resign, GivesTheRoleAwayAndStaysInTheElection) {
  Story active(config(100));
  active.become_active();
  EXPECT_THAT(active.tell(Resign{}), ElementsAre(Advertise{Priority(0)}));
  active.now += 10ms;
  EXPECT_EQ(cause_of(active.hear(50)), Cause::Commanded);
  EXPECT_EQ(active.router.state(), State::Backup);
}

TEST(Resign, IsCutShortByAFault) {
  Story active(config(100));
  active.become_active();
  active.tell(Resign{});
  EXPECT_THAT(active.tell(LinkDown{}), testing::Contains(Action(ReleaseAddresses{})));
  EXPECT_EQ(active.router.state(), State::Fault);
}

TEST(Fault, OfTheLinkEndsTheActiveRole) {
  Story active(config(100));
  active.become_active();
  EXPECT_THAT(
      active.tell(LinkDown{}),
      ElementsAre(Advertise{Priority(0)}, ReleaseAddresses{},
                  Transition{State::Active, State::Fault, {.cause = Cause::LinkDown}, active.now}));
  EXPECT_FALSE(active.router.deadline());
  EXPECT_THAT(active.hear(1), IsEmpty()) << "who is in Fault takes no part";
  EXPECT_EQ(cause_of(active.tell(LinkUp{})), Cause::LinkUp);
  EXPECT_EQ(active.next(), 3s + 609375us);
}

TEST(Fault, DoesNotComeFromTheLinkWithDontTrackPrimary) {
  auto careless = config(100);
  careless.fault_on_link_down = false;
  Story active(careless);
  active.become_active();
  EXPECT_THAT(active.tell(LinkDown{}), IsEmpty());
}

TEST(Fault, LastsWhileThereIsNoAddressToSendFrom) {
  auto nameless = config(100);
  nameless.source.reset();
  Story router(nameless);
  EXPECT_EQ(cause_of(router.tell(Startup{})), Cause::NoSource);
  EXPECT_EQ(cause_of(router.tell(SourceChanged{kOurs})), Cause::SourceKnown);
  EXPECT_EQ(router.router.state(), State::Backup);
  EXPECT_EQ(cause_of(router.tell(SourceChanged{})), Cause::NoSource);
}

TEST(Tracking, WaitsForTheFirstResultOfAnUnweightedScript) {
  auto tracking = config(100);
  tracking.tracked = {{.id = {7}}};
  Story router(tracking);
  EXPECT_THAT(router.tell(Startup{}), IsEmpty());
  EXPECT_EQ(router.router.state(), State::Initialize);
  router.tell(TrackedChanged{{7}, true});
  EXPECT_EQ(router.router.state(), State::Backup);
  const auto actions = router.tell(TrackedChanged{{7}, false});
  EXPECT_EQ(cause_of(actions), Cause::TrackedDown);
  EXPECT_EQ(find<Transition>(actions)->reason.tracked, TrackId{7});
}

TEST(Tracking, WeighsThePriorityWithinItsBounds) {
  auto tracking = config(100);
  tracking.tracked = {
      {.id = {1}, .weight = 2}, {.id = {2}, .weight = -30}, {.id = {3}, .weight = 10}};
  Story router(tracking);
  router.tell(Startup{});
  EXPECT_EQ(router.router.effective_priority(), Priority(100));
  router.tell(TrackedChanged{{1}, true});
  EXPECT_EQ(router.router.effective_priority(), Priority(102));
  router.tell(TrackedChanged{{2}, false});
  EXPECT_EQ(router.router.effective_priority(), Priority(72));
  router.tell(TrackedValue{{3}, 100});
  EXPECT_EQ(router.router.effective_priority(), Priority(254));
  router.tell(TrackedValue{{3}, -20});
  EXPECT_EQ(router.router.effective_priority(), Priority(1));
}

TEST(Tracking, NeverMovesAnOwner) {
  auto owner = config(255);
  owner.tracked = {{.id = {1}, .weight = -50}};
  Story router(owner);
  router.tell(TrackedChanged{{1}, false});
  EXPECT_EQ(router.router.effective_priority(), Priority(255));
}

TEST(Tracking, ChangesTheSkewOfAWaitingBackup) {
  Story backup(config(100));
  backup.tell(Startup{});
  backup.wait(1s);
  backup.tell(PriorityChanged{Priority(228)});
  EXPECT_EQ(backup.next(), 2s + 109375us);
}

TEST(Sleep, OfABackupIsNoProofOfSilence) {
  Story backup(config(100));
  backup.tell(Startup{});
  EXPECT_THAT(backup.wait(60s), IsEmpty());
  EXPECT_EQ(backup.next(), 1s + 609375us);
  EXPECT_THAT(backup.hear(200), IsEmpty());
  EXPECT_EQ(backup.router.state(), State::Backup);
}

TEST(Sleep, IsForgivenOnlyOnce) {
  Story backup(config(100));
  backup.tell(Startup{});
  backup.wait(60s);
  EXPECT_EQ(cause_of(backup.wait(60s)), Cause::Silence);
}

TEST(Sleep, OfTheActiveRouterEndsItsRoleBeforeItAnnouncesAnything) {
  Story active(config(100));
  active.become_active();
  active.now += 5s;
  const auto actions = active.hear(50);
  EXPECT_EQ(find<Advertise>(actions), nullptr);
  EXPECT_THAT(actions, testing::Contains(Action(ReleaseAddresses{})));
  EXPECT_EQ(cause_of(actions), Cause::Slept);
  EXPECT_EQ(active.next(), 1s + 609375us);
}

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

TEST(Reconfigure, KeepsTheRoleAndAnnouncesNewAddresses) {
  Story active(config(100));
  active.become_active();
  auto more = config(120);
  more.addresses.push_back(kHigher);
  Actions actions;
  active.router.reconfigure(more, active.now, actions);
  EXPECT_THAT(actions, ElementsAre(Advertise{Priority(120)}, ClaimAddresses{}, Announce{5}));
  EXPECT_EQ(active.router.state(), State::Active);
}

TEST(Reconfigure, WithNopreemptSparesTheLowerRouterThatWasToBeDisplaced) {
  Story backup(config(100));
  backup.tell(Startup{});
  backup.wait(3s);
  backup.hear(50);
  auto patient = config(100);
  patient.preempt = false;
  Actions actions;
  backup.router.reconfigure(patient, backup.now, actions);
  EXPECT_EQ(backup.next(), 3s + 609375us);
}

TEST(Reconfigure, CanEndTheRefreshing) {
  auto refreshing = config(255);
  refreshing.announce.refresh = 7s;
  Story active(refreshing);
  active.tell(Startup{});
  Actions actions;
  active.router.reconfigure(config(255), active.now, actions);
  while (active.now < kStart + 30s) active.wake();
  EXPECT_EQ(active.next(), 1s);
}

TEST(Describe, NamesPacketAndSilence) {
  EXPECT_EQ(describe(Reason{.cause = Cause::Silence,
                            .peer = kHigher,
                            .peer_priority = Priority(150),
                            .silence = 3609375us}),
            "nothing heard from 10.0.0.6 (priority 150) for 3.609 s");
}

}  // namespace
