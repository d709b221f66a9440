// Settings about sources, peers and proofs, as they work between routers.
#include <gtest/gtest.h>

#include <csignal>

#include "agent/setup.h"

namespace {

using agent_test::becomes_the_one;
using agent_test::config;
using agent_test::holds;
using agent_test::start_holdfastd;
using namespace std::chrono_literals;

class Settings : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    if (one_ != nullptr) std::cerr << "--- one\n" << one_->output();
    if (two_ != nullptr) std::cerr << "--- two\n" << two_->output();
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;
};

TEST_F(Settings, AnElectionNeedsNoAddresses) {
  const auto without = [](int priority) {
    return fmt::format(
        "vrrp_instance VI_1 {{\ninterface eth0\nvirtual_router_id 51\nversion 3\nadvert_int 0.1\n"
        "priority {}\nno_virtual_ipaddress\n}}\n",
        priority);
  };
  one_ = &start_holdfastd(a_, without(150));
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("to=active"); }));
  two_ = &start_holdfastd(b_, without(100));
  ASSERT_TRUE(lab::wait_until([&] { return two_->said("to=backup"); }));
  EXPECT_TRUE(lab::holds_for(1s, [&] { return !two_->said("to=active"); }));
  one_->send(SIGTERM);
  EXPECT_TRUE(lab::wait_until([&] { return two_->said("cause=active-resigned"); }));
}

TEST_F(Settings, WithTrackSrcIpALostSourceIsAFault) {
  a_.add_address("10.0.0.21/24");
  one_ = &start_holdfastd(a_, config({.more = "mcast_src_ip 10.0.0.21\ntrack_src_ip"}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.remove_address("10.0.0.21/24");
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("to=fault") && !holds(a_); }));
  a_.add_address("10.0.0.21/24");
  EXPECT_TRUE(lab::wait_until([&] { return holds(a_); }));
}

TEST_F(Settings, UnicastWithoutPeersIsAFaultWhereThatIsWanted) {
  one_ = &start_holdfastd(a_, config({.more = "unicast_src_ip 10.0.0.11\nunicast_fault_no_peer"}));
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("to=fault"); }));
  EXPECT_TRUE(lab::holds_for(1s, [&] { return !holds(a_); }));
}

TEST_F(Settings, StrangersAreNamedWhereThatIsWanted) {
  one_ = &start_holdfastd(a_, config({.before = "global_defs {\nlog_unknown_vrids\n}"}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  std::string other = config({});
  other.replace(other.find("virtual_router_id 51"), 20, "virtual_router_id 77");
  other.replace(other.find("10.0.0.50"), 9, "10.0.0.60");
  two_ = &start_holdfastd(b_, other);
  EXPECT_TRUE(lab::wait_until(
      [&] { return one_->said("vrrp.unknown_vrid vrid=77 interface=eth0 from=10.0.0.12"); }));
}

TEST_F(Settings, ARouterWithAnotherKeyIsNamedAndNotBelieved) {
  const auto with_key = [](char letter, int priority) {
    return config({.priority = priority,
                   .more = "auth_hmac {\nkey 1 " + std::string(40, letter) +
                           "\nactive_key 1\nmode enforce\n}"});
  };
  one_ = &start_holdfastd(a_, with_key('a', 100));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  two_ = &start_holdfastd(b_, with_key('b', 200));
  EXPECT_TRUE(lab::wait_until([&] { return one_->said("trailer-forged"); }));
  EXPECT_TRUE(holds(a_));
  EXPECT_FALSE(one_->said("from=active"));
}

}  // namespace
