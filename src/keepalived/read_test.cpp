// Files as people have them, and what is in force after reading them.
#include "keepalived/read.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <iterator>

namespace keepalived {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

std::string text_of(const std::string& name) {
  std::ifstream in(std::string(HOLDFAST_SOURCE_DIR) + "/tests/keepalived/" + name);
  return {std::istreambuf_iterator<char>(in), {}};
}

Reading sample(const std::string& name) {
  return read_text(name, text_of(name));
}

std::string messages(const Reading& reading) {
  std::string out;
  for (const text::Diagnostic& found : reading.diagnostics) out += text::render(found);
  return out;
}

// An instance that is whole but for what is under test.
Reading with(const std::string& lines, const std::string& outside = "") {
  return read_text("k.conf",
                   "vrrp_instance a {\ninterface eth0\nvirtual_router_id 1\n"
                   "virtual_ipaddress { 10.0.0.1 }\n" +
                       lines + "\n}\n" + outside);
}

std::vector<std::string> whats(const Reading& reading) {
  std::vector<std::string> out;
  out.reserve(reading.diagnostics.size());
  for (const text::Diagnostic& found : reading.diagnostics) out.push_back(found.what);
  return out;
}

TEST(BoshJob, RunsOnTheBootstrapNodeWithOneWarning) {
  const Reading reading = sample("bosh_bootstrap.conf");
  EXPECT_EQ(messages(reading),
            "bosh_bootstrap.conf:2:3: warning: unknown keyword `lvs_id` in global_defs\n"
            "2 |   lvs_id keepalived\n"
            "  |   ^~~~~~\n"
            "hint: keepalived dropped it long ago; `router_id` took its place\n");
  EXPECT_EQ(reading.verdict, Verdict::Sound);
  ASSERT_EQ(reading.config.instances.size(), 1U);
  const Instance& one = reading.config.instances[0];
  EXPECT_EQ(one.name, "keepalived_check_haproxy");
  EXPECT_EQ(one.interface, kAutoInterface);
  EXPECT_EQ(one.initial_state, InitialState::Master);
  EXPECT_EQ(one.priority.value(), 101);
  EXPECT_EQ(one.vrid.value(), 1);
  EXPECT_EQ(one.version, vrrp::Version::V2);
  EXPECT_EQ(one.interval, 1s);
  EXPECT_TRUE(one.preempt);
  EXPECT_TRUE(one.track_own_interface);
  EXPECT_EQ(net::to_string(one.addresses.at(0).prefix), "10.0.0.50/32");
  EXPECT_EQ(one.scripts.at(0).name, "check_haproxy");
  EXPECT_EQ(one.scripts.at(0).weight, 2);
  EXPECT_EQ(one.announce.repeat, 5U);
  EXPECT_EQ(one.announce.delay, 5s);
  const Script& script = reading.config.scripts.at(0);
  EXPECT_THAT(script.command.argv, ElementsAre("killall", "-0", "haproxy"));
  EXPECT_EQ(script.interval, 2s);
  EXPECT_EQ(script.timeout, 2s);
}

TEST(BoshJob, RunsOnEveryOtherNodeWithOneWarningMore) {
  const Reading reading = sample("bosh_other.conf");
  ASSERT_EQ(reading.diagnostics.size(), 2U) << messages(reading);
  EXPECT_EQ(text::render(reading.diagnostics[1]),
            "bosh_other.conf:12:9: warning: state `SLAVE` is neither MASTER nor BACKUP\n"
            "12 |   state SLAVE\n"
            "   |         ^~~~~\n"
            "hint: BACKUP is used\n");
  EXPECT_EQ(reading.verdict, Verdict::Sound);
  const Instance& one = reading.config.instances.at(0);
  EXPECT_EQ(one.initial_state, InitialState::Backup);
  EXPECT_EQ(one.priority.value(), 100);
  EXPECT_EQ(one.interface, "eth0");
  EXPECT_FALSE(one.track_own_interface);
}

TEST(TwoNodes, AreReadWithoutAWord) {
  const Reading reading = sample("two_nodes.conf");
  EXPECT_EQ(messages(reading), "");
  const Instance& one = reading.config.instances.at(0);
  EXPECT_EQ(one.authentication, Authentication::Password);
  EXPECT_EQ(one.password, "s3cret");
  EXPECT_EQ(one.addresses.at(0).device, "ens3");
  EXPECT_EQ(one.addresses.at(0).label, "ens3:vip");
  EXPECT_EQ(net::to_string(one.addresses.at(0).prefix), "192.0.2.10/24");
  EXPECT_EQ(one.vrid_at.line, 5U);
  EXPECT_EQ(one.interface_at.column, 15U);
}

TEST(WildShapes, ContainersUseUnicastAndNotify) {
  const Reading reading = sample("container.conf");
  EXPECT_EQ(messages(reading), "");
  const Instance& one = reading.config.instances.at(0);
  EXPECT_EQ(one.peers.size(), 2U);
  EXPECT_FALSE(one.preempt);
  EXPECT_THAT(one.notify.any.value().argv,
              ElementsAre("/container/service/keepalived/assets/notify.sh"));
}

TEST(WildShapes, ControlPlanesTrackScriptsAndInterfaces) {
  const Reading reading = sample("control_plane.conf");
  EXPECT_EQ(messages(reading), "");
  const Instance& one = reading.config.instances.at(0);
  ASSERT_EQ(one.scripts.size(), 2U);
  EXPECT_EQ(one.scripts[0].weight, 0);
  EXPECT_EQ(one.scripts[1].weight, -5);
  EXPECT_THAT(one.interfaces, testing::IsEmpty());  // its own is tracked anyway
  EXPECT_TRUE(one.track_own_interface);
  EXPECT_EQ(net::to_string(one.addresses.at(1).broadcast.value()), "198.51.100.255");
  EXPECT_EQ(one.addresses.at(1).scope, 0);
  EXPECT_EQ(reading.config.scripts.at(1).rise, 10U);
}

TEST(WildShapes, RoutersHoldAddressesThatAreNotAdvertised) {
  const Reading reading = sample("l3_agent.conf");
  EXPECT_EQ(reading.verdict, Verdict::Sound);
  EXPECT_THAT(whats(reading), testing::IsEmpty());
  const Instance& one = reading.config.instances.at(0);
  EXPECT_EQ(one.family, net::Family::Ipv4);
  EXPECT_EQ(one.excluded.size(), 3U);
  EXPECT_EQ(one.excluded.at(2).scope, 253);
  EXPECT_EQ(one.interval, 2s);
  EXPECT_EQ(one.announce.delay, 60s);
  EXPECT_EQ(net::to_string(one.routes.at(0).via.value()), "203.0.113.1");
}

TEST(WildShapes, RouterSystemsPairFamiliesInAGroup) {
  const Reading reading = sample("router_os.conf");
  EXPECT_EQ(reading.verdict, Verdict::Sound) << messages(reading);
  EXPECT_THAT(whats(reading), testing::Each(testing::HasSubstr("is not supported yet")));
  const Config& config = reading.config;
  EXPECT_EQ(config.instances.at(0).version, vrrp::Version::V3);
  EXPECT_EQ(config.instances.at(0).preempt_delay, 180s);
  EXPECT_EQ(config.instances.at(1).family, net::Family::Ipv6);
  EXPECT_EQ(net::to_string(config.instances.at(1).group), "ff02::12");
  EXPECT_EQ(config.instances.at(1).addresses.at(0).preferred_lifetime, 0U);
  EXPECT_FALSE(config.instances.at(1).addresses.at(1).preferred_lifetime);
  EXPECT_THAT(config.groups.at(0).members, ElementsAre("lan", "lan6"));
}

// The whole output of one file with many mistakes: in tests/keepalived/broken.expected.
// UPDATE_GOLDEN=1 rewrites it.
TEST(BrokenFile, IsExplainedInOnePass) {
  const Reading reading = sample("broken.conf");
  const std::string path = std::string(HOLDFAST_SOURCE_DIR) + "/tests/keepalived/broken.expected";
  if (std::getenv("UPDATE_GOLDEN") != nullptr) std::ofstream(path) << messages(reading);
  EXPECT_EQ(messages(reading), text_of("broken.expected"));
  EXPECT_EQ(reading.verdict, Verdict::CannotRun);
  EXPECT_THAT(messages(reading), testing::Not(testing::HasSubstr("secret")));
  EXPECT_THAT(messages(reading), testing::Not(testing::HasSubstr("shown\n")));
}

TEST(BrokenInstance, IsLookedThroughToItsEnd) {
  const Reading reading = read_text("k.conf",
                                    "vrrp_instance a {\ninterface eth0\nadvert_int 0.5\n"
                                    "virtual_ipaddress { 10.0.0.1\n2001:db8::1 }\n"
                                    "track_script { chk }\n}\n");
  EXPECT_EQ(reading.verdict, Verdict::CannotRun);
  EXPECT_THAT(whats(reading), ElementsAre("vrrp_instance a has no virtual_router_id",
                                          "advert_int 0.5: version 2 has whole seconds only",
                                          "2001:db8::1/128 is not IPv4 as the first address of a",
                                          "there is no vrrp_script chk; it is not tracked"));
}

TEST(Verdict, TheWorstFindingDecidesAndALaterMildOneHidesNothing) {
  EXPECT_EQ(with("nonsense").verdict, Verdict::Sound);
  EXPECT_EQ(with("priority 0").verdict, Verdict::RunsWithErrors);
  EXPECT_EQ(with("priority 0",
                 "vrrp_instance b {\n interface x\n}\n"
                 "vrrp_script s {\n script x\n interval 0\n}\n")
                .verdict,
            Verdict::CannotRun);
  EXPECT_EQ(read_text("k.conf", "").verdict, Verdict::CannotRun);
}

TEST(RouterIds, MayNotMeetOnAnInterfaceAndBothPlacesAreNamed) {
  const std::string other =
      "vrrp_instance b {\n interface eth0\n virtual_router_id 1\n virtual_ipaddress { 10.0.0.2 "
      "}\n}\n";
  EXPECT_EQ(messages(with("", other)),
            "k.conf:9:20: error: a and b are both virtual router 1 on eth0 over IPv4 "
            "[duplicate-vrid]\n"
            "9 |  virtual_router_id 1\n"
            "  |                    ^\n"
            "k.conf:3:19: note: the other one is here\n"
            "3 | virtual_router_id 1\n"
            "  |                   ^\n"
            "hint: give one of them another virtual_router_id\n");
  EXPECT_EQ(with("", other).verdict, Verdict::CannotRun);
  EXPECT_EQ(with("mcast_dst_ip 224.0.0.19", other).verdict, Verdict::Sound);
  EXPECT_EQ(with("unicast_peer { 10.0.0.9 }", other).verdict, Verdict::Sound);
  EXPECT_EQ(read_text("k.conf", messages(with("")) +
                                    "vrrp_instance c {\n interface eth0\n virtual_router_id 1\n"
                                    " virtual_ipaddress { fe80::1 }\n}\n" +
                                    other)
                .verdict,
            Verdict::Sound);
}

TEST(Priority, OfAMasterWithoutOneIsTheOwners) {
  const Reading reading = with("state MASTER");
  EXPECT_EQ(reading.config.instances.at(0).priority.value(), 255);
  EXPECT_EQ(reading.verdict, Verdict::Sound);
  EXPECT_EQ(reading.diagnostics.size(), 1U);
  EXPECT_EQ(with("state MASTER\npriority 999").config.instances.at(0).priority.value(), 100);
}

TEST(Preemption, IsNotTurnedOffForAMaster) {
  EXPECT_THAT(whats(with("state MASTER\npriority 150\nnopreempt")),
              ElementsAre("nopreempt has no effect with `state MASTER`"));
  EXPECT_FALSE(with("nopreempt").config.instances.at(0).preempt);
  EXPECT_TRUE(with("nopreempt\npreempt").config.instances.at(0).preempt);
  EXPECT_THAT(whats(with("nopreempt\npreempt_delay 5")),
              ElementsAre("preempt_delay has no effect with nopreempt"));
  EXPECT_EQ(with("preempt_delay 0.5").config.instances.at(0).preempt_delay, 500ms);
}

TEST(Interval, IsWhatTheVersionCanSay) {
  const auto interval = [](const std::string& lines) {
    return with(lines).config.instances.at(0).interval;
  };
  EXPECT_EQ(interval("advert_int 1.26"), 1s);
  EXPECT_EQ(interval("advert_int 1.7"), 2s);
  EXPECT_EQ(interval("advert_int 0.3"), 1s);
  EXPECT_EQ(interval("advert_int 255"), 255s);
  EXPECT_EQ(interval("advert_int 0.123456\nversion 3"), 120ms);
  EXPECT_EQ(interval("advert_int 50\nversion 3"), 40950ms);
  EXPECT_EQ(interval("advert_int 0.01\nversion 3"), 10ms);
}

TEST(Announcements, FollowTheGlobalsUnlessTheInstanceSpeaks) {
  const Announce one = with("garp_master_repeat 2",
                            "global_defs {\nvrrp_garp_master_delay 7\n"
                            "vrrp_garp_master_repeat 3\n}\n")
                           .config.instances.at(0)
                           .announce;
  EXPECT_EQ(one.delay, 7s);
  EXPECT_EQ(one.repeat, 2U);
  EXPECT_EQ(one.lower_priority_delay, 7s);
  EXPECT_EQ(one.lower_priority_repeat, 3U);
  const Announce least =
      with("", "global_defs {\nvrrp_min_garp\n}\n").config.instances.at(0).announce;
  EXPECT_EQ(least.repeat, 1U);
  EXPECT_EQ(least.delay, 0s);
}

TEST(Groups, DoNotLetWeightsPullThemApart) {
  const Reading reading = with("track_script { s }\ntrack_interface { eth1 weight 5\neth2 }",
                               "vrrp_script s {\nscript /bin/true a \"b c\"\nweight 2\n}\n"
                               "vrrp_sync_group g { group { a } }\n");
  EXPECT_THAT(reading.config.instances.at(0).scripts, testing::IsEmpty());
  // An interface goes on being watched, as keepalived has it.
  EXPECT_EQ(reading.config.instances.at(0).interfaces.at(0).weight, 0);
  EXPECT_EQ(reading.config.instances.at(0).interfaces.size(), 2U);
  EXPECT_THAT(reading.config.scripts.at(0).command.argv, ElementsAre("/bin/true", "a", "b c"));
  EXPECT_THAT(whats(reading), ElementsAre("`s` is ignored: its weight would pull the group g apart",
                                          "the weight of `eth1` would pull the group g apart",
                                          "the group g has one member only"));
}

TEST(Twice, TheLastValueCountsAndTheFirstScript) {
  const Reading reading =
      with("priority 120\npriority 130\nnotify_master /bin/true\nnotify_master /bin/false");
  EXPECT_THAT(whats(reading), ElementsAre("`priority` is given twice; the last one counts",
                                          "`notify_master` is given twice; the first one counts"));
  EXPECT_EQ(reading.config.instances.at(0).priority.value(), 130);
  EXPECT_THAT(reading.config.instances.at(0).notify.master.value().argv, ElementsAre("/bin/true"));
}

TEST(Strict, ChangesTheDefaultsItNames) {
  const Reading reading = with("preempt_delay 3", "global_defs {\nvrrp_strict\n}\n");
  const Instance& one = reading.config.instances.at(0);
  EXPECT_FALSE(one.accept);
  EXPECT_TRUE(one.lower_priority_no_advert);
  EXPECT_EQ(one.preempt_delay, 0s);
}

TEST(Unicast, HasBoundsAndNeedsPeers) {
  const Instance one =
      with("unicast_src_ip 10.0.0.2\nunicast_peer {\n10.0.0.3 min_ttl 254 max_ttl 255\n}")
          .config.instances.at(0);
  EXPECT_EQ(one.peers.at(0).min_ttl, 254);
  EXPECT_TRUE(one.check_unicast_source);
  EXPECT_EQ(net::to_string(one.source.value()), "10.0.0.2");
  EXPECT_THAT(whats(with("unicast_src_ip 10.0.0.2")),
              ElementsAre("a has no unicast peer, so that it uses multicast"));
}

TEST(Findings, AreCountedWhenThereAreTooMany) {
  std::string many;
  for (int i = 0; i < 3000; ++i) many += "nonsense\n";
  const Reading reading = with("", many);
  EXPECT_EQ(reading.diagnostics.size(), 1001U);
  EXPECT_EQ(reading.diagnostics.back().what, "2000 more findings are not shown");
}

TEST(Scale, SixtyFiveThousandInstancesAreReadAtOnce) {
  const Reading reading =
      read_text("k.conf",
                "$VI= \\\nvrrp_instance v.${IF}.${NUM}.${ID} { \\\n interface b${IF}.${NUM} \\\n"
                " virtual_router_id ${ID} \\\n priority 130 \\\n virtual_ipaddress { \\\n"
                " 10.${IF}.${NUM}.${ID}/24 \\\n } \\\n}\n"
                "~SEQ(IF,0,7) ~SEQ(NUM,0,31) ~SEQ(ID,1,254) $VI\n");
  EXPECT_EQ(reading.config.instances.size(), 65024U);
  EXPECT_EQ(reading.verdict, Verdict::Sound);
  EXPECT_EQ(reading.config.instances.back().name, "v.7.31.254");
}

}  // namespace
}  // namespace keepalived
