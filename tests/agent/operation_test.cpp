// holdfastd as operators run it: the BOSH job's file and command line, mistakes in the file,
// reload, scripts, packets that mean harm.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sys/stat.h>
#include <csignal>

#include <algorithm>
#include <fstream>

#include "agent/setup.h"
#include "net/ipv4_header.h"
#include "vrrp/packet.h"

namespace {

using agent_test::becomes_the_one;
using agent_test::config;
using agent_test::holds;
using agent_test::start_holdfastd;
using testing::HasSubstr;
using namespace std::chrono_literals;

class Operation : public lab::Test {
 protected:
  void TearDown() override {
    if (HasFailure() && agent_ != nullptr) std::cerr << "--- holdfastd\n" << agent_->output();
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = network_.add_host("b", "10.0.0.12/24");
  lab::Program* agent_ = nullptr;
};

// The shape that haproxy-boshrelease's job renders.
std::string bosh_config(std::string_view state, int priority, std::string_view check) {
  return fmt::format(R"(global_defs {{
  lvs_id keepalived
}}
vrrp_script check_haproxy {{
  script "{}"
  interval 2
  weight 2
}}
vrrp_instance keepalived_check_haproxy {{
  state {}
  interface auto
  virtual_router_id 1
  priority {}
  virtual_ipaddress {{
    10.0.0.50
  }}
  track_script {{
    check_haproxy
  }}
}}
)",
                     check, state, priority);
}

lab::Program& start_bosh_job(lab::Host& host, const std::string& text) {
  const std::string run = host.directory();
  return host.start({"holdfastd", "-l", "-D", "-n", "-f", host.write("keepalived.config", text),
                     "--pid=" + run + "/keepalived.pid", "--vrrp_pid=" + run + "/vrrp.pid",
                     "--checkers_pid=" + run + "/checkers.pid"});
}

TEST_F(Operation, TheBoshJobRunsAndItsCheckMovesTheAddress) {
  const std::string flag = b_.write("healthy", "");
  agent_ = &start_bosh_job(a_, bosh_config("SLAVE", 100, "/bin/true"));
  lab::Program& other = start_bosh_job(b_, bosh_config("MASTER", 101, "/usr/bin/test -e " + flag));
  ASSERT_TRUE(becomes_the_one(b_, a_)) << other.output();
  EXPECT_TRUE(agent_->said("lvs_id"));
  EXPECT_TRUE(agent_->said("SLAVE"));
  EXPECT_TRUE(lab::wait_until([&] { return other.said("vrrp.priority") && other.said("to=103"); }));
  std::remove(flag.c_str());
  EXPECT_TRUE(becomes_the_one(a_, b_)) << other.output();
}

TEST_F(Operation, PidFilesNameTheProcessAndGoWithIt) {
  agent_ = &start_bosh_job(a_, bosh_config("MASTER", 101, "/bin/true"));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  for (const char* name : {"/keepalived.pid", "/vrrp.pid"}) {
    pid_t pid = 0;
    std::ifstream(a_.directory() + name) >> pid;
    EXPECT_EQ(pid, agent_->pid());
  }
  agent_->send(SIGTERM);
  const auto exit = agent_->wait();
  ASSERT_TRUE(exit.has_value());
  EXPECT_TRUE(exit->succeeded());
  EXPECT_FALSE(std::ifstream(a_.directory() + "/keepalived.pid").good());
}

TEST_F(Operation, ATestOfTheFileShowsThePlaceAndGivesKeepalivedsStatus) {
  const auto test = [&](const std::string& text) {
    return a_.run({"holdfastd", "-t", "-f", a_.write("test.conf", text)});
  };
  EXPECT_EQ(test(config({})).exit.code, 0);
  const auto bosh = test(bosh_config("SLAVE", 100, "/bin/true"));
  EXPECT_NE(bosh.exit.code, 4) << bosh.errors;
  std::string wrong = config({});
  wrong.replace(wrong.find("eth0"), 4, "eth9");
  const auto absent = test(wrong);
  EXPECT_EQ(absent.exit.code, 4);
  EXPECT_THAT(absent.errors, HasSubstr("test.conf:4:"));
  EXPECT_THAT(absent.errors, HasSubstr("interface eth9"));  // the line itself
  EXPECT_THAT(absent.errors, HasSubstr("^~~~"));
  EXPECT_THAT(absent.errors, HasSubstr("eth0"));
  EXPECT_EQ(test("vrrp_instance VI_1 {\n").exit.code, 4);
}

