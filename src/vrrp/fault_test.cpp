#include "vrrp/router_story.h"

namespace {

using namespace vrrp::story;  // NOLINT(google-build-using-namespace): these tests are about it
using namespace vrrp;         // NOLINT(google-build-using-namespace)

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

// As keepalived 2.2.7 does with `weight 20 reverse` and `weight -10 reverse`, seen in its log.
TEST(Tracking, ReverseTurnsTheDirectionAndNotTheOccasion) {
  auto tracking = config(100);
  tracking.tracked = {{.id = {1}, .weight = 20, .reverse = true},
                      {.id = {2}, .weight = -10, .reverse = true}};
  Story router(tracking);
  router.tell(Startup{});
  router.tell(TrackedChanged{{1}, true});
  router.tell(TrackedChanged{{2}, true});
  EXPECT_EQ(router.router.effective_priority(), Priority(80));
  router.tell(TrackedChanged{{1}, false});
  router.tell(TrackedChanged{{2}, false});
  EXPECT_EQ(router.router.effective_priority(), Priority(110));
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

TEST(Fault, OfUnicastWithoutPeersWhereThatIsAskedFor) {
  auto with = config(100);
  with.fault_without_peers = true;
  Story story(with);
  EXPECT_EQ(cause_of(story.tell(Startup{})), Cause::NoPeers);
  EXPECT_EQ(story.router.state(), State::Fault);
  with.peers = {{.address = kHigher}};
  Actions actions;
  story.router.reconfigure(with, story.now, actions);
  EXPECT_EQ(story.router.state(), State::Backup);
}

}  // namespace
