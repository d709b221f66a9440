#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>

#include "cloud/guest/spawn.h"
#include "io/namespaces.h"
#include "world.h"

namespace {

using namespace world;
using fabric::Direction;
using guest::ServerId;
using namespace std::chrono_literals;
using testing::HasSubstr;

class GuestTest : public testing::Test {
 protected:
  void SetUp() override {
    if (the_world() == nullptr) GTEST_SKIP() << why_not();
    const std::string name = testing::UnitTest::GetInstance()->current_test_info()->name();
    network_ = name;
    console_ = testing::TempDir() + "/console-" + name + "-" + std::to_string(getpid());
    ASSERT_TRUE(the_world()->fabric->add_network(fabric::NetworkId(network_)));
  }
  void TearDown() override { unlink(console_.c_str()); }

  guest::Guests& guests() { return *the_world()->guests; }
  pid_t boot(const guest::GuestSpec& spec) {
    const auto pid = guests().boot(spec);
    EXPECT_TRUE(pid) << pid.error().what;
    return pid.value_or(-1);
  }
  fabric::PortSpec open_port(int number, std::string_view ip) {
    auto spec = port(network_ + "-" + std::to_string(number), network_, number, ip);
    spec.rules.push_back(allow_all(Direction::Ingress));
    return spec;
  }
  guest::GuestSpec server(int number, std::string_view ip, std::string data = "") {
    return {.server = ServerId(network_ + "-" + std::to_string(number)),
            .name = "server/" + std::to_string(number),
            .ports = {open_port(number, ip)},
            .user_data = std::move(data),
            .console_path = console_};
  }

  std::string network_;
  std::string console_;
};

TEST_F(GuestTest, BootsAJobThatAnswersOverTheNetwork) {
  boot(server(1, "10.0.0.11", web("web/0")));
  const pid_t client = boot(server(2, "10.0.0.12"));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
  EXPECT_TRUE(eventually([&] {
    return read_file(console_).find("web: serving") != std::string::npos;
  })) << read_file(console_);
}

}  // namespace
