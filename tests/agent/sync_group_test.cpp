// Two virtual routers of one sync group on each of two machines.
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <csignal>

#include <cstdio>
#include <fstream>
#include <iterator>

#include "agent/setup.h"

namespace {

using agent_test::start_holdfastd;
using namespace std::chrono_literals;

std::string instance(std::string_view name, int vrid, std::string_view address, int priority,
                     std::string_view more = "") {
  return fmt::format(
      "vrrp_instance {} {{\ninterface eth0\nvirtual_router_id {}\nversion 3\nadvert_int 0.1\n"
      "priority {}\n{}\nvirtual_ipaddress {{\n{}/24\n}}\n}}\n",
      name, vrid, priority, more, address);
}

std::string group(std::string_view more = "") {
  return fmt::format("vrrp_sync_group G {{\ngroup {{\nVI_1\nVI_2\n}}\n{}\n}}\n", more);
}

class SyncGroup : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    if (one_ != nullptr) std::cerr << "--- one\n" << one_->output();
    if (two_ != nullptr) std::cerr << "--- two\n" << two_->output();
  }

  // VI_1 on a is in fault when this file goes.
  std::string watched() const {
    return fmt::format("vrrp_script check {{\nscript \"/usr/bin/test -e {}\"\ninterval 0.1\n}}\n",
                       a_.directory() + "/healthy") +
           instance("VI_1", 51, "10.0.0.50", 150, "track_script {\ncheck\n}") +
           instance("VI_2", 52, "10.0.0.70", 150);
  }
  static std::string peer(std::string_view more = "") {
    return group(more) + instance("VI_1", 51, "10.0.0.50", 100) +
           instance("VI_2", 52, "10.0.0.70", 100);
  }
  static bool holds(const lab::Host& host, bool first, bool second) {
    return lab::wait_until([&] {
      return host.has_address("10.0.0.50") == first && host.has_address("10.0.0.70") == second;
    });
  }
  static bool hold_both(const lab::Host& active, const lab::Host& other) {
    return holds(active, true, true) && holds(other, false, false);
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;
};

TEST_F(SyncGroup, TheFaultOfOneMovesBothAndBothComeBack) {
  const std::string flag = a_.write("healthy", "");
  one_ = &start_holdfastd(a_, group() + watched());
  two_ = &start_holdfastd(b_, peer());
  ASSERT_TRUE(hold_both(a_, b_));
  std::remove(flag.c_str());
  ASSERT_TRUE(hold_both(b_, a_));
  EXPECT_TRUE(one_->said("instance=VI_2 from=active to=fault"));
  EXPECT_TRUE(one_->said("vrrp.group group=G from=active to=fault"));
  a_.write("healthy", "");
  EXPECT_TRUE(hold_both(a_, b_));
}

TEST_F(SyncGroup, StoppingHandsBothOver) {
  a_.write("healthy", "");
  one_ = &start_holdfastd(a_, group() + watched());
  two_ = &start_holdfastd(b_, peer());
  ASSERT_TRUE(hold_both(a_, b_));
  one_->send(SIGTERM);
  const auto exit = one_->wait();
  ASSERT_TRUE(exit.has_value());
  EXPECT_TRUE(exit->succeeded()) << io::to_string(*exit);
  EXPECT_TRUE(hold_both(b_, a_));
}

TEST_F(SyncGroup, AReloadDissolvesAndFoundsAGroupAndTakesAMemberAway) {
  const std::string flag = a_.write("healthy", "");
  one_ = &start_holdfastd(a_, group() + watched());
  ASSERT_TRUE(holds(a_, true, true));
  std::remove(flag.c_str());
  ASSERT_TRUE(holds(a_, false, false));
  const auto reload = [&](const std::string& text) {
    a_.write("holdfast.conf", text);
    one_->send(SIGHUP);
  };
  reload(watched());
  ASSERT_TRUE(holds(a_, false, true));
  reload(group() + watched());
  ASSERT_TRUE(holds(a_, false, false));
  reload(group() + instance("VI_2", 52, "10.0.0.70", 150));  // VI_1 is gone
  EXPECT_TRUE(holds(a_, false, true));
  a_.write("healthy", "");
  reload(group() + watched());
  EXPECT_TRUE(holds(a_, true, true));
}

TEST_F(SyncGroup, ItsNotifyScriptsAreToldItsStates) {
  const std::string told = a_.directory() + "/told";
  const std::string script = a_.write("notify.sh", "#!/bin/sh\necho \"$@\" >> " + told + "\n");
  ASSERT_EQ(chmod(script.c_str(), 0755), 0);
  one_ = &start_holdfastd(a_, peer("notify " + script));
  ASSERT_TRUE(holds(a_, true, true));
  const auto lines = [&] {
    std::ifstream in(told);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  ASSERT_TRUE(lab::wait_until([&] { return lines().find("MASTER") != std::string::npos; }));
  one_->send(SIGTERM);
  ASSERT_TRUE(one_->wait().has_value());
  ASSERT_TRUE(lab::wait_until([&] { return lines().find("STOP") != std::string::npos; }));
  EXPECT_EQ(lines(), "GROUP G BACKUP 0\nGROUP G MASTER 0\nGROUP G STOP 0\n");
}

}  // namespace
