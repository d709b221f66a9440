#include "keepalived/print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "keepalived/read.h"

namespace keepalived {
namespace {

Config sample(const std::string& name) {
  std::ifstream in(std::string(HOLDFAST_SOURCE_DIR) + "/tests/keepalived/" + name);
  return read_text(name, {std::istreambuf_iterator<char>(in), {}}).config;
}

TEST(Print, SpellsOutWhatIsInForce) {
  const Config config =
      read_text("k.conf",
                "vrrp_instance a {\n interface eth0\n virtual_router_id 9\n auth_pass x\n"
                " authentication { auth_type PASS\n auth_pass secret }\n"
                " virtual_ipaddress { 10.0.0.1/24 brd + dev eth1 label eth1:a }\n"
                " unicast_peer { 10.0.0.3 max_ttl 255 }\n notify \"/n 'a b'\" me\n}\n")
          .config;
  EXPECT_EQ(print(config),
            "global_defs {\n"
            "  vrrp_version 2\n"
            "  vrrp_garp_master_delay 5\n"
            "  vrrp_garp_master_repeat 5\n"
            "  vrrp_garp_master_refresh 0\n"
            "  vrrp_garp_master_refresh_repeat 1\n"
            "  vrrp_garp_lower_prio_delay 5\n"
            "  vrrp_garp_lower_prio_repeat 5\n"
            "  default_interface eth0\n"
            "}\n"
            "\n"
            "vrrp_instance a {\n"
            "  state BACKUP\n"
            "  interface eth0\n"
            "  virtual_router_id 9\n"
            "  priority 100\n"
            "  version 2\n"
            "  advert_int 1\n"
            "  down_timer_adverts 3\n"
            "  strict_mode off\n"
            "  accept\n"
            "  authentication {\n"
            "    auth_type PASS\n"
            "    # auth_pass is not shown\n"
            "  }\n"
            "  unicast_peer {\n"
            "    10.0.0.3 max_ttl 255\n"
            "  }\n"
            "  check_unicast_src\n"
            "  virtual_ipaddress {\n"
            "    10.0.0.1/24 brd 10.0.0.255 dev eth1 label eth1:a\n"
            "  }\n"
            "  garp_master_delay 5\n"
            "  garp_master_repeat 5\n"
            "  garp_master_refresh 0\n"
            "  garp_master_refresh_repeat 1\n"
            "  garp_lower_prio_delay 5\n"
            "  garp_lower_prio_repeat 5\n"
            "  lower_prio_no_advert off\n"
            "  higher_prio_send_advert off\n"
            "  smtp_alert off\n"
            "  notify_priority_changes off\n"
            "  notify \"/n 'a b'\" me\n"
            "}\n");
}

class RoundTrip : public testing::TestWithParam<const char*> {};

TEST_P(RoundTrip, MeansTheSame) {
  const std::string once = print(sample(GetParam()), {.with_passwords = true});
  const Reading again = read_text("again.conf", once);
  EXPECT_EQ(print(again.config, {.with_passwords = true}), once);
  for (const text::Diagnostic& found : again.diagnostics)
    EXPECT_NE(found.severity, text::Severity::Error) << text::render(found);
}

INSTANTIATE_TEST_SUITE_P(Samples, RoundTrip,
                         testing::Values("bosh_bootstrap.conf", "bosh_other.conf", "two_nodes.conf",
                                         "container.conf", "control_plane.conf", "l3_agent.conf",
                                         "router_os.conf"));

TEST(RoundTrip, KeepsArgumentsWithBothKindsOfQuotes) {
  Config config = sample("bosh_other.conf");
  config.scripts.at(0).command.argv = {"/c", "it's \"so\"", "'", "", "\"'\"", "a b"};
  EXPECT_EQ(read_text("k.conf", print(config)).config.scripts.at(0).command.argv,
            config.scripts.at(0).command.argv);
}

TEST(RoundTrip, KeepsOddWordsAndEveryKindOfBlock) {
  const std::string odd =
      "instance \"a b\"\nglobal_defs {\n router_id \"x \\\"y\\\" {z}\"\n vrrp_strict\n "
      "vrrp_min_garp\n"
      " script_user nobody nogroup\n}\n"
      "vrrp_script \"s 1\" { script \"/c \\$HOME 'two words' \\\"it's\\\"\"\n interval 0.25\n "
      "weight -3 reverse\n"
      " user nobody }\n"
      "track_file f { file /x\n weight 0\n init_file 5 overwrite }\n"
      "vrrp_track_process p { process a \"b c\"\n quorum 2\n delay 1.5 }\n"
      "static_ipaddress { 10.1.1.1/30 scope 7 preferred_lft 9 no_track }\n"
      "vrrp_instance \"v#1\" { interface eth0\n virtual_router_id 1\n version 3\n advert_int 0.35\n"
      " nopreempt\n track_script { \"s 1\" weight 4 }\n track_file { f }\n track_process { p "
      "reverse }\n"
      " virtual_ipaddress { fe80::1\n 2001:db8::1/64 home -nodad mngtmpaddr autojoin noprefixroute "
      "}\n"
      " mcast_src_ip fe80::9\n virtual_rules { from 10.0.0.0/8 table 3 } }\n";
  const Reading first = read_text("k.conf", odd);
  for (const text::Diagnostic& found : first.diagnostics)
    EXPECT_NE(found.severity, text::Severity::Error) << text::render(found);
  const std::string once = print(first.config);
  const Reading again = read_text("again.conf", once);
  EXPECT_EQ(print(again.config), once);
  EXPECT_EQ(again.config.scripts.at(0).command.argv, first.config.scripts.at(0).command.argv);
  EXPECT_EQ(again.config.globals.router_id, "x \"y\" {z}");
  EXPECT_EQ(again.config.instances.at(0).interval, std::chrono::milliseconds(350));
}

}  // namespace
}  // namespace keepalived
