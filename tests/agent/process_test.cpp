// The process as keepalived's users and their tools meet it: dumps beside keepalived's, signals,
// pid files, the log, the service manager.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <csignal>
#include <fstream>
#include <regex>
#include <set>

#include "agent/setup.h"
#include "json/value.h"

namespace {

using agent_test::config;
using agent_test::holds;
using agent_test::start_holdfastd;

std::string contents(const std::string& path) {
  std::ifstream in(path);
  return {std::istreambuf_iterator<char>(in), {}};
}

// Two instances with much of what dumps show; no scripts, which keepalived cannot run here.
constexpr std::string_view kText = R"(
global_defs {
  router_id here
}
vrrp_sync_group G {
  group {
    VI_1
  }
}
vrrp_instance VI_1 {
  interface eth0
  virtual_router_id 51
  priority 100
  version 2
  advert_int 1
  authentication {
    auth_type PASS
    auth_pass secret
  }
  virtual_ipaddress {
    10.0.0.50/24
    10.0.0.51/24 label eth0:x
  }
  virtual_ipaddress_excluded {
    10.0.0.60/24
  }
  notify_deleted
}
vrrp_instance VI_2 {
  interface eth0
  virtual_router_id 52
  priority 90
  version 3
  advert_int 0.5
  nopreempt
  track_interface {
    lo weight 5
  }
  virtual_ipaddress {
    10.0.0.70/24 brd +
  }
}
)";

std::set<std::string> keys(const json::Value& object) {
  std::set<std::string> out;
  if (const json::Object* members = object.as_object())
    for (const auto& [key, value] : *members) out.insert(key);
  return out;
}

// What is about the machine, the run or the moment.
std::string comparable(const std::string& text) {
  static const std::regex kMoment(
      "   (Last transition|Read timeout|Master down timer|fd_in|Flags|Number of|Password|"
      "Total priority|Wantstate).*\n|.*Sockpool >------\n( [^-].*\n)*");
  return std::regex_replace(text, kMoment, "");
}

std::string part(const std::string& text, const std::string& begin) {
  const std::size_t at = text.find("------< " + begin);
  if (at == std::string::npos) return {};
  const std::size_t line = text.find('\n', at) + 1;
  return text.substr(line, text.find("------<", line) - line);
}

class Process : public lab::Test {
 protected:
  void SetUp() override {
    lab::Test::SetUp();
    if (IsSkipped()) return;
    for (const auto& [host, program] :
         {std::pair{&a_, lab::built("holdfastd")}, {&b_, std::string("/usr/sbin/keepalived")}})
      EXPECT_EQ(host->write("both.conf", kText), host->directory() + "/both.conf");
  }
  lab::Program& start(lab::Host& host, const std::string& program) {
    const std::string here = host.directory();
    return host.start({"/usr/bin/env", "TMPDIR=" + here, program, "-n", "-l", "-P", "-f",
                       here + "/both.conf", "-p", here + "/k.pid", "-r", here + "/v.pid"});
  }
  void dump(lab::Host& host, lab::Program& program) const {
    program.send(SIGUSR1);
    program.send(SIGUSR2);
    program.send(SIGRTMIN + 2);
    for (const char* kind : {"data", "stats", "json"})
      EXPECT_TRUE(lab::wait_until([&] {
        const std::string text = contents(host.directory() + "/keepalived." + kind);
        return !text.empty() && (text.back() == '\n' || text.back() == ']');
      })) << kind
          << program.output();
  }
  static std::string dumped(const lab::Host& host, const std::string& kind) {
    return contents(host.directory() + "/keepalived." + kind);
  }

  lab::Network network_, other_;
  lab::Host& a_ = network_.add_host("a", "10.0.0.11/24");
  lab::Host& b_ = other_.add_host("b", "10.0.0.11/24");
};

