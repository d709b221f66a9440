// A planned stop: whoever asks for the address has an answer all the time, whoever the successor
// is.
#include <gtest/gtest.h>

#include <csignal>

#include "agent/asking.h"
#include "agent/setup.h"

namespace {

using agent_test::Asking;
using agent_test::config;
using agent_test::holds;
using agent_test::kVirtual;
using agent_test::start_holdfastd;
using agent_test::start_keepalived;
using namespace std::chrono_literals;

// A second's interval and priority 100: who removes the address first is away for 609 ms.
constexpr auto kSkew = 609ms;
constexpr auto kUnnoticed = kSkew / 2;

class Handover : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    if (one_ != nullptr) std::cerr << "--- one\n" << one_->output();
    if (two_ != nullptr) std::cerr << "--- two\n" << two_->output();
  }

  void stop_and_expect_no_gap() {
    wait_for_the_backup();
    one_->send(SIGTERM);
    ASSERT_TRUE(asking_.ask_until([&] { return asking_.is_answered_by(b_.mac()); }));
    asking_.ask_for(200ms);
    const auto answers = asking_.answers();
    Asking::Instant::duration longest{};
    for (std::size_t i = 1; i < answers.size(); ++i)
      longest = std::max(longest, answers[i].time - answers[i - 1].time);
    EXPECT_LT(longest, kUnnoticed);
    ASSERT_TRUE(one_->wait().has_value());
    EXPECT_FALSE(holds(a_));
    EXPECT_TRUE(holds(b_));
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Host& client_ = network_.add_host("client", "10.0.0.99/24");
  Asking asking_{client_, "10.0.0.99", kVirtual};
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;

 private:
  // The successor has begun to listen: an advertisement later it would still be a backup.
  void wait_for_the_backup() {
    ASSERT_TRUE(asking_.ask_until([&] { return asking_.is_answered_by(a_.mac()); }));
    asking_.ask_for(1500ms);
  }
};

TEST_F(Handover, BetweenTwoOfOurs) {
  one_ = &start_holdfastd(a_, config({.priority = 150, .interval = "1"}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  two_ = &start_holdfastd(b_, config({.priority = 100, .interval = "1"}));
  stop_and_expect_no_gap();
}

TEST_F(Handover, ToKeepalived) {
  one_ = &start_holdfastd(a_, config({.priority = 150, .interval = "1"}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  two_ = &start_keepalived(b_, config({.priority = 100, .interval = "1"}));
  stop_and_expect_no_gap();
}

}  // namespace
