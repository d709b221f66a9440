// Interfaces that appear late, go, come back, or get another name: the file names them, and an
// instance is where its name is.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "agent/setup.h"

namespace {

using agent_test::start_holdfastd;
using testing::HasSubstr;

std::string instance(std::string_view interface, std::string_view address, int vrid,
                     std::string_view more = "") {
  return fmt::format(
      "vrrp_instance ON_{0} {{\nstate BACKUP\ninterface {0}\nvirtual_router_id {2}\n"
      "priority 150\nadvert_int 0.1\nversion 3\n{3}\nvirtual_ipaddress {{\n{1}/24\n}}\n}}\n",
      interface, address, vrid, more);
}

class Interfaces : public lab::Test {
 protected:
  void TearDown() override {
    if (HasFailure() && agent_ != nullptr) std::cerr << agent_->output();
  }
  void start(const std::string& instances) {
    agent_ = &start_holdfastd(host_, "global_defs {\ndynamic_interfaces\n}\n" + instances);
    ASSERT_TRUE(lab::wait_until([&] { return agent_->said("control.listening"); }));
  }
  void run(const std::string& command) {
    EXPECT_EQ(host_.run({"/bin/sh", "-c", command}).exit.code, 0) << command;
  }
  void make(std::string_view name, std::string_view address) {
    run(
        fmt::format("ip link add {0} type veth peer name {0}p; ip address add {1}/24 dev {0};"
                    "ip link set {0} up; ip link set {0}p up",
                    name, address));
  }
  std::string status(std::vector<std::string> words = {}) {
    words.insert(words.begin(), {lab::built("holdfast"), "status"});
    return host_.run(std::move(words)).output;
  }
  bool status_says(std::string_view text) {
    return lab::wait_until([&] { return status().find(text) != std::string::npos; });
  }
  bool has_on(std::string_view interface, std::string_view address) {
    return lab::wait_until([&] {
      return host_.run({"ip", "-o", "address", "show", "dev", std::string(interface)})
                 .output.find(address) != std::string::npos;
    });
  }
  int count(std::string_view text) const {
    int found = 0;
    const std::string output = agent_->output();
    for (auto at = output.find(text); at != std::string::npos; at = output.find(text, at + 1))
      ++found;
    return found;
  }

  lab::Network network_;
  lab::Host& host_ = network_.add_host("a", "10.0.0.11/24");
  lab::Program* agent_ = nullptr;
};

TEST_F(Interfaces, OneThatIsMissingIsAFaultUntilItAppearsAndTheInstanceIsTheSameAfterwards) {
  start(instance("late", "10.0.5.50", 51, "dont_track_primary"));
  EXPECT_TRUE(status_says("there is no interface late"));
  EXPECT_THAT(status(), HasSubstr("fault"));
  EXPECT_THAT(status({"--json"}), HasSubstr("\"interface\": \"late\""));
  EXPECT_TRUE(agent_->said("to=fault"));
  for (int round = 1; round <= 2; ++round) {
    make("late", "10.0.5.11");
    EXPECT_TRUE(has_on("late", "10.0.5.50"));
    run("ip link del late");
    EXPECT_TRUE(status_says("there is no interface late"));
  }
  // No instance was deleted and made anew: its history and counters go on.
  EXPECT_EQ(count("to=initialize"), 0);
  EXPECT_EQ(count("from=initialize"), 1);
}

TEST_F(Interfaces, OneThatIsRenamedHasGoneAndOneThatGetsTheNameHasCome) {
  make("north", "10.0.5.11");
  make("spare", "10.0.6.11");
  start(instance("north", "10.0.5.50", 51));
  ASSERT_TRUE(has_on("north", "10.0.5.50"));
  run("ip link set north down; ip link set north name old; ip link set old up");
  EXPECT_TRUE(status_says("there is no interface north"));
  EXPECT_TRUE(lab::wait_until([&] { return !host_.has_address("10.0.5.50"); }));
  run("ip link set spare down; ip link set spare name north; ip link set north up");
  EXPECT_TRUE(has_on("north", "10.0.5.50"));
  EXPECT_EQ(count("from=initialize"), 1);
}

TEST_F(Interfaces, TwoThatChangeTheirNamesTakeTheirInstancesAlong) {
  make("north", "10.0.5.11");
  make("south", "10.0.6.11");
  start(instance("north", "10.0.5.50", 51) + instance("south", "10.0.6.50", 51));
  ASSERT_TRUE(has_on("north", "10.0.5.50") && has_on("south", "10.0.6.50"));
  run("ip link set north down; ip link set south down; ip link set north name x;"
      "ip link set south name north; ip link set x name south;"
      "ip link set north up; ip link set south up");
  EXPECT_TRUE(has_on("north", "10.0.5.50"));
  EXPECT_TRUE(has_on("south", "10.0.6.50"));
  EXPECT_TRUE(lab::wait_until([&] {
    return host_.run({"ip", "-o", "address", "show", "dev", "south"}).output.find("10.0.5.50") ==
           std::string::npos;
  }));
}

TEST_F(Interfaces, AutoFollowsTheAddressWhateverTheNameIs) {
  make("north", "10.0.5.11");
  start(instance("auto", "10.0.5.50", 51));
  ASSERT_TRUE(has_on("north", "10.0.5.50"));
  run("ip link set north down; ip link set north name other;"
      "ip link set other up; ip address replace 10.0.5.11/24 dev other");
  EXPECT_TRUE(has_on("other", "10.0.5.50"));
}

}  // namespace