TEST_F(Process, DumpsHaveTheShapeAndTheContentOfKeepaliveds) {
  lab::Program& ours = start(a_, lab::built("holdfastd"));
  lab::Program& theirs = start(b_, "/usr/sbin/keepalived");
  ASSERT_TRUE(lab::wait_until([&] {
    return a_.has_address("10.0.0.50") && b_.has_address("10.0.0.50") &&
           a_.has_address("10.0.0.70") && b_.has_address("10.0.0.70");
  })) << ours.output()
      << theirs.output();
  dump(a_, ours);
  dump(b_, theirs);
  EXPECT_EQ(comparable(part(dumped(a_, "data"), "VRRP Topology")),
            comparable(part(dumped(b_, "data"), "VRRP Topology")));
  const std::regex number(": [0-9]+");
  EXPECT_EQ(std::regex_replace(dumped(a_, "stats"), number, ": N"),
            std::regex_replace(dumped(b_, "stats"), number, ": N"));
  const json::Value mine = json::parse(dumped(a_, "json")).value();
  const json::Value other = json::parse(dumped(b_, "json")).value();
  for (std::size_t i = 0; i < 2; ++i) {
    for (const char* half : {"data", "stats"})
      EXPECT_EQ(keys(mine.at(i)[half]), keys(other.at(i)[half]));
    for (const std::string& key : keys(other.at(i)["data"])) {
      if (key == "last_transition" || key == "auth_data" || key == "wantstate") continue;
      EXPECT_EQ(json::dump(mine.at(i)["data"][key]), json::dump(other.at(i)["data"][key])) << key;
    }
  }
}

TEST_F(Process, StatisticsCanBeCleared) {
  lab::Program& agent = start(a_, lab::built("holdfastd"));
  ASSERT_TRUE(lab::wait_until([&] { return a_.has_address("10.0.0.70"); }));
  agent.send(SIGRTMAX - 1);
  ASSERT_TRUE(lab::wait_until(
      [&] { return dumped(a_, "stats").find("Became master: 1") != std::string::npos; }));
  ASSERT_TRUE(lab::wait_until([&] { return agent.said("dump.written"); }));
  agent.send(SIGUSR2);
  EXPECT_TRUE(lab::wait_until([&] {
    return dumped(a_, "stats").find("Became master: 1") == std::string::npos;
  })) << dumped(a_, "stats");
}

TEST_F(Process, SignalNumbersAreKeepaliveds) {
  for (const char* name : {"STOP", "RELOAD", "DATA", "STATS", "STATS_CLEAR", "JSON"}) {
    const std::string option = std::string("--signum=") + name;
    EXPECT_EQ(a_.run({"holdfastd", option}).output, a_.run({"/usr/sbin/keepalived", option}).output)
        << name;
  }
  EXPECT_NE(a_.run({"holdfastd", "--signum=DANCE"}).exit.code, 0);
}

TEST_F(Process, TheLogGoesToAFileAndAddressesStayWhereThatIsAskedFor) {
  const std::string log = a_.directory() + "/log";
  lab::Program& agent =
      a_.start({"holdfastd", "-n", "-G", "-V", "--ignore-sigint", "-g" + log, "-f",
                a_.write("k.conf", config({})), "-p", a_.directory() + "/k.pid"});
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  EXPECT_TRUE(lab::wait_until([&] { return contents(log).find("to=active") != std::string::npos; }))
      << contents(log);
  EXPECT_EQ(agent.output(), "");
  agent.send(SIGINT);
  EXPECT_TRUE(lab::holds_for(std::chrono::milliseconds(300), [&] { return agent.is_running(); }));
  agent.send(SIGTERM);
  ASSERT_TRUE(agent.wait().has_value());
  EXPECT_TRUE(holds(a_));
}

TEST_F(Process, RunsInANetworkNamespaceThatTheFileOrTheCommandNames) {
  ASSERT_TRUE(a_.run({"ip", "netns", "add", "blue"}).exit.succeeded());
  a_.run({"ip", "link", "set", "eth0", "netns", "blue"});
  a_.run({"ip", "-n", "blue", "link", "set", "eth0", "up"});
  a_.run({"ip", "-n", "blue", "address", "add", "10.0.0.11/24", "dev", "eth0"});
  const auto has_address = [&] {
    return a_.run({"ip", "-n", "blue", "address"}).output.find("10.0.0.50") != std::string::npos;
  };
  for (const bool by_file : {true, false}) {
    const std::string script = "script \"/bin/sh -c '/sbin/ip link show eth0'\"";
    const std::string text =
        config({.more = "track_script {\ncheck\n}",
                .before = (by_file ? "net_namespace blue\n" : "") +
                          ("vrrp_script check {\n" + script) + "\ninterval 1\n}"});
    std::vector<std::string> command{
        "holdfastd", "-n", "-l", "-f", a_.write("k.conf", text), "-p", a_.directory() + "/k.pid"};
    if (!by_file) command.insert(command.end(), {"-s", "blue"});
    lab::Program& agent = a_.start(command);
    EXPECT_TRUE(lab::wait_until(has_address)) << agent.output();
    agent.send(SIGTERM);
    ASSERT_TRUE(agent.wait().has_value());
  }
  a_.run({"ip", "netns", "del", "blue"});
}

