// Routes and rules as `ip` would be told, seen through what is read.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "keepalived/read.h"

namespace keepalived {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

Reading with(const std::string& block, const std::string& lines) {
  return read_text("k.conf",
                   "vrrp_instance a {\n interface eth0\n virtual_router_id 1\n"
                   " virtual_ipaddress { 10.0.0.1 }\n}\n" +
                       block + " {\n" + lines + "\n}\n");
}

std::vector<std::string> errors(const Reading& reading) {
  std::vector<std::string> out;
  for (const text::Diagnostic& found : reading.diagnostics)
    if (found.severity == text::Severity::Error) out.push_back(found.what);
  return out;
}

Route route(const std::string& line) {
  const Reading reading = with("static_routes", line);
  EXPECT_THAT(errors(reading), IsEmpty());
  return reading.config.static_routes.at(0);
}

std::vector<std::string> route_errors(const std::string& line) {
  const Reading reading = with("static_routes", line);
  EXPECT_THAT(reading.config.static_routes, IsEmpty());
  return errors(reading);
}

Rule rule(const std::string& line) {
  const Reading reading = with("static_rules", line);
  EXPECT_THAT(errors(reading), IsEmpty());
  return reading.config.static_rules.at(0);
}

std::vector<std::string> rule_errors(const std::string& line) {
  const Reading reading = with("static_rules", line);
  EXPECT_THAT(reading.config.static_rules, IsEmpty());
  return errors(reading);
}

TEST(Routes, HaveADestinationAndAWayThere) {
  const Route one = route("10.1.0.0/16 via 10.0.0.254 dev eth0 table 100 metric 5");
  EXPECT_EQ(net::to_string(one.destination), "10.1.0.0/16");
  EXPECT_EQ(net::to_string(one.via.value()), "10.0.0.254");
  EXPECT_EQ(one.device, "eth0");
  EXPECT_EQ(one.table, 100U);
  EXPECT_EQ(one.metric, 5U);
  EXPECT_EQ(one.protocol, kRouteProtocol);
  EXPECT_TRUE(one.track);
}

TEST(Routes, TakeTheFamilyOfADefaultFromTheRest) {
  EXPECT_EQ(net::to_string(route("default via 10.0.0.254").destination), "0.0.0.0/0");
  EXPECT_EQ(net::to_string(route("default via fe80::1 dev eth0").destination), "::/0");
  EXPECT_EQ(net::to_string(route("inet6 default dev eth0").destination), "::/0");
  EXPECT_THAT(route_errors("10.0.0.0/8 via fe80::1"),
              ElementsAre("`fe80::1` is IPv6, and the route IPv4"));
}

TEST(Routes, OldFormsMeanWhatTheyMeant) {
  const Route one = route("src 10.0.0.5 to 10.1.0.0/16 gw 10.0.0.1 or 10.0.0.2");
  EXPECT_EQ(net::to_string(one.source.value()), "10.0.0.5");
  EXPECT_FALSE(one.via);
  ASSERT_EQ(one.next_hops.size(), 2U);
  EXPECT_EQ(net::to_string(one.next_hops[1].via.value()), "10.0.0.2");
}

TEST(Routes, GoOverSeveralNextHops) {
  const Route one =
      route("10.2.0.0/16 nexthop via 10.0.0.1 dev eth0 weight 3 onlink nexthop via inet 10.0.0.2");
  ASSERT_EQ(one.next_hops.size(), 2U);
  EXPECT_EQ(one.next_hops[0].weight, 3U);
  EXPECT_TRUE(one.next_hops[0].on_link);
  EXPECT_EQ(net::to_string(one.next_hops[1].via.value()), "10.0.0.2");
}

TEST(Routes, HoldTheKernelsMetricsInTheOrderOfTheirNumbers) {
  const Route one = route(
      "10.2.0.0/16 rto_min 1s mtu lock 1400 rtt 300ms features ecn congctl lock bbr hoplimit 7");
  using enum RouteMetricKind;
  EXPECT_THAT(one.metrics,
              ElementsAre(RouteMetric{Mtu, 1400, true}, RouteMetric{RoundTripTime, 2400},
                          RouteMetric{HopLimit, 7}, RouteMetric{Features, 1},
                          RouteMetric{MinimumRetransmission, 1000}));
  EXPECT_EQ(one.congestion_control, "bbr");
  EXPECT_TRUE(one.congestion_control_is_locked);
}

TEST(Routes, MayBeTunnels) {
  const Route ip = route("10.3.0.0/16 encap ip id 5 dst 192.0.2.9 ttl 9 dev tun0");
  ASSERT_TRUE(ip.encapsulation);
  EXPECT_EQ(ip.encapsulation->id, 5U);
  EXPECT_EQ(net::to_string(ip.encapsulation->destination.value()), "192.0.2.9");
  EXPECT_EQ(ip.encapsulation->hop_limit, 9);
  EXPECT_EQ(ip.device, "tun0");
  EXPECT_THAT(route("10.3.0.0/16 encap mpls 100/200 via 10.0.0.1").encapsulation->labels,
              ElementsAre(100U, 200U));
  EXPECT_THAT(route_errors("10.3.0.0/16 encap ip dev eth0"),
              ElementsAre("the encapsulation has neither dst nor id"));
}

TEST(Routes, MistakesCostTheRouteAndSayWhy) {
  EXPECT_THAT(route_errors("10.3.0.0/16 vai 10.0.0.1"),
              ElementsAre("`vai` is not known in a route"));
  EXPECT_THAT(route_errors("10.3.0.0/16 table nowhere-to-be-found"),
              ElementsAre("there is no routing table `nowhere-to-be-found`"));
  EXPECT_THAT(route_errors("via 10.0.0.1"), ElementsAre("the route has no destination"));
  EXPECT_THAT(route_errors("10.3.0.0/16 metric"), ElementsAre("`metric` needs a value"));
  EXPECT_THAT(route_errors("10.3.0.0/16 hoplimit 300"),
              ElementsAre("hoplimit `300` is outside 0..255"));
}

TEST(Routes, TablesHaveNamesInAFileOfIproute) {
  const std::string text =
      "vrrp_instance a {\n interface eth0\n virtual_router_id 1\n"
      " virtual_ipaddress { 10.0.0.1 }\n virtual_routes { default dev eth0 table blue }\n}\n";
  const Files files{.contents = [&](const std::string& path) -> base::Result<std::string> {
                      if (path == "k.conf") return text;
                      if (path == "/etc/iproute2/rt_tables") return "# names\n0x65 blue\nx y z\n";
                      return base::fail(base::Kind::NotFound, "no such file");
                    },
                    .matching = {}};
  EXPECT_EQ(read("k.conf", files).config.instances.at(0).routes.at(0).table, 101U);
}

TEST(Routes, OfGroupsAreFollowedByThem) {
  const Reading reading =
      with("track_group g { group { a } }\nstatic_routes", "10.0.0.0/8 dev eth0 track_group g");
  EXPECT_THAT(errors(reading), IsEmpty());
  EXPECT_EQ(reading.config.static_routes.at(0).track_group, "g");
  EXPECT_THAT(reading.config.track_groups.at(0).members, ElementsAre("a"));
  EXPECT_THAT(errors(with("static_routes", "10.0.0.0/8 dev eth0 track_group h")),
              ElementsAre("there is no track_group h; nobody tracks this"));
}

TEST(TrackGroup, BehindAnAddressOfAnInstanceIsNotSilent) {
  const Reading reading = read_text("k.conf",
                                    "vrrp_instance a {\n interface eth0\n virtual_router_id 1\n"
                                    " virtual_ipaddress { 10.0.0.1 track_group g }\n}\n");
  EXPECT_THAT(errors(reading), ElementsAre("`track_group` has no meaning here; it is ignored"));
  EXPECT_EQ(with("track_group g { group { a } }\nstatic_ipaddress", "10.0.0.2 track_group g")
                .config.static_addresses.at(0)
                .track_group,
            "g");
}

TEST(Rules, SelectAndAct) {
  const Rule one = rule(
      "from 192.0.2.0/24 to 10.0.0.0/8 iif eth0 tos 0x10 fwmark 24/12 "
      "table 7 preference 39");
  EXPECT_EQ(net::to_string(one.from.value()), "192.0.2.0/24");
  EXPECT_EQ(one.input, "eth0");
  EXPECT_EQ(one.tos, 16);
  EXPECT_EQ(one.mark, 24U);
  EXPECT_EQ(one.mark_mask, 12U);
  EXPECT_EQ(one.table, 7U);
  EXPECT_EQ(one.preference, 39U);
}

TEST(Rules, WithoutAPreferenceGetOneAsKeepalivedCounts) {
  const Reading reading =
      with("static_rules", "from 10.0.0.0/8 table 1\nfrom 10.0.0.0/8 table 2\ninet6 table 3");
  const auto& rules = reading.config.static_rules;
  EXPECT_EQ(rules.at(0).preference, 16384U);
  EXPECT_EQ(rules.at(1).preference, 16383U);
  EXPECT_EQ(rules.at(2).preference, 16384U);
}

TEST(Rules, OtherActionsAndRanges) {
  const Rule one = rule(
      "not from 10.0.0.0/8 uidrange 1-5 ipproto udp sport 10-20 dport 53 "
      "goto 50 preference 40 no_track protocol 12");
  EXPECT_TRUE(one.negated);
  EXPECT_EQ(one.users, (std::pair<std::uint32_t, std::uint32_t>(1, 5)));
  EXPECT_EQ(one.ip_protocol, 17);
  EXPECT_EQ(one.source_ports, (std::pair<std::uint16_t, std::uint16_t>(10, 20)));
  EXPECT_EQ(one.destination_ports, (std::pair<std::uint16_t, std::uint16_t>(53, 53)));
  EXPECT_EQ(one.action, Rule::Action::Goto);
  EXPECT_EQ(one.target, 50U);
  EXPECT_EQ(one.protocol, 12);
  EXPECT_EQ(rule("type blackhole from 10.0.0.0/8 priority 3").action, Rule::Action::Blackhole);
}

TEST(Rules, MistakesCostTheRuleAndSayWhy) {
  EXPECT_THAT(rule_errors("from 10.0.0.0/8"), ElementsAre("the rule does nothing"));
  EXPECT_THAT(rule_errors("table 1 nop"), ElementsAre("`nop` is a second action; a rule has one"));
  EXPECT_THAT(rule_errors("goto 3 preference 9"), ElementsAre("goto leads backwards"));
  EXPECT_THAT(rule_errors("from 10.0.0.0/8 to ::/0 table 1"),
              ElementsAre("`::/0` is IPv6, and the rule IPv4"));
  EXPECT_THAT(rule_errors("nop realms 3"), ElementsAre("`realms` needs an action with a table"));
}

}  // namespace
}  // namespace keepalived
