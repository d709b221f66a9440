// What is tracked besides interfaces: files, processes, scripts of another user.
#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>

#include "agent/setup.h"

namespace {

using agent_test::config;
using agent_test::holds;
using agent_test::start_holdfastd;

class Track : public lab::Test {
 protected:
  bool is_said(std::string_view text) {
    return lab::wait_until([&] { return agent_->said(text); });
  }
  void TearDown() override {
    if (HasFailure() && agent_ != nullptr) std::cerr << "--- holdfastd\n" << agent_->output();
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Program* agent_ = nullptr;
};

TEST_F(Track, TheNumberInAFileCountsAndAReloadKeepsIt) {
  const std::string text =
      config({.priority = 100,
              .more = "track_file {\nload weight 2\nmaintenance\n}",
              .before = fmt::format("track_file load {{\nfile {0}/load\ninit_file -5\n}}\n"
                                    "vrrp_track_file maintenance {{\nfile {0}/stop\nweight 0\n}}",
                                    a_.directory())});
  agent_ = &start_holdfastd(a_, text);
  ASSERT_TRUE(is_said("to=90 because=\"file load\""));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.write("load", "10\n");
  ASSERT_TRUE(is_said("to=120 because=\"file load\""));
  agent_->send(SIGHUP);
  ASSERT_TRUE(is_said("config.reloaded"));
  a_.write("stop", "1");
  ASSERT_TRUE(lab::wait_until([&] { return !holds(a_); }));
  std::remove((a_.directory() + "/stop").c_str());
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.write("load", "-200\n");  // times 2: more than any priority
  EXPECT_TRUE(lab::wait_until([&] { return !holds(a_); }));
}

TEST_F(Track, AQuorumOfProcessesCountsAndItsLossIsAFault) {
  agent_ = &start_holdfastd(
      a_, config({.more = "track_process {\nworkers\none weight 20\n}",
                  .before = "vrrp_track_process workers {\nprocess /bin/sleep 1001\nquorum 2\n}\n"
                            "vrrp_track_process one {\nprocess /bin/sleep 1002\n"
                            "full_command\nparam_match initial\n}"}));
  ASSERT_TRUE(is_said("process.changed process=workers up=no count=0"));
  EXPECT_FALSE(holds(a_));
  lab::Program& first = a_.start({"/bin/sleep", "1001"});
  a_.start({"/bin/sleep", "1001"});
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  lab::Program& other = a_.start({"/bin/sleep", "1002"});
  ASSERT_TRUE(is_said("to=120 because=\"process one\""));
  other.kill();
  ASSERT_TRUE(is_said("from=120 to=100 because=\"process one\""));
  first.kill();
  EXPECT_TRUE(lab::wait_until([&] { return !holds(a_); }));
}

}  // namespace
