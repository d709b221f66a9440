#include "cloud/fabric/rules.h"

#include <gmock/gmock.h>

namespace {

using namespace cloud::fabric;
using testing::HasSubstr;
using testing::Not;

net::Prefix prefix(std::string_view text) {
  return net::Prefix::parse(text).value();
}

PortSpec port() {
  return {.id = PortId("p"),
          .network = NetworkId("n"),
          .mac = net::MacAddress::parse("fa:16:3e:00:00:01").value(),
          .fixed = {{.address = prefix("10.0.0.11/24")}}};
}

std::string script(const PortSpec& spec) {
  return port_script(7, spec, [](const AddressSetId&) { return Number{3}; });
}

TEST(PortScript, PermitsArpAndIpOfEachAddressOnly) {
  PortSpec spec = port();
  spec.pairs = {{.addresses = prefix("10.0.0.50/32")}};
  const std::string text = script(spec);
  for (const std::string address : {"10.0.0.11/32", "10.0.0.50/32"}) {
    EXPECT_THAT(text, HasSubstr("from7 ether saddr fa:16:3e:00:00:01 arp saddr ether "
                                "fa:16:3e:00:00:01 arp saddr ip " +
                                address + " accept"));
    EXPECT_THAT(text,
                HasSubstr("from7 ether saddr fa:16:3e:00:00:01 ip saddr " + address + " accept"));
  }
}

TEST(PortScript, MarksBothHalves) {
  const std::string text = script(port());
  EXPECT_THAT(text, HasSubstr("from7 meta mark set 0x7\n"));
  EXPECT_THAT(text, HasSubstr("to7 meta mark set meta mark & 0x0000ffff | 0x70000\n"));
}

TEST(PortScript, WithoutPortSecurityThereIsNothingThatDrops) {
  PortSpec spec = port();
  spec.port_security_enabled = false;
  const std::string text = script(spec);
  EXPECT_THAT(text, Not(HasSubstr("rule bridge holdfast from7 ether")));
  EXPECT_THAT(text, Not(HasSubstr("rule inet")));
}

std::string with_rule(Rule rule) {
  PortSpec spec = port();
  spec.rules = {std::move(rule)};
  return script(spec);
}

TEST(PortScript, ARuleOfASecurityGroupInWordsOfNft) {
  EXPECT_THAT(with_rule({.protocol = 112}),
              HasSubstr("ingress7 meta nfproto ipv4 meta l4proto 112 accept"));
  EXPECT_THAT(
      with_rule({.protocol = 6, .port_min = 80, .port_max = 90, .remote = prefix("10.0.0.7/24")}),
      HasSubstr(
          "ingress7 meta nfproto ipv4 ip saddr 10.0.0.0/24 meta l4proto 6 th dport 80-90 accept"));
  EXPECT_THAT(with_rule({.protocol = 1, .port_min = 8, .port_max = 0}),
              HasSubstr("meta l4proto 1 icmp type 8 icmp code 0 accept"));
  EXPECT_THAT(with_rule({.direction = Direction::Egress,
                         .family = net::Family::Ipv6,
                         .remote = AddressSetId("group")}),
              HasSubstr("egress7 meta nfproto ipv6 ip6 daddr @group3-6 return"));
  EXPECT_THAT(with_rule({.remote = prefix("0.0.0.0/0")}),
              HasSubstr("ingress7 meta nfproto ipv4 accept"));
}

TEST(PortScript, ARuleWithAPrefixOfTheOtherFamilyMatchesNothing) {
  EXPECT_THAT(with_rule({.family = net::Family::Ipv6, .remote = prefix("10.0.0.0/24")}),
              Not(HasSubstr("10.0.0.0/24")));
}

TEST(ChangeSetScript, SaysOnlyTheDifference) {
  EXPECT_EQ(change_set_script(3, {prefix("10.0.0.1"), prefix("10.0.0.2")},
                              {prefix("10.0.0.2"), prefix("2001:db8::1")}),
            "delete element inet holdfast group3-4 { 10.0.0.1/32 }\n"
            "add element inet holdfast group3-6 { 2001:db8::1/128 }\n");
  EXPECT_EQ(change_set_script(3, {prefix("10.0.0.1")}, {prefix("10.0.0.1")}), "");
}

}  // namespace
