// Two holdfastd on one network.
#include <gtest/gtest.h>

#include <csignal>

#include "agent/setup.h"
#include "net/arp.h"

namespace {

using agent_test::becomes_the_one;
using agent_test::config;
using agent_test::holds;
using agent_test::kVirtual;
using agent_test::start_holdfastd;
using namespace std::chrono_literals;

class Failover : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    if (one_ != nullptr) std::cerr << "--- one\n" << one_->output();
    if (two_ != nullptr) std::cerr << "--- two\n" << two_->output();
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Host& client_ = network_.add_host("client", "10.0.0.99/24");
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;
};

TEST_F(Failover, TheHigherPriorityHoldsTheAddressAndAnswersClients) {
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  two_ = &start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  EXPECT_TRUE(lab::wait_until([&] { return client_.reaches(kVirtual); }));
  EXPECT_TRUE(one_->said("vrrp.transition instance=VI_1 from=backup to=active"));
}

TEST_F(Failover, ABackupTakesOverWhenTheActiveMachineLosesPower) {
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  two_ = &start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  ASSERT_TRUE(lab::wait_until([&] { return client_.reaches(kVirtual); }));
  lab::Tap tap = client_.tap();
  a_.power_off();
  one_ = nullptr;
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  // The client has the dead machine's MAC in its cache; gratuitous ARP corrects it.
  EXPECT_TRUE(tap.wait_for([&](const lab::Frame& frame) {
    const auto arp = net::parse_arp(frame.bytes);
    return arp && arp->is_gratuitous() && arp->sender_mac == b_.mac();
  }));
  EXPECT_TRUE(lab::wait_until([&] { return client_.reaches(kVirtual); }));
  EXPECT_TRUE(two_->said("cause=silence"));
}

TEST_F(Failover, AStoppedActiveRouterHandsOverAndExitsWithSuccess) {
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  two_ = &start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  one_->send(SIGTERM);
  const auto exit = one_->wait();
  ASSERT_TRUE(exit.has_value());
  EXPECT_TRUE(exit->succeeded()) << io::to_string(*exit);
  EXPECT_FALSE(holds(a_));
  EXPECT_TRUE(lab::wait_until([&] { return holds(b_); }));
  EXPECT_TRUE(lab::wait_until([&] { return two_->said("cause=active-resigned"); }));
}

TEST_F(Failover, AStoppedRouterWithoutPeersReleasesTheAddress) {
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  one_->send(SIGINT);
  ASSERT_TRUE(one_->wait().has_value());
  EXPECT_FALSE(holds(a_));
}

TEST_F(Failover, TheBetterRouterPreemptsWhenItComesBack) {
  two_ = &start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  EXPECT_TRUE(becomes_the_one(a_, b_));
  EXPECT_TRUE(lab::wait_until([&] { return two_->said("cause=higher-priority"); }));
}

TEST_F(Failover, WithNopreemptTheBetterRouterLeavesTheActiveOneAlone) {
  two_ = &start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  one_ = &start_holdfastd(a_, config({.priority = 150, .more = "nopreempt"}));
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("to=backup"); }));
  EXPECT_TRUE(lab::holds_for(1s, [&] { return holds(b_) && !holds(a_); }));
}

TEST_F(Failover, ARouterWhoseLinkGoesDownReleasesTheAddressAndComesBack) {
  one_ = &start_holdfastd(a_, config({.priority = 150}));
  two_ = &start_holdfastd(b_, config({.priority = 100}));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  network_.unplug(a_);
  ASSERT_TRUE(becomes_the_one(b_, a_));
  EXPECT_TRUE(lab::wait_until([&] { return one_->said("to=fault"); }));
  network_.plug(a_);
  EXPECT_TRUE(becomes_the_one(a_, b_));
}

TEST_F(Failover, AnAddressThatSomebodyElseRemovesIsPutBack) {
  one_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.remove_address("10.0.0.50/24");
  EXPECT_TRUE(lab::wait_until([&] { return holds(a_) && one_->said("address.restored"); }));
  EXPECT_FALSE(one_->said("from=active"));
}

TEST_F(Failover, AnAddressLeftOverFromAKilledRunIsRemovedBeforeTheElection) {
  two_ = &start_holdfastd(b_, config({.priority = 200}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  a_.add_address("10.0.0.50/24");
  one_ = &start_holdfastd(a_, config({.priority = 100}));
  EXPECT_TRUE(becomes_the_one(b_, a_));
  EXPECT_TRUE(one_->said("address.left_over"));
}

TEST_F(Failover, TheOwnerSpeaksFromTheAddressItselfAndIsActiveAtOnce) {
  lab::Host& owner = network_.add_host("owner", "10.0.0.50/24");
  one_ = &start_holdfastd(owner, config({.priority = 255}));
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("to=active"); }));
  EXPECT_FALSE(one_->said("address.left_over"));
  two_ = &start_holdfastd(b_, config({.priority = 254}));
  ASSERT_TRUE(lab::wait_until([&] { return two_->said("to=backup"); }));
  EXPECT_TRUE(lab::holds_for(1s, [&] { return holds(owner) && !holds(b_); }));
  owner.power_off();
  one_ = nullptr;
  EXPECT_TRUE(lab::wait_until([&] { return holds(b_); }));
}

TEST_F(Failover, UnicastPeersElectWithoutMulticast) {
  lab::Tap tap = client_.tap();
  one_ = &start_holdfastd(
      a_,
      config({.priority = 150, .more = "unicast_src_ip 10.0.0.11\nunicast_peer { 10.0.0.12 }"}));
  two_ = &start_holdfastd(
      b_,
      config({.priority = 100, .more = "unicast_src_ip 10.0.0.12\nunicast_peer { 10.0.0.11 }"}));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  one_->send(SIGTERM);
  EXPECT_TRUE(becomes_the_one(b_, a_));
  EXPECT_EQ(tap.count([](const lab::Frame& frame) {
    return frame.bytes.size() > 34 && frame.bytes[12] == 0x08 && frame.bytes[13] == 0 &&
           frame.bytes[23] == 112;
  }),
            0U);
}

}  // namespace