TEST_F(Operation, UserSignalsShowStateAndCounters) {
  agent_ = &start_holdfastd(a_, config({.priority = 120}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  agent_->send(SIGUSR1);
  EXPECT_TRUE(lab::wait_until([&] {
    return agent_->said("vrrp.summary instance=VI_1 state=active priority=120 last_heard=nobody");
  }));
}

TEST_F(Operation, AFileThatCannotRunIsRefusedAtTheStart) {
  std::string text = config({});
  text.replace(text.find("eth0"), 4, "eth9");
  const auto refused =
      a_.run({"holdfastd", "-n", "-l", "-f", a_.write("bad.conf", text), "--pid=/run/none.pid"});
  EXPECT_EQ(refused.exit.code, 2);
  EXPECT_THAT(refused.errors, HasSubstr("there is no interface 'eth9'"));
  const auto missing = a_.run({"holdfastd", "-n", "-l", "-f", "/nowhere.conf"});
  EXPECT_EQ(missing.exit.code, 6);
  EXPECT_THAT(missing.errors, HasSubstr("/nowhere.conf"));
  const auto untested = a_.run({"holdfastd", "-t", "-f", "/nowhere.conf"});
  EXPECT_EQ(untested.exit.code, 4);
  EXPECT_EQ(untested.errors,
            "/nowhere.conf: error: cannot read /nowhere.conf: no such file or directory\n");
}

TEST_F(Operation, TheStartUpDelayHoldsBackTheStartAndNoReload) {
  const std::string delay = "global_defs {\nvrrp_startup_delay 2\n}";
  agent_ = &start_holdfastd(a_, config({.before = delay}));
  ASSERT_TRUE(lab::wait_until([&] { return agent_->said("agent.delayed seconds=2"); }));
  EXPECT_TRUE(lab::holds_for(1s, [&] { return !holds(a_); }));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  agent_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return agent_->said("config.reloaded"); }));
  EXPECT_FALSE(agent_->said("vrrp.reconfigured"));
  EXPECT_TRUE(holds(a_));
}

TEST_F(Operation, AReloadOfABadFileChangesNothingAndAGoodOneOnlyWhatDiffers) {
  agent_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.write("holdfast.conf", "vrrp_instance VI_1 {\n interface eth9\n");
  agent_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return agent_->said("config.refused"); }));
  EXPECT_TRUE(holds(a_));

  std::string more = config({});
  const auto end = more.find("10.0.0.50/24");
  more.insert(end, "10.0.0.60/24\n");
  a_.write("holdfast.conf", more);
  agent_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("10.0.0.60"); }));
  a_.write("holdfast.conf", config({}));
  agent_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return !a_.has_address("10.0.0.60"); }));
  EXPECT_TRUE(holds(a_));
  EXPECT_FALSE(agent_->said("from=active"));
}

TEST_F(Operation, AFailedCheckOfWeightZeroIsAFaultUntilItSucceeds) {
  const std::string flag = a_.write("healthy", "");
  const std::string check = fmt::format(
      "vrrp_script check {{\nscript \"/usr/bin/test -e {}\"\ninterval 0.1\nfall 2\nrise 2\n}}",
      flag);
  const std::string plain = config({});
  const std::string tracking = config({.more = "track_script {\ncheck\n}", .before = check});
  agent_ = &start_holdfastd(a_, plain);
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.write("holdfast.conf", tracking);
  agent_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return agent_->said("script.changed script=check up=yes"); }));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  std::remove(flag.c_str());
  EXPECT_TRUE(lab::wait_until([&] { return !holds(a_); }));
  EXPECT_TRUE(lab::wait_until([&] { return agent_->said("to=fault"); }));
  a_.write("healthy", "");
  EXPECT_TRUE(lab::wait_until([&] { return holds(a_); }));
}

