#include "agent/plan/plan.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keepalived/read.h"

namespace {

using testing::HasSubstr;
using testing::SizeIs;

net::IpAddress ip(std::string_view text) {
  return net::IpAddress::parse(text).value();
}

const std::vector<netlink::Link> kLinks{
    {.index = {1}, .name = "lo", .is_up = true, .is_running = true, .is_loopback = true},
    {.index = {2},
     .name = "eth0",
     .mac = net::MacAddress::parse("02:00:00:00:00:02").value(),
     .is_up = true,
     .is_running = true},
    {.index = {3}, .name = "eth1", .mac = net::MacAddress::parse("02:00:00:00:00:03").value()}};

std::vector<netlink::Address> addresses() {
  const auto on = [](std::uint32_t index, std::string_view prefix) {
    return netlink::Address{.interface = {index}, .prefix = net::Prefix::parse(prefix).value()};
  };
  return {on(1, "127.0.0.1/8"), on(2, "10.0.0.50/32"), on(2, "10.0.0.11/24"),
          on(3, "192.168.7.1/24")};
}

agent::plan::Planning plan(const std::string& text) {
  const auto reading = keepalived::read_text("k.conf", text);
  const auto present = addresses();
  agent::plan::TrackNames names;
  return agent::plan::make_plan(reading.config, {kLinks, present}, names);
}

std::string instance(std::string_view interface, std::string_view address,
                     std::string_view more = "") {
  return "vrrp_instance VI_1 {\n  interface " + std::string(interface) +
         "\n  virtual_router_id 51\n  priority 150\n  " + std::string(more) +
         "\n  virtual_ipaddress {\n    " + std::string(address) + "\n  }\n}\n";
}

TEST(Plan, SpeaksFromAnAddressThatIsNotVirtual) {
  const auto planning = plan(instance("eth0", "10.0.0.50"));
  ASSERT_TRUE(planning.can_run);
  ASSERT_THAT(planning.plan.routers, SizeIs(1));
  const auto& router = planning.plan.routers[0];
  EXPECT_EQ(router.config.source, ip("10.0.0.11"));
  EXPECT_EQ(router.config.interface, net::InterfaceIndex{2});
  ASSERT_THAT(router.addresses, SizeIs(1));
  EXPECT_EQ(to_string(router.addresses[0].prefix), "10.0.0.50/32");
  EXPECT_EQ(router.addresses[0].protocol, netlink::kProtocolKeepalived);
}

TEST(Plan, TellsTheCoreAboutStrictModeAndStubbornOwners) {
  const auto strict = plan(instance("eth0", "10.0.0.50", "strict_mode on"));
  ASSERT_THAT(strict.plan.routers, SizeIs(1));
  EXPECT_TRUE(strict.plan.routers[0].config.strict);
  const auto owner = plan(instance("eth0", "10.0.0.50", "priority 255\nowner_ignore_adverts"));
  ASSERT_THAT(owner.plan.routers, SizeIs(1));
  EXPECT_TRUE(owner.plan.routers[0].config.ignores_others_as_owner);
  const auto alone = plan(instance("eth0", "10.0.0.50", "unicast_fault_no_peer"));
  ASSERT_THAT(alone.plan.routers, SizeIs(1));
  EXPECT_TRUE(alone.plan.routers[0].config.fault_without_peers);
}

TEST(Plan, FindsTheInterfaceOfAutoByTheFirstAddress) {
  const auto planning = plan(instance("auto", "192.168.7.9"));
  ASSERT_THAT(planning.plan.routers, SizeIs(1));
  EXPECT_EQ(planning.plan.routers[0].interface_name, "eth1");
  const auto nowhere = plan(instance("auto", "172.16.0.9"));
  EXPECT_FALSE(nowhere.can_run);
  EXPECT_THAT(nowhere.diagnostics[0].what, HasSubstr("172.16.0.9"));
}

TEST(Plan, NamesAnAbsentInterfaceAtItsPlaceAndTheNearOne) {
  const auto planning = plan(instance("eth9", "10.0.0.50"));
  EXPECT_FALSE(planning.can_run);
  ASSERT_THAT(planning.diagnostics, SizeIs(1));
  EXPECT_EQ(planning.diagnostics[0].place.line, 2U);
  EXPECT_THAT(planning.diagnostics[0].what, HasSubstr("'eth9'"));
  EXPECT_THAT(planning.diagnostics[0].hint, HasSubstr("eth0"));
}

TEST(Plan, RefusesTwoRoutersOfOneNumberOnAnInterfaceAlsoWhenOneSaysAuto) {
  std::string second = instance("auto", "10.0.0.51");
  second.replace(second.find("VI_1"), 4, "VI_2");
  const auto planning = plan(instance("eth0", "10.0.0.50") + second);
  EXPECT_FALSE(planning.can_run);
}

TEST(Plan, GivesAScriptOneNumberHoweverOftenItIsTracked) {
  const std::string track = "track_script {\n check weight 2\n }";
  std::string second = instance("eth1", "192.168.7.9", track);
  second.replace(second.find("VI_1"), 4, "VI_2");
  const auto planning = plan("vrrp_script check {\n script \"/bin/true\"\n interval 2\n}\n" +
                             instance("eth0", "10.0.0.50", track) + second);
  ASSERT_THAT(planning.plan.scripts, SizeIs(1));
  ASSERT_THAT(planning.plan.routers, SizeIs(2));
  EXPECT_EQ(planning.plan.routers[0].config.tracked, planning.plan.routers[1].config.tracked);
  EXPECT_EQ(planning.plan.routers[0].config.tracked[0].weight, 2);
}

TEST(Plan, PutsAnAddressWithUseVmacOnAnInterfaceOfItsOwn) {
  const auto planning = plan(instance("eth0", "10.0.0.50 use_vmac\n 10.0.0.51"));
  EXPECT_THAT(planning.diagnostics, SizeIs(0));
  ASSERT_THAT(planning.plan.vmacs, SizeIs(1));
  const auto& vmac = planning.plan.vmacs[0];
  EXPECT_EQ(vmac.name, "vrrp.51");
  EXPECT_EQ(to_string(vmac.mac), "00:00:5e:00:01:33");
  const auto& addresses = planning.plan.routers.at(0).addresses;
  EXPECT_EQ(addresses.at(0).interface, vmac.index);
  EXPECT_NE(addresses.at(1).interface, vmac.index);
  EXPECT_FALSE(planning.plan.routers.at(0).advertises_from);
}

TEST(Plan, WaitsForInterfacesThatMayAppear) {
  const auto planning =
      plan("global_defs {\n dynamic_interfaces\n}\n" + instance("eth9", "10.0.0.50"));
  EXPECT_TRUE(planning.can_run);
  EXPECT_THAT(planning.plan.awaited, testing::ElementsAre("eth9"));
  ASSERT_THAT(planning.plan.routers, SizeIs(1));
  const auto& waiting = planning.plan.routers[0];
  EXPECT_EQ(waiting.interface_name, "eth9");
  EXPECT_TRUE(agent::plan::is_absent(waiting.config.interface));
  EXPECT_THAT(waiting.addresses, SizeIs(1));
}

TEST(Plan, WhatWasMissingGetsItsNumberEverywhere) {
  auto plan_of = plan(instance("eth0", "10.0.0.50 use_vmac")).plan;
  const net::InterfaceIndex stand_in = plan_of.vmacs.at(0).index;
  plan_of.static_routes.push_back({.item = netlink::Route{.interface = stand_in}});
  agent::plan::replace_interface(plan_of, stand_in, {77});
  EXPECT_EQ(plan_of.routers.at(0).addresses.at(0).interface, net::InterfaceIndex{77});
  EXPECT_EQ(std::get<netlink::Route>(plan_of.static_routes[0].item).interface,
            net::InterfaceIndex{77});
}

TEST(Plan, PassesOnEveryOptionOfAnAddress) {
  const auto planning = plan(instance(
      "eth0", "10.0.0.50 no_track noprefixroute autojoin\n 10.0.0.51 scope link label eth0:x"));
  EXPECT_THAT(planning.diagnostics, SizeIs(0));
  ASSERT_THAT(planning.plan.routers, SizeIs(1));
  const auto& addresses = planning.plan.routers[0].addresses;
  ASSERT_THAT(addresses, SizeIs(2));
  EXPECT_FALSE(addresses[0].is_tracked);
  EXPECT_FALSE(addresses[0].has_prefix_route);
  EXPECT_TRUE(addresses[0].joins_group);
  EXPECT_EQ(addresses[1].scope, netlink::Scope::Link);
  EXPECT_EQ(addresses[1].label, "eth0:x");
}

TEST(Plan, EveryMemberOfASyncGroupTracksWhatTheGroupTracks) {
  std::string second = instance("eth1", "192.168.7.9", "track_script {\n check\n }");
  second.replace(second.find("VI_1"), 4, "VI_2");
  const auto planning = plan(
      "vrrp_script check {\n script \"/bin/true\"\n}\n"
      "vrrp_sync_group G {\n group {\n VI_2\n VI_1\n }\n track_script {\n check\n }\n"
      " track_interface {\n lo\n }\n notify_master \"/bin/m\"\n}\n" +
      instance("eth0", "10.0.0.50") + second);
  EXPECT_THAT(planning.diagnostics, SizeIs(0));
  ASSERT_THAT(planning.plan.groups, SizeIs(1));
  const auto& group = planning.plan.groups[0];
  EXPECT_EQ(group.name, "G");
  EXPECT_THAT(group.members, testing::ElementsAre(1, 0));
  EXPECT_TRUE(group.notify.master.has_value());
  ASSERT_THAT(planning.plan.routers, SizeIs(2));
  EXPECT_THAT(planning.plan.routers[0].config.tracked, SizeIs(2));
  EXPECT_THAT(planning.plan.routers[1].config.tracked, SizeIs(2));
}

}  // namespace
