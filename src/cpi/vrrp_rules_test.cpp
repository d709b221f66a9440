#include "cpi/vrrp_rules.h"

#include <gtest/gtest.h>

namespace {

using openstack::SecurityGroupId;

const auto kOwn = net::IpAddress::v4(0x0a00000a);  // 10.0.0.10

openstack::SecurityGroupRule rule(std::optional<std::string> protocol,
                                  std::optional<std::string> prefix = std::nullopt,
                                  std::optional<std::string> group = std::nullopt) {
  openstack::SecurityGroupRule out{.id = "r",
                                   .direction = "ingress",
                                   .ethertype = "IPv4",
                                   .protocol = std::move(protocol),
                                   .port_range_min = {},
                                   .port_range_max = {},
                                   .remote_prefix = {},
                                   .remote_group = {}};
  if (prefix) out.remote_prefix = net::Prefix::parse(*prefix).value();
  if (group) out.remote_group.emplace(*group);
  return out;
}

bool admits(openstack::SecurityGroupRule one) {
  return cpi::admits_vrrp(
      {{.id = SecurityGroupId("G"), .name = "web", .description = "", .rules = {std::move(one)}}},
      kOwn);
}

TEST(VrrpRules, AdmitTheProtocolByNumberByNameOrAny) {
  EXPECT_TRUE(admits(rule("112")));
  EXPECT_TRUE(admits(rule("vrrp")));
  EXPECT_TRUE(admits(rule(std::nullopt)));
  EXPECT_FALSE(admits(rule("tcp")));
}

TEST(VrrpRules, AdmitPeersOfTheSameGroupOrNetwork) {
  EXPECT_TRUE(admits(rule("112", std::nullopt, "G")));
  EXPECT_FALSE(admits(rule("112", std::nullopt, "other")));
  EXPECT_TRUE(admits(rule("112", "10.0.0.0/24")));
  EXPECT_FALSE(admits(rule("112", "10.1.0.0/24")));
}

TEST(VrrpRules, OverIpv6ComeFromLinkLocalAddressesWhichNoGroupHas) {
  const auto pair = net::IpAddress::parse("2001:db8::50").value();
  const auto peer = cpi::peer_source(pair, kOwn);
  EXPECT_TRUE(peer.is_link_local());
  const auto admits_peer = [&](openstack::SecurityGroupRule one) {
    one.ethertype = "IPv6";
    const openstack::SecurityGroup group{
        .id = SecurityGroupId("G"), .name = "web", .description = "", .rules = {std::move(one)}};
    return cpi::admits_vrrp({group}, peer);
  };
  EXPECT_TRUE(admits_peer(rule("112")));
  EXPECT_TRUE(admits_peer(rule("112", "fe80::/10")));
  EXPECT_FALSE(admits_peer(rule("112", "2001:db8::/64")));
  EXPECT_FALSE(admits_peer(rule("112", std::nullopt, "G")));
  const openstack::SecurityGroup group{
      .id = SecurityGroupId("G"), .name = "web", .description = "", .rules = {}};
  const auto made = cpi::rule_for_vrrp(group, net::Family::Ipv6);
  EXPECT_EQ(made.remote_prefix, net::Prefix::parse("fe80::/10").value());
  EXPECT_FALSE(made.remote_group);
  EXPECT_EQ(cpi::command_for_vrrp(group, net::Family::Ipv6),
            "openstack security group rule create --ethertype IPv6 --protocol 112 "
            "--remote-ip fe80::/10 G");
}

TEST(VrrpRules, DoNotAdmitByEgressOrTheOtherFamily) {
  auto egress = rule("112");
  egress.direction = "egress";
  EXPECT_FALSE(admits(egress));
  auto v6 = rule("112");
  v6.ethertype = "IPv6";
  EXPECT_FALSE(admits(v6));
  EXPECT_FALSE(cpi::admits_vrrp({}, kOwn));
}

}  // namespace
