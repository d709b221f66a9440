#include "vrrp/router_story.h"

namespace {

using namespace vrrp::story;  // NOLINT(google-build-using-namespace): these tests are about it
using namespace vrrp;         // NOLINT(google-build-using-namespace)

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

TEST(Drain, YieldsAndStaysBackupWhoeverIsSilent) {
  Story active(config(100));
  active.become_active();
  EXPECT_THAT(active.tell(Drain{}), ElementsAre(Advertise{Priority(0)}));
  active.now += 10ms;
  EXPECT_EQ(cause_of(active.hear(50)), Cause::Commanded);
  for (int wake = 0; wake < 5; ++wake) EXPECT_THAT(active.wake(), IsEmpty());
  EXPECT_EQ(active.router.state(), State::Backup);
}

TEST(Drain, EndsAndTheRouterTakesPartAgain) {
  Story backup(config(100));
  backup.tell(Startup{});
  backup.tell(Drain{});
  backup.wake();
  backup.tell(Drain{false});
  backup.hear(50);
  EXPECT_EQ(cause_of(backup.wake()), Cause::LowerPriority);
  EXPECT_EQ(backup.router.state(), State::Active);
}

TEST(Drain, KeepsAnOwnerFromStartingAsActive) {
  Story owner(config(255));
  owner.tell(Drain{});
  owner.tell(Startup{});
  EXPECT_EQ(owner.router.state(), State::Backup);
  EXPECT_THAT(owner.wake(), IsEmpty());
}

TEST(Resign, IsCutShortByAFault) {
  Story active(config(100));
  active.become_active();
  active.tell(Resign{});
  EXPECT_THAT(active.tell(LinkDown{}), testing::Contains(Action(ReleaseAddresses{})));
  EXPECT_EQ(active.router.state(), State::Fault);
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

TEST(TwoOwners, TheOneWithTheLowerAddressYieldsAtOnce) {
  Story story(config(255));
  story.tell(Startup{});
  EXPECT_EQ(cause_of(story.hear(255, kHigher)), Cause::HigherAddress);
  EXPECT_EQ(story.router.state(), State::Backup);
}

TEST(TwoOwners, TheOtherOneCeasesToBeAnOwnerIfItIsNotHeard) {
  Story story(config(255));
  story.tell(Startup{});
  for (int second = 0; second < 4; ++second) {
    EXPECT_EQ(story.router.state(), State::Active);
    EXPECT_NE(find<Advertise>(story.hear(255, kLower)), nullptr);
    story.wait(1s);
  }
  const auto actions = story.hear(255, kLower);
  EXPECT_EQ(find<Notice>(actions)->trouble, Trouble::TwoOwners);
  EXPECT_EQ(cause_of(actions), Cause::HigherPriority);
  EXPECT_NE(find<ReleaseAddresses>(actions), nullptr);
  EXPECT_EQ(story.router.effective_priority(), Priority(254));
  story.tell(PriorityChanged{Priority::owner()});
  EXPECT_EQ(story.router.effective_priority(), Priority::owner());
}

TEST(TwoOwners, MayMeetForAMomentNowAndThen) {
  Story story(config(255));
  story.tell(Startup{});
  for (int meeting = 0; meeting < 5; ++meeting) {
    story.hear(255, kLower);
    for (int second = 0; second < 5; ++second) story.wait(1s);
  }
  EXPECT_EQ(story.router.effective_priority(), Priority::owner());
}

TEST(StartupDelay, IsSpentInSilenceAndDeafness) {
  auto with = config(100);
  with.startup_delay = 10s;
  Story story(with);
  EXPECT_THAT(story.tell(Startup{}), IsEmpty());
  story.hear(200);
  story.tell(LinkDown{});
  EXPECT_THAT(story.tell(LinkUp{}), IsEmpty());
  EXPECT_EQ(story.router.state(), State::Initialize);
  EXPECT_EQ(story.next(), 10s);
  EXPECT_EQ(cause_of(story.wake()), Cause::Started);
  EXPECT_EQ(story.router.state(), State::Backup);
  EXPECT_EQ(story.next(), 3s + 609375us);
}

TEST(StartupDelay, EndsWithAShutdown) {
  auto with = config(255);
  with.startup_delay = 10s;
  Story story(with);
  story.tell(Startup{});
  EXPECT_EQ(story.tell(Shutdown{}).size(), 1);
  EXPECT_EQ(story.router.deadline(), std::nullopt);
}

// keepalived's timer_expired_backup asks for this; here it is always so, and whatever priority the
// others have (docs/decisions/0011-sleepers.md).
TEST(Sleep, LeavesTheRoleToOthersAlsoWithNopreempt) {
  auto with = config(100);
  with.preempt = false;
  Story story(with);
  story.become_active();
  EXPECT_EQ(cause_of(story.wait(3s + 1us)), Cause::Slept);
}

TEST(Describe, NamesPacketAndSilence) {
  EXPECT_EQ(describe(Reason{.cause = Cause::Silence,
                            .peer = kHigher,
                            .peer_priority = Priority(150),
                            .silence = 3609375us}),
            "nothing heard from 10.0.0.6 (priority 150) for 3.609 s");
}

}  // namespace