TEST_F(Operation, AReloadAddsAndRemovesInstancesBesideOneThatStays) {
  std::string second = config({});
  for (const auto& [from, to] : {std::pair{"VI_1", "VI_2"},
                                 {"virtual_router_id 51", "virtual_router_id 52"},
                                 {"10.0.0.50", "10.0.0.70"}})
    second.replace(second.find(from), std::string_view(from).size(), to);
  agent_ = &start_holdfastd(a_, config({}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.write("holdfast.conf", config({}) + second);
  agent_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("10.0.0.70"); }));
  a_.write("holdfast.conf", config({}));
  agent_->send(SIGHUP);
  ASSERT_TRUE(lab::wait_until([&] { return !a_.has_address("10.0.0.70"); }));
  EXPECT_TRUE(holds(a_));
  EXPECT_FALSE(agent_->said("instance=VI_1 from=active"));
}

TEST_F(Operation, NotifyScriptsAreToldEachStateInOrder) {
  const std::string told = a_.directory() + "/told";
  const std::string script = a_.write("notify.sh", "#!/bin/sh\necho \"$@\" >> " + told + "\n");
  ASSERT_EQ(chmod(script.c_str(), 0755), 0);
  agent_ = &start_holdfastd(
      a_, config({.priority = 150,
                  .more = fmt::format("notify_master \"{0} specific\"\nnotify {0}", script)}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  const auto lines = [&] {
    std::ifstream in(told);
    return std::string(std::istreambuf_iterator<char>(in), {});
  };
  ASSERT_TRUE(lab::wait_until([&] { return lines().find("MASTER") != std::string::npos; }));
  agent_->send(SIGTERM);
  ASSERT_TRUE(agent_->wait().has_value());
  ASSERT_TRUE(lab::wait_until([&] { return lines().find("STOP") != std::string::npos; }));
  EXPECT_EQ(
      lines(),
      "INSTANCE VI_1 BACKUP 150\nspecific\nINSTANCE VI_1 MASTER 150\nINSTANCE VI_1 STOP 150\n");
}

// A whole frame with a VRRP packet from b to the group.
std::vector<std::uint8_t> frame(const lab::Host& from, std::span<const std::uint8_t> packet,
                                std::uint8_t ttl) {
  std::vector<std::uint8_t> bytes{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
  const auto mac = from.mac();
  bytes.insert(bytes.end(), mac.bytes().begin(), mac.bytes().end());
  bytes.insert(bytes.end(), {0x08, 0x00});
  const auto header = net::encode({.source = net::IpAddress::parse("10.0.0.12").value(),
                                   .destination = vrrp::kGroupIpv4,
                                   .protocol = vrrp::kIpProtocol,
                                   .ttl = ttl},
                                  packet.size());
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), packet.begin(), packet.end());
  return bytes;
}

TEST_F(Operation, MalformedPacketsAreCountedByReasonAndMoveNothing) {
  agent_ = &start_holdfastd(a_, config({.priority = 100}));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  const std::vector<std::uint8_t> address{10, 0, 0, 50};
  const auto good = vrrp::encode({.version = vrrp::Version::V3,
                                  .vrid = 51,
                                  .priority = vrrp::Priority(254),
                                  .interval = 100ms,
                                  .checksum = vrrp::ChecksumForm::WithPseudoHeader,
                                  .address_bytes = address},
                                 net::IpAddress::parse("10.0.0.12").value(), vrrp::kGroupIpv4);
  auto wrong_sum = good;
  wrong_sum[6] ^= 0xff;
  auto wrong_type = good;
  wrong_type[0] = 0x33;
  auto wrong_version = good;
  wrong_version[0] = 0x41;
  const auto cut = std::vector(good.begin(), good.begin() + 10);
  lab::Tap wire = b_.tap();
  for (int i = 0; i < 50; ++i) {
    wire.send(frame(b_, good, 64));  // was routed
    wire.send(frame(b_, wrong_sum, 255));
    wire.send(frame(b_, wrong_type, 255));
    wire.send(frame(b_, wrong_version, 255));
    wire.send(frame(b_, cut, 255));
    wire.send(frame(b_, std::vector(good.begin(), good.begin() + 1), 255));
  }
  for (const char* reason : {"hop-limit", "checksum", "wrong-type", "unknown-version", "truncated"})
    EXPECT_TRUE(lab::wait_until([&] {
      return agent_->said(fmt::format("vrrp.rejected reason={}", reason));
    })) << reason;
  EXPECT_TRUE(holds(a_));
  EXPECT_FALSE(agent_->said("from=active"));
  agent_->send(SIGTERM);
  ASSERT_TRUE(agent_->wait().has_value());
  EXPECT_TRUE(agent_->said("vrrp.rejected_total reason=checksum count=50"));
}

TEST_F(Operation, ItRunsInTheBackgroundAndStopsByItsPidFile) {
  const std::string pid_file = a_.directory() + "/back.pid";
  const auto started =
      a_.run({"holdfastd", "-f", a_.write("back.conf", config({})), "--pid=" + pid_file});
  EXPECT_TRUE(started.exit.succeeded()) << started.errors;
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  const auto second =
      a_.run({"holdfastd", "-n", "-f", a_.directory() + "/back.conf", "--pid=" + pid_file});
  EXPECT_EQ(second.exit.code, 1);
  EXPECT_THAT(second.errors, HasSubstr("which is running"));
  pid_t pid = 0;
  std::ifstream(pid_file) >> pid;
  ASSERT_GT(pid, 1);
  kill(pid, SIGTERM);
  EXPECT_TRUE(lab::wait_until([&] { return !holds(a_) && kill(pid, 0) != 0; }));
}

TEST_F(Operation, AMissingCapabilityIsNamed) {
  const auto refused =
      a_.run({"setpriv", "--bounding-set", "-net_raw", "--inh-caps", "-net_raw",
              lab::built("holdfastd"), "-n", "-l", "-f", a_.write("cap.conf", config({}))});
  EXPECT_EQ(refused.exit.code, 4);
  EXPECT_THAT(refused.errors, HasSubstr("CAP_NET_RAW"));
  EXPECT_THAT(refused.errors, testing::Not(HasSubstr("CAP_NET_ADMIN (to")));
}

std::string hundred_instances(int priority) {
  std::string text;
  for (int i = 1; i <= 100; ++i)
    text += fmt::format(
        "vrrp_instance VI_{0} {{\ninterface eth0\nvirtual_router_id {0}\nversion 3\nadvert_int "
        "0.1\npriority {1}\nvirtual_ipaddress {{\n10.0.1.{0}\n}}\n}}\n",
        i, priority);
  return text;
}

TEST_F(Operation, AHundredInstancesOnOneInterfaceMoveTogether) {
  agent_ = &start_holdfastd(a_, hundred_instances(100));
  lab::Program& better = start_holdfastd(b_, hundred_instances(150));
  const auto count = [](const lab::Host& host) {
    const auto addresses = host.addresses();
    return std::ranges::count_if(addresses, [](const auto& address) {
      return address.protocol == netlink::kProtocolKeepalived;
    });
  };
  EXPECT_TRUE(lab::wait_until([&] { return count(b_) == 100 && count(a_) == 0; }));
  better.send(SIGTERM);
  EXPECT_TRUE(lab::wait_until([&] { return count(a_) == 100 && count(b_) == 0; }));
  ASSERT_TRUE(better.wait().has_value());
  EXPECT_FALSE(agent_->said("address.failed"));
}

}  // namespace
