#include "agent/view/explanation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using namespace std::chrono_literals;
using agent::view::explain;
using agent::view::problems;
using agent::view::RouterSnapshot;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr vrrp::Instant kNow(1000s);
const net::IpAddress kPeer = net::IpAddress::v4(0x0a00000b);
const net::IpAddress kVirtual = net::IpAddress::v4(0x0a000032);

RouterSnapshot router(vrrp::State state) {
  return {.id = {0},
          .name = "VI_1",
          .interface_name = "eth0",
          .config = {.interface = {2},
                     .vrid = vrrp::VirtualRouterId::from(51).value(),
                     .version = vrrp::Version::V3},
          .state = state,
          .deadline = kNow + 3s};
}

RouterSnapshot backup_to(int priority) {
  RouterSnapshot out = router(vrrp::State::Backup);
  out.active_peer =
      vrrp::Peer{kPeer, vrrp::Priority(static_cast<std::uint8_t>(priority)), 1s, kNow - 200ms};
  return out;
}

TEST(Explain, SaysWhoIsActiveAndWhyAndWhatWouldFollow) {
  EXPECT_EQ(explain(backup_to(150), kNow),
            "backup: 10.0.0.11 is active and has the higher priority (150, ours is 100); heard 0.2 "
            "s ago; takes over unless it hears one within 3.0 s");
}

TEST(Explain, SaysWhyALowerRouterIsLeftAlone) {
  RouterSnapshot patient = backup_to(50);
  patient.config.preempt = false;
  EXPECT_THAT(explain(patient, kNow),
              HasSubstr("a lower priority (50, ours is 100), but nopreempt"));
  patient.config.preempt = true;
  patient.config.preempt_delay = 60s;
  EXPECT_THAT(explain(patient, kNow), HasSubstr("preempt_delay of 1 min 0 s"));
}

TEST(Explain, SaysThatNobodyIsHeardAnyMore) {
  EXPECT_THAT(explain(router(vrrp::State::Backup), kNow),
              HasSubstr("no active router was heard yet"));
  EXPECT_THAT(explain(backup_to(150), kNow + 10s), HasSubstr("nobody is heard any more"));
  EXPECT_THAT(explain(backup_to(0), kNow), HasSubstr("10.0.0.11 resigned 0.2 s ago"));
}

TEST(Explain, ADrainedRouterTellsHowItEnds) {
  RouterSnapshot drained = backup_to(50);
  drained.is_drained = true;
  EXPECT_THAT(explain(drained, kNow), HasSubstr("until `holdfast ctl undrain`"));
  EXPECT_THAT(explain(drained, kNow), testing::Not(HasSubstr("takes over")));
  EXPECT_THAT(problems(drained, kNow), IsEmpty());
  EXPECT_THAT(problems(drained, kNow + 10s), ElementsAre(HasSubstr("nobody serves")));
}

TEST(Explain, AnActiveRouterGivesItsReasonAndAFaultItsObstacle) {
  RouterSnapshot active = router(vrrp::State::Active);
  active.transitions = {{.reason = "nothing heard for 3.410 s", .time = kNow}};
  EXPECT_EQ(explain(active, kNow), "active because: nothing heard for 3.410 s");
  RouterSnapshot fault = router(vrrp::State::Fault);
  fault.obstacle = "script check is down";
  EXPECT_EQ(explain(fault, kNow), "in fault, takes no part: script check is down");
  EXPECT_THAT(problems(fault, kNow), ElementsAre("in fault: script check is down"));
}

TEST(Problems, NameTheForeignOwnerAndTheLikelyCause) {
  RouterSnapshot active = router(vrrp::State::Active);
  active.owners = {{.address = kVirtual,
                    .interface_name = "eth0",
                    .mac = net::MacAddress({2, 0, 0, 0, 0, 7}),
                    .last = kNow - 1s}};
  EXPECT_THAT(problems(active, kNow),
              ElementsAre(testing::AllOf(HasSubstr("02:00:00:00:00:07 answers for 10.0.0.50 too"),
                                         HasSubstr("protocol 112 blocked?"))));
  active.owners[0].is_expected = true;
  EXPECT_THAT(problems(active, kNow), IsEmpty());
}

TEST(Problems, ArePeersThatAreRefusedNowAndAddressesThatAreNotThere) {
  RouterSnapshot active = router(vrrp::State::Active);
  active.peers = {{.address = kPeer,
                   .refused = {{vrrp::RejectReason::AuthPassword, kNow - 1s}},
                   .refused_count = 3}};
  active.addresses = {{.address = {.interface = {2}, .prefix = *net::Prefix::from(kVirtual, 24)},
                       .interface_name = "eth0"}};
  EXPECT_THAT(problems(active, kNow), ElementsAre("10.0.0.50/24 is not on eth0",
                                                  HasSubstr("10.0.0.11 is heard and refused")));
  EXPECT_THAT(problems(active, kNow + 5min), ElementsAre("10.0.0.50/24 is not on eth0"));
}

TEST(ForPeople, SaysTimesInTheUnitThatMatters) {
  EXPECT_EQ(agent::view::for_people(250ms), "0.2 s");
  EXPECT_EQ(agent::view::for_people(59s), "59 s");
  EXPECT_EQ(agent::view::for_people(250s), "4 min 10 s");
  EXPECT_EQ(agent::view::for_people(3h + 5min), "3 h 5 min");
  EXPECT_EQ(agent::view::for_people(49h), "2 d 1 h");
}

}  // namespace
