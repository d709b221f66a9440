#include "agent/plan/plan_routes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using testing::HasSubstr;

const netlink::Link kEth0{.index = {3}, .name = "eth0"};
const netlink::Link kBlue{.index = {4}, .name = "blue", .kind = "vrf", .vrf_table = 77};

const netlink::Link* device(const std::string& name) {
  if (name == kEth0.name) return &kEth0;
  return name == kBlue.name ? &kBlue : nullptr;
}

keepalived::Route route(std::string_view to) {
  return {.destination = net::Prefix::parse(to).value()};
}

netlink::Route planned(const keepalived::Route& written) {
  return std::get<netlink::Route>(agent::plan::plan_route(written, device).value().item);
}

TEST(PlannedRoute, NamesBecomeNumbers) {
  keepalived::Route written = route("192.168.1.0/24");
  written.device = "eth0";
  written.vrf = "blue";
  const netlink::Route made = planned(written);
  EXPECT_EQ(made.interface, net::InterfaceIndex{3});
  EXPECT_EQ(made.table, 77U);
  EXPECT_EQ(made.protocol, netlink::kProtocolKeepalived);
  EXPECT_EQ(made.insert, netlink::Route::Insert::Prepend);
}

TEST(PlannedRoute, IsNoneWhereAnInterfaceIsMissing) {
  keepalived::Route written = route("192.168.1.0/24");
  written.device = "eth9";
  EXPECT_FALSE(agent::plan::plan_route(written, device));
  written.device.clear();
  written.next_hops.push_back({.device = "eth9"});
  EXPECT_FALSE(agent::plan::plan_route(written, device));
}

TEST(PlannedRoute, HasTheScopeOfItsType) {
  keepalived::Route written = route("192.168.1.1/32");
  EXPECT_EQ(planned(written).scope, 0);
  written.type = keepalived::RouteType::Local;
  EXPECT_EQ(planned(written).scope, 254);
  written.scope = 253;
  EXPECT_EQ(planned(written).scope, 253);
}

TEST(PlannedRule, IsNumberedDownwardsWhereTheFileGivesNoPreference) {
  agent::plan::RulePlanner planner;
  const auto preference = [&](const keepalived::Rule& rule) {
    return std::get<netlink::Rule>(planner.plan(rule).item).preference;
  };
  EXPECT_EQ(preference({}), 16384U);
  EXPECT_EQ(preference({.preference = 40}), 40U);
  EXPECT_EQ(preference({}), 16383U);
  EXPECT_EQ(preference({.family = net::Family::Ipv6}), 16384U);
}

TEST(PlannedRule, SaysInAMessageWhatItIs) {
  agent::plan::RulePlanner planner;
  keepalived::Rule rule;
  rule.from = net::Prefix::parse("10.1.0.0/16").value();
  rule.table = 100;
  EXPECT_EQ(to_string(planner.plan(rule)), "16384: from 10.1.0.0/16 table 100");
  EXPECT_THAT(to_string(agent::plan::plan_route(route("0.0.0.0/0"), device).value()),
              HasSubstr("default"));
}

}  // namespace
