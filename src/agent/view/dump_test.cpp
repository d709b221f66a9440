#include "agent/view/dump.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

#include "agent/process/daemon.h"
#include "agent/process/dump_writer.h"
#include "json/value.h"

namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

agent::view::Snapshot snapshot() {
  agent::view::RouterSnapshot router{
      .id = {},
      .name = "VI_1",
      .interface_name = "eth0",
      .config = {.interface = {2}, .vrid = vrrp::VirtualRouterId::from(51).value()},
      .shown = {}};
  router.config.tracked = {{.id = {1}, .weight = 2}, {.id = {2}, .weight = 0}};
  router.state = vrrp::State::Active;
  router.effective_priority = vrrp::Priority(102);
  router.source = net::IpAddress::parse("10.0.0.11").value();
  router.counters.sent = 7;
  router.counters[vrrp::RejectReason::HopLimit] = 3;
  router.addresses.push_back(
      {.address = {.interface = {2}, .prefix = net::Prefix::parse("10.0.0.50/24").value()},
       .interface_name = "eth0",
       .is_present = true});
  agent::view::Snapshot out;
  out.routers.push_back(router);
  out.trackers = {{.id = {1}, .kind = "script", .name = "check"},
                  {.id = {2}, .kind = "process", .name = "proxy", .is_up = true}};
  out.scripts.push_back({.script = {.name = "check", .command = {.argv = {"/bin/true", "x"}}},
                         .is_up = true,
                         .result = 1});
  return out;
}

TEST(Dump, OfDataHasTheLinesThatExportersRead) {
  const std::string text = agent::view::data_dump(snapshot(), {});
  for (const char* line :
       {" VRRP Instance = VI_1\n", "   State = MASTER\n", "   Interface = eth0\n",
        "   Virtual Router ID = 51\n", "   Effective priority = 102\n", "   Virtual IP (1):\n",
        "     10.0.0.50/24 dev eth0 scope global set\n", "   Gratuitous ARP delay = 5\n",
        " VRRP Script = check\n", "   Status = GOOD\n", "   State = idle\n",
        "   Command = '/bin/true' 'x'\n"})
    EXPECT_THAT(text, HasSubstr(line));
}

TEST(Dump, OfStatsPutsOurReasonsUnderKeepalivedsHeadings) {
  const std::string text = agent::view::stats_dump(snapshot());
  EXPECT_THAT(text,
              HasSubstr("VRRP Instance: VI_1\n  Advertisements:\n    Received: 0\n    Sent: 7\n"));
  EXPECT_THAT(text, HasSubstr("    TTL: 3\n"));
}

TEST(Dump, AsJsonHasWholeNumbersWhereExportersWantThem) {
  const auto first = json::parse(agent::view::json_dump(snapshot(), 1)).value();
  const json::Value& data = first.at(0)["data"];
  EXPECT_EQ(data.text_or("iname", ""), "VI_1");
  EXPECT_EQ(data["state"].as_integer(), 2);
  EXPECT_TRUE(data["garp_delay"].is_integer());
  EXPECT_TRUE(data["adver_int"].is_integer());
  EXPECT_EQ(data["vips"].at(0), json::Value("10.0.0.50/24 dev eth0 scope global set"));
  EXPECT_EQ(data["track_script"].at(0), json::Value("'/bin/true' 'x'"));
  EXPECT_EQ(first.at(0)["stats"]["advert_sent"].as_integer(), 7);
  const auto second = json::parse(agent::view::json_dump(snapshot(), 2)).value();
  EXPECT_EQ(second["vrrp"].at(0)["data"].text_or("iname", ""), "VI_1");
  EXPECT_EQ(second["track_process"].at(0).text_or("process", ""), "proxy");
}

TEST(Dump, GoesWhereTheConfigurationOrTheEnvironmentSays) {
  keepalived::Globals globals;
  unsetenv("TMPDIR");
  EXPECT_EQ(agent::process::dump_file(globals, "", "data"), "/tmp/keepalived.data");
  EXPECT_EQ(agent::process::dump_file(globals, "/run/x.json", "json"), "/run/x.json");
  globals.instance_name = "blue";
  EXPECT_EQ(agent::process::dump_file(globals, "", "stats"), "/tmp/keepalived.stats");
  globals.data_use_instance = true;
  EXPECT_EQ(agent::process::dump_file(globals, "", "stats"), "/tmp/keepalived_blue.stats");
  EXPECT_EQ(agent::process::dump_file(globals, "/run/a.b/dump", "stats"), "/run/a.b/dump_blue");
  EXPECT_EQ(agent::process::default_pid_files(globals).vrrp, "/run/keepalived_vrrp_blue.pid");
}

TEST(Dump, IsReplacedAsAWholeAndFollowsNoLink) {
  const std::string path = testing::TempDir() + "dump_test." + std::to_string(getpid());
  const std::string other = path + ".other";
  std::ofstream(other) << "precious";
  ASSERT_EQ(symlink(other.c_str(), path.c_str()), 0);
  io::Loop loop;
  agent::process::DumpWriter writer(loop);
  writer.write(path, [] { return std::string(300000, 'x'); });
  io::Timer poll(loop, [&] {
    struct stat found {};
    if (lstat(path.c_str(), &found) == 0 && S_ISREG(found.st_mode)) return loop.stop();
    poll.after(5ms);
  });
  poll.after(5ms);
  loop.run();
  struct stat found {};
  EXPECT_EQ(stat(path.c_str(), &found), 0);
  EXPECT_EQ(found.st_size, 300000);
  std::string text;
  std::ifstream(other) >> text;
  EXPECT_EQ(text, "precious");
  unlink(path.c_str());
  unlink(other.c_str());
  EXPECT_NE(agent::process::write_atomically("/no/such/directory/x", "x"), 0);
}

}  // namespace
