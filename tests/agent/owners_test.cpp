// Others that have our addresses, seen by ARP and neighbour discovery alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "agent/setup.h"
#include "json/value.h"
#include "net/arp.h"
#include "net/neighbour_advertisement.h"

namespace {

using agent_test::config;
using agent_test::holds;
using agent_test::kVirtual;
using agent_test::start_holdfastd;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Owners : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    for (const lab::Program* program : {one_, two_})
      if (program != nullptr) std::cerr << "---\n" << program->output();
  }

  bool status_says(const std::string& agent, std::string_view text) {
    return lab::wait_until([&] {
      return a_.run({lab::built("holdfast"), "status", "--agent", agent}).output.find(text) !=
             std::string::npos;
    });
  }
  static std::string told(std::string_view event, const net::MacAddress& mac) {
    return fmt::format("{} instance=VI_1 address={} mac={}", event, kVirtual, to_string(mac));
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Host& client_ = network_.add_host("client", "10.0.0.99/24");
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;
};

// As behind a security group without protocol 112: neither hears the other's advertisements. Here
// they have other VRIDs, which has the same effect.
TEST_F(Owners, TwoActiveRoutersThatDoNotHearEachOtherAreSeenOnEachSideAndByABackup) {
  std::string deaf = config({.priority = 100});
  deaf.replace(deaf.find("virtual_router_id 51"), 20, "virtual_router_id 52");
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("control.listening") && holds(a_); }));
  lab::Program& backup = start_holdfastd(client_, config({.priority = 50}));
  ASSERT_TRUE(lab::wait_until([&] { return backup.said(told("owner.changed", a_.mac())); }))
      << backup.output();
  two_ = &start_holdfastd(b_, deaf);
  EXPECT_TRUE(lab::wait_until([&] { return one_->said(told("owner.foreign", b_.mac())); }));
  EXPECT_TRUE(lab::wait_until([&] { return two_->said(told("owner.foreign", a_.mac())); }));
  EXPECT_TRUE(lab::wait_until([&] { return backup.said("owner.two instance=VI_1"); }));
  EXPECT_TRUE(status_says("holdfastd", to_string(b_.mac()) + " announced 10.0.0.50 too"));
  EXPECT_TRUE(status_says("holdfastd", "IP protocol 112 blocked?"));
  EXPECT_TRUE(status_says("holdfastd-2", "two hosts have the address"));
}

TEST_F(Owners, AForeignAnnouncementIsAnsweredAtOnceAndManyOfThemDoNotMakeAStorm) {
  one_ = &start_holdfastd(a_, config({.more = "garp_master_delay 0"}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  const auto address = net::IpAddress::parse(kVirtual).value();
  const net::MacAddress thief({2, 0, 0, 0, 0, 0x66});
  lab::Tap tap = client_.tap();
  const auto is_ours = [&](const lab::Frame& frame) {
    const auto arp = net::parse_arp(frame.bytes);
    return arp && arp->is_gratuitous() && arp->sender_mac == a_.mac() && arp->sender_ip == address;
  };
  lab::holds_for(1200ms, [] { return true; });
  tap.clear();
  tap.send(net::gratuitous_arp(address, thief));
  EXPECT_TRUE(tap.wait_for(is_ours));
  EXPECT_TRUE(lab::wait_until([&] { return one_->said(told("owner.foreign", thief)); }));
  EXPECT_FALSE(one_->said("from=active"));
  tap.clear();
  for (int round = 0; round < 100; ++round) {
    tap.send(net::gratuitous_arp(address, thief));
    lab::holds_for(5ms, [] { return true; });
  }
  // At least a second of claims: the pauses are 0.1, 0.2, 0.4, 0.8 s and so on.
  EXPECT_LT(tap.count(is_ours), 15U);
  EXPECT_TRUE(tap.wait_for(is_ours)) << "the last word is ours";
}

TEST_F(Owners, AForeignNeighbourAdvertisementIsAnsweredToo) {
  const auto address = net::IpAddress::parse("fd00::50").value();
  one_ = &start_holdfastd(a_, R"(vrrp_instance VI_1 {
    interface eth0
    virtual_router_id 51
    advert_int 0.1
    version 3
    virtual_ipaddress { fd00::50/64 }
}
)");
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("fd00::50"); }));
  const net::MacAddress thief({2, 0, 0, 0, 0, 0x66});
  lab::Tap tap = client_.tap();
  const auto is_ours = [&](const lab::Frame& frame) {
    const auto said = net::parse_neighbour_advertisement(frame.bytes);
    return said && said->target == address && said->mac == a_.mac();
  };
  lab::holds_for(1500ms, [] { return true; });
  tap.clear();
  tap.send(net::unsolicited_neighbour_advertisement(address, thief, false));
  EXPECT_TRUE(tap.wait_for(is_ours));
  EXPECT_TRUE(lab::wait_until([&] {
    return one_->said("owner.foreign instance=VI_1 address=fd00::50 mac=02:00:00:00:00:66");
  }));
}

TEST_F(Owners, AFailoverIsNoConflict) {
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  two_ = &start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(agent_test::becomes_the_one(a_, b_));
  one_->send(SIGTERM);
  ASSERT_TRUE(one_->wait().has_value());
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  ASSERT_TRUE(agent_test::becomes_the_one(a_, b_));
  EXPECT_TRUE(lab::wait_until([&] { return two_->said(told("owner.changed", a_.mac())); }));
  EXPECT_TRUE(lab::holds_for(2500ms, [&] {
    return !one_->said("owner.foreign") && !two_->said("owner.foreign") && !two_->said("owner.two");
  }));
}

}  // namespace