TEST_F(Process, NeedsTwoCapabilitiesAndIsFilteredWhileScriptsAreNot) {
  const std::string told = a_.directory() + "/told";
  lab::Program& agent = a_.start(
      {"setpriv", "--bounding-set", "-all,+net_admin,+net_raw", "--inh-caps",
       "-all,+net_admin,+net_raw", lab::built("holdfastd"), "-n", "-l", "-f",
       a_.write("k.conf",
                config({.more = fmt::format("notify_master \"/bin/sh -c 'grep -e ^Seccomp: -e "
                                            "^NoNewPrivs: /proc/self/status >{}'\"",
                                            told)})),
       "-p", a_.directory() + "/k.pid"});
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); })) << agent.output();
  ASSERT_TRUE(lab::wait_until([&] { return contents(told).find("Seccomp") != std::string::npos; }))
      << agent.output();
  EXPECT_EQ(contents(told), "NoNewPrivs:\t0\nSeccomp:\t0\n");
  const auto status = contents(fmt::format("/proc/{}/status", agent.pid()));
  EXPECT_THAT(status, testing::HasSubstr("NoNewPrivs:\t1"));
  EXPECT_THAT(status, testing::HasSubstr("Seccomp:\t2"));
  EXPECT_FALSE(agent.said("process.syscall_refused")) << agent.output();
}

TEST_F(Process, SettingsThatAreNotPermittedAreNamedWithTheCapability) {
  lab::Program& agent =
      a_.start({"setpriv", "--bounding-set", "-all,+net_admin,+net_raw", "--inh-caps",
                "-all,+net_admin,+net_raw", lab::built("holdfastd"), "-n", "-l", "-f",
                a_.write("k.conf", config({.before = "global_defs {\nvrrp_rt_priority 40\n"
                                                     "vrrp_priority -10\n}"})),
                "-p", a_.directory() + "/k.pid"});
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); })) << agent.output();
  EXPECT_TRUE(agent.said("setting=vrrp_rt_priority")) << agent.output();
  EXPECT_TRUE(agent.said("CAP_SYS_NICE"));
}

TEST_F(Process, TheUnitInPackagingIsOneThatSystemdTakes) {
  if (!a_.run({"/bin/sh", "-c", "command -v systemd-analyze"}).exit.succeeded())
    GTEST_SKIP() << "there is no systemd-analyze on this machine";
  std::string unit = contents(std::string(HOLDFAST_SOURCE_DIR) + "/packaging/holdfastd.service");
  const std::string installed = "/usr/sbin/holdfastd";
  unit.replace(unit.find("=" + installed) + 1, installed.size(), lab::built("holdfastd"));
  const auto verified =
      a_.run({"systemd-analyze", "verify", "--man=no", a_.write("holdfastd.service", unit)});
  EXPECT_TRUE(verified.exit.succeeded()) << verified.output << verified.errors;
}

TEST_F(Process, StartAndShutdownScriptsRunAroundItAndAMissingNamespaceIsNamed) {
  const std::string told = a_.directory() + "/told";
  const std::string text = config(
      {.before = fmt::format("global_defs {{\nstartup_script \"/bin/sh -c 'echo up >>{0}'\"\n"
                             "shutdown_script \"/bin/sh -c 'echo down >>{0}'\"\n}}",
                             told)});
  lab::Program& agent = start_holdfastd(a_, text);
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); })) << agent.output();
  EXPECT_EQ(contents(told), "up\n");
  agent.send(SIGTERM);
  ASSERT_TRUE(agent.wait().has_value());
  EXPECT_EQ(contents(told), "up\ndown\n");
  const auto missing = a_.run({"holdfastd", "-n", "-l", "-s", "nowhere", "-f", "/dev/null"});
  EXPECT_EQ(missing.exit.code, 1);
  EXPECT_THAT(missing.errors, testing::HasSubstr("/run/netns/nowhere"));
}

}  // namespace
