#include "cloud/model/security.h"

#include <gmock/gmock.h>

namespace cloud::model {
namespace {

using testing::ElementsAre;

SecurityGroupRule rule(std::string protocol) {
  SecurityGroupRule made;
  made.security_group_id = "group";
  made.direction = "ingress";
  made.ethertype = "IPv4";
  made.protocol = std::move(protocol);
  return made;
}

TEST(Protocol, VrrpAnd112AreTheSame) {
  EXPECT_EQ(protocol_number("vrrp", "IPv4"), 112);
  EXPECT_EQ(protocol_number("112", "IPv4"), 112);
  EXPECT_EQ(protocol_number("icmp", "IPv6"), 58);
  EXPECT_EQ(protocol_number("256", "IPv4"), std::nullopt);
  EXPECT_EQ(protocol_number("carp", "IPv4"), std::nullopt);

  State state;
  SecurityGroupRule first = rule("vrrp");
  first.id = "first";
  state.security_group_rules.put(first);
  SecurityGroupRule second = rule("112");
  second.id = "second";
  ASSERT_FALSE(check_is_new(state, second));
  EXPECT_EQ(check_is_new(state, second).error().type, "SecurityGroupRuleExists");
  EXPECT_TRUE(check_is_new(state, rule("tcp")));
}

TEST(Rule, MistakesHaveNeutronsTypes) {
  const auto type_of = [](const SecurityGroupRule& checked) {
    const auto result = check_rule(checked);
    return result ? std::string("fine") : result.error().type;
  };
  EXPECT_EQ(type_of(rule("vrrp")), "fine");
  EXPECT_EQ(type_of(rule("carp")), "SecurityGroupRuleInvalidProtocol");
  SecurityGroupRule ports = rule("tcp");
  ports.port_range_min = 80;
  ports.port_range_max = 79;
  EXPECT_EQ(type_of(ports), "SecurityGroupInvalidPortRange");
  ports.port_range_max = 80;
  EXPECT_EQ(type_of(ports), "fine");
  ports.protocol = "vrrp";
  EXPECT_EQ(type_of(ports), "SecurityGroupInvalidProtocolForPort");
  SecurityGroupRule remote = rule("");
  remote.remote_ip_prefix = "fd00::/64";
  EXPECT_EQ(type_of(remote), "SecurityGroupRuleParameterConflict");
  remote.remote_group_id = "group";
  EXPECT_EQ(type_of(remote), "SecurityGroupRemoteGroupAndRemoteIpPrefix");
  SecurityGroupRule sideways = rule("");
  sideways.direction = "sideways";
  EXPECT_EQ(type_of(sideways), "HTTPBadRequest");
}

TEST(Group, OnlyTheDefaultOneLetsItsMembersIn) {
  int number = 0;
  const auto id = [&] { return std::to_string(++number); };
  SecurityGroup group;
  group.id = "group";
  group.name = "web";
  EXPECT_EQ(initial_rules(group, id, 0).size(), 2U);
  group.name = "default";
  const auto rules = initial_rules(group, id, 0);
  ASSERT_EQ(rules.size(), 4U);
  EXPECT_EQ(rules.back().direction, "ingress");
  EXPECT_EQ(rules.back().remote_group_id, "group");
}

TEST(Group, ItsMembersAreFixedAddressesAndAllowedPairs) {
  State state;
  Port port;
  port.id = "port";
  port.security_group_ids = {"group"};
  port.fixed_ips = {{"subnet", *net::IpAddress::parse("10.0.0.11")}};
  port.allowed_address_pairs = {{"10.0.0.50", ""}, {"10.1.0.0/16", ""}};
  state.ports.put(port);
  port.id = "other";
  port.security_group_ids = {"another"};
  port.fixed_ips = {{"subnet", *net::IpAddress::parse("10.0.0.12")}};
  state.ports.put(port);
  EXPECT_THAT(member_addresses(state, "group"),
              ElementsAre(*net::Prefix::parse("10.0.0.11"), *net::Prefix::parse("10.0.0.50"),
                          *net::Prefix::parse("10.1.0.0/16")));
}

}  // namespace
}  // namespace cloud::model
