#include "agent/plan/plan_wire.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;

TEST(PlanWire, AnInterfaceHasALaneOfItsOwnUnlessAGroupNamesIt) {
  const std::vector<netlink::Link> links{{.index = {2}, .name = "eth0"},
                                         {.index = {3}, .name = "eth1"},
                                         {.index = {4}, .name = "eth2"}};
  keepalived::Config config;
  config.globals.garp_interval = 10ms;
  config.announce_groups.push_back(
      {.interfaces = {"eth0", "eth1", "eth9"}, .garp_interval = 50ms, .gna_interval = 20ms});
  const auto table = agent::plan::plan_pacing(config, {links, {}});
  EXPECT_EQ(table.of({2}).lane, table.of({3}).lane);
  EXPECT_EQ(table.of({2}).arp, 50ms);
  EXPECT_EQ(table.of({3}).neighbour, 20ms);
  EXPECT_NE(table.of({4}).lane, table.of({2}).lane);
  EXPECT_EQ(table.of({4}).arp, 10ms);
  EXPECT_EQ(table.of({4}).neighbour, 0ms);
}

TEST(PlanWire, KeysAndWindowOfATrailerAreTheFiles) {
  keepalived::Instance instance{.name = "VI_1", .vrid = vrrp::VirtualRouterId::from(1).value()};
  instance.hmac = keepalived::Hmac{
      .keys = {{.id = 7, .secret = std::string(32, 'k')}}, .active_key = 7, .window = 4500ms};
  vrrp::RouterConfig config{.interface = {2}, .vrid = instance.vrid};
  agent::plan::plan_authentication(instance, config);
  ASSERT_TRUE(config.trailer.has_value());
  EXPECT_EQ(config.trailer->active_key, 7);
  EXPECT_EQ(config.trailer->keys.at(0).secret, std::vector<std::uint8_t>(32, 'k'));
  EXPECT_EQ(config.trailer->window, 5s);
  instance.hmac->replay = keepalived::Hmac::Replay::Monotonic;
  agent::plan::plan_authentication(instance, config);
  EXPECT_FALSE(config.trailer->window.has_value());
}

}  // namespace
