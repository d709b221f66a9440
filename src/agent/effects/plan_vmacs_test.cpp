#include "agent/effects/plan_vmacs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace {

using agent::effects::virtual_mac;
using agent::effects::VmacPlanner;
using net::Family;
using testing::HasSubstr;

const vrrp::VirtualRouterId kVrid = vrrp::VirtualRouterId::from(51).value();
const netlink::Link kEth0{.index = {3}, .name = "eth0"};
const netlink::Link kEth1{.index = {4}, .name = "eth1"};

VmacPlanner::Wish wish(const netlink::Link& base, Family family) {
  return {.base = base, .mac = virtual_mac(kVrid, family), .family = family, .vrid = kVrid};
}

netlink::Link macvlan(std::string name, Family family) {
  return {.index = {9},
          .name = std::move(name),
          .mac = virtual_mac(kVrid, family),
          .kind = "macvlan",
          .base = kEth0.index,
          .mode = 4};
}

TEST(VmacPlanner, NamesThemAsKeepalivedDoes) {
  const std::vector links{kEth0, kEth1};
  VmacPlanner planner(links);
  EXPECT_EQ(planner.plan(wish(kEth0, Family::Ipv4)).value()->name, "vrrp.51");
  EXPECT_EQ(planner.plan(wish(kEth0, Family::Ipv6)).value()->name, "vrrp6.51");
  EXPECT_EQ(planner.plan(wish(kEth1, Family::Ipv4)).value()->name, "vrrp1.51");
  EXPECT_EQ(planner.plan(wish(kEth1, Family::Ipv6)).value()->name, "vrrp2.51");
}

TEST(VmacPlanner, MakesOneForABaseAndAMacWhoeverAsks) {
  const std::vector links{kEth0};
  VmacPlanner planner(links);
  const auto first = planner.plan(wish(kEth0, Family::Ipv4)).value()->index;
  EXPECT_EQ(planner.plan(wish(kEth0, Family::Ipv4)).value()->index, first);
  EXPECT_EQ(planner.take().size(), 1U);
}

TEST(VmacPlanner, TakesOverTheOneThatIsThere) {
  const std::vector links{kEth0, macvlan("vrrp.51", Family::Ipv4)};
  VmacPlanner planner(links);
  EXPECT_EQ(planner.plan(wish(kEth0, Family::Ipv4)).value()->index, net::InterfaceIndex{9});
}

TEST(VmacPlanner, GoesRoundANameThatIsTakenAndRefusesOneThatWasWritten) {
  const std::vector links{kEth0, netlink::Link{.index = {9}, .name = "vrrp.51"}};
  VmacPlanner planner(links);
  EXPECT_EQ(planner.plan(wish(kEth0, Family::Ipv4)).value()->name, "vrrp1.51");
  auto named = wish(kEth0, Family::Ipv6);
  named.name = "vrrp.51";
  const auto refused = planner.plan(named);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().what, HasSubstr("'vrrp.51'"));
}

TEST(VmacPlanner, FindsAPlannedOneByItsName) {
  const std::vector links{kEth0};
  VmacPlanner planner(links);
  const auto index = planner.plan(wish(kEth0, Family::Ipv4)).value()->index;
  ASSERT_NE(planner.find("vrrp.51"), nullptr);
  EXPECT_EQ(planner.find("vrrp.51")->index, index);
  EXPECT_EQ(planner.find("eth9"), nullptr);
}

}  // namespace
