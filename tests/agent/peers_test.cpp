// Debian's keepalived in one host and holdfastd in the other: the same virtual router, failing over
// in both directions.
#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <ostream>

#include "agent/setup.h"

namespace {

using agent_test::becomes_the_one;
using agent_test::config;
using agent_test::holds;
using agent_test::Instance;
using agent_test::kVirtual;
using agent_test::start_holdfastd;
using agent_test::start_keepalived;
using namespace std::chrono_literals;

// What the two versions have in common; version 2 has whole seconds only.
struct Wire {
  int version;
  std::string interval;
  std::string more = {};

  friend void PrintTo(const Wire& wire, std::ostream* out) {
    *out << "version " << wire.version << ", " << wire.interval << " s";
  }
};

class Peers : public lab::Test, public testing::WithParamInterface<Wire> {
 protected:
  void SetUp() override {
    lab::Test::SetUp();
    if (access("/usr/sbin/keepalived", X_OK) != 0)
      GTEST_SKIP() << "keepalived is not installed: apt-get install keepalived";
  }
  void TearDown() override {
    if (!HasFailure()) return;
    if (ours_ != nullptr) std::cerr << "--- holdfastd\n" << ours_->output();
    if (theirs_ != nullptr) std::cerr << "--- keepalived\n" << theirs_->output();
  }

  void start_ours(int priority, std::string more = {}) {
    ours_ = &start_holdfastd(a_, with(priority, std::move(more)));
  }
  void start_theirs(int priority, std::string more = {}) {
    theirs_ = &start_keepalived(b_, with(priority, std::move(more)));
  }
  static std::string with(int priority, std::string more) {
    return config({.version = GetParam().version,
                   .priority = priority,
                   .interval = GetParam().interval,
                   .more = GetParam().more + "\n" + more});
  }
  // keepalived does not remove its addresses when it is killed; the power is what dies.
  void cut(lab::Host& host) {
    host.power_off();
    (&host == &a_ ? ours_ : theirs_) = nullptr;
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Host& client_ = network_.add_host("client", "10.0.0.99/24");
  lab::Program* ours_ = nullptr;
  lab::Program* theirs_ = nullptr;
};

TEST_P(Peers, HoldfastdTakesOverFromKeepalivedThatLosesPower) {
  start_theirs(150);
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  start_ours(100);
  ASSERT_TRUE(lab::wait_until([&] { return ours_->said("to=backup"); }));
  EXPECT_TRUE(becomes_the_one(b_, a_));
  cut(b_);
  EXPECT_TRUE(lab::wait_until([&] { return holds(a_); }));
  EXPECT_TRUE(lab::wait_until([&] { return client_.reaches(kVirtual); }));
}

TEST_P(Peers, KeepalivedTakesOverFromHoldfastdThatLosesPower) {
  start_ours(150);
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  start_theirs(100);
  ASSERT_TRUE(lab::wait_until([&] { return theirs_->said("Entering BACKUP STATE"); }));
  EXPECT_TRUE(becomes_the_one(a_, b_));
  cut(a_);
  EXPECT_TRUE(lab::wait_until([&] { return holds(b_); }));
  EXPECT_TRUE(lab::wait_until([&] { return client_.reaches(kVirtual); }));
}

TEST_P(Peers, EachPreemptsAndHandsOverToTheOther) {
  start_theirs(120);
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  start_ours(150);  // preempts keepalived
  ASSERT_TRUE(becomes_the_one(a_, b_));
  ours_->send(SIGTERM);  // resigns to keepalived
  ASSERT_TRUE(ours_->wait().has_value());
  ASSERT_TRUE(becomes_the_one(b_, a_));
  start_ours(100);
  ASSERT_TRUE(lab::wait_until([&] { return ours_->said("to=backup"); }));
  theirs_->send(SIGTERM);  // resigns to holdfastd
  EXPECT_TRUE(becomes_the_one(a_, b_));
  theirs_->wait();
  start_theirs(150);  // preempts holdfastd
  EXPECT_TRUE(becomes_the_one(b_, a_));
}

TEST_P(Peers, NeitherRefusesAPacketOfTheOther) {
  start_theirs(150);
  start_ours(100);
  ASSERT_TRUE(becomes_the_one(b_, a_));
  ASSERT_TRUE(lab::wait_until([&] { return ours_->said("to=backup"); }));
  theirs_->send(SIGTERM);
  ASSERT_TRUE(becomes_the_one(a_, b_));
  theirs_->wait();
  start_theirs(50);
  ASSERT_TRUE(lab::wait_until([&] { return theirs_->said("Entering BACKUP STATE"); }));
  ours_->send(SIGTERM);
  ASSERT_TRUE(ours_->wait().has_value());
  EXPECT_FALSE(ours_->said("vrrp.rejected")) << ours_->output();
  EXPECT_FALSE(ours_->said("vrrp.trouble")) << ours_->output();
}

std::string wire_name(const testing::TestParamInfo<Wire>& tested) {
  return fmt::format("V{}{}", tested.param.version, tested.param.more.empty() ? "" : "Password");
}

INSTANTIATE_TEST_SUITE_P(Keepalived, Peers, testing::Values(Wire{2, "1"}, Wire{3, "0.1"}),
                         wire_name);

class PasswordPeers : public Peers {};

TEST_P(PasswordPeers, FailOverInBothDirections) {
  start_theirs(150);
  start_ours(100);
  ASSERT_TRUE(becomes_the_one(b_, a_));
  theirs_->send(SIGTERM);
  ASSERT_TRUE(becomes_the_one(a_, b_));
  theirs_->wait();
  start_theirs(150);
  EXPECT_TRUE(becomes_the_one(b_, a_));
}

INSTANTIATE_TEST_SUITE_P(Keepalived, PasswordPeers,
                         testing::Values(Wire{
                             2, "1", "authentication {\nauth_type PASS\nauth_pass secret12\n}"}),
                         wire_name);

class UnicastPeers : public Peers {};

TEST_P(UnicastPeers, FailOverInBothDirections) {
  start_theirs(150, "unicast_src_ip 10.0.0.12\nunicast_peer {\n10.0.0.11\n}");
  start_ours(100, "unicast_src_ip 10.0.0.11\nunicast_peer {\n10.0.0.12\n}");
  ASSERT_TRUE(becomes_the_one(b_, a_));
  theirs_->send(SIGTERM);
  ASSERT_TRUE(becomes_the_one(a_, b_));
  theirs_->wait();
  start_theirs(150, "unicast_src_ip 10.0.0.12\nunicast_peer {\n10.0.0.11\n}");
  EXPECT_TRUE(becomes_the_one(b_, a_));
}

INSTANTIATE_TEST_SUITE_P(Keepalived, UnicastPeers, testing::Values(Wire{3, "0.1"}), wire_name);

}  // namespace
