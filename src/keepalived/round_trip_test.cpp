// Random configurations: what is printed means what was printed. Each failure prints its seed.
#include <gtest/gtest.h>

#include <random>

#include "keepalived/print.h"
#include "keepalived/read.h"

namespace keepalived {
namespace {

using namespace std::chrono_literals;

class Dice {
 public:
  explicit Dice(unsigned seed) : engine_(seed) {}
  int upto(int most) { return std::uniform_int_distribution<int>(0, most)(engine_); }
  bool coin() { return upto(1) == 1; }
  bool seldom() { return upto(4) == 0; }
  std::string word() {
    static const std::string letters = "abcXYZ019_-./ \"'\\#!{}$@~()";
    std::string out;
    for (int n = 1 + upto(6); n > 0; --n)
      out += letters[static_cast<std::size_t>(upto(static_cast<int>(letters.size()) - 1))];
    return out;
  }
  std::string name() { return "n" + std::to_string(upto(9)); }
  net::IpAddress v4() {
    return net::IpAddress::v4(0x0a000000U + static_cast<unsigned>(upto(65535)));
  }
  net::IpAddress v6() {
    return net::IpAddress::parse("2001:db8::1").value().plus(static_cast<unsigned>(upto(9999)));
  }
  net::IpAddress of(net::Family family) { return family == net::Family::Ipv4 ? v4() : v6(); }
  net::Prefix prefix(net::Family family) {
    const net::IpAddress address = of(family);
    return net::Prefix::from(address, 1 + upto(address.bits() - 1)).value();
  }

 private:
  std::mt19937 engine_;
};

Command command(Dice& dice) {
  Command out{.argv = {"/bin/" + dice.name()}};
  for (int n = dice.upto(3); n > 0; --n) out.argv.push_back(dice.word());
  if (dice.coin()) out.user = dice.name();
  if (!out.user.empty() && dice.coin()) out.group = dice.name();
  if (!out.user.empty() && dice.seldom()) out.supplementary_groups = true;
  return out;
}

std::optional<Command> perhaps(Dice& dice) {
  if (dice.coin()) return std::nullopt;
  return command(dice);
}

VirtualAddress address(Dice& dice, net::Family family) {
  VirtualAddress out{.prefix = dice.prefix(family)};
  if (dice.seldom()) out.device = "eth" + std::to_string(dice.upto(3));
  if (family == net::Family::Ipv4 && dice.seldom()) out.broadcast = dice.v4();
  if (dice.seldom()) out.scope = static_cast<std::uint8_t>(dice.upto(255));
  if (dice.seldom()) out.label = "eth0:" + dice.name();
  if (dice.seldom()) out.peer = dice.of(family);
  out.use_vmac = dice.seldom();
  out.home = dice.seldom();
  out.no_prefix_route = dice.seldom();
  out.track = !dice.seldom();
  if (dice.seldom()) out.preferred_lifetime = static_cast<std::uint32_t>(dice.upto(9999));
  if (family == net::Family::Ipv6 && out.prefix.is_host() && !out.preferred_lifetime)
    out.preferred_lifetime = 0;
  return out;
}

Route route(Dice& dice) {
  const net::Family family = dice.coin() ? net::Family::Ipv4 : net::Family::Ipv6;
  const bool is_v4 = family == net::Family::Ipv4;
  Route out{.destination = dice.prefix(family)};
  if (dice.seldom()) out.type = RouteType::Blackhole;
  if (dice.coin()) out.via = dice.of(family);
  if (dice.coin()) out.device = "eth0";
  if (dice.seldom()) out.source = dice.of(family);
  if (dice.seldom()) out.table = static_cast<std::uint32_t>(1 + dice.upto(500));
  if (dice.seldom()) out.metric = static_cast<std::uint32_t>(dice.upto(500));
  if (dice.seldom()) out.tos = static_cast<std::uint8_t>(dice.upto(255));
  if (is_v4 && dice.seldom()) out.realms = 3U << 16 | 4U;
  if (is_v4) out.on_link = dice.seldom();
  if (dice.seldom())
    out.metrics = {{RouteMetricKind::Mtu, 1400, dice.coin()},
                   {RouteMetricKind::RoundTripTime, 2400, dice.coin()}};
  if (dice.seldom()) out.congestion_control = "bbr";
  if (!is_v4 && dice.seldom()) out.preference = Route::Preference::High;
  if (dice.seldom()) out.encapsulation = Encapsulation{.id = 7, .hop_limit = 9};
  if (!out.via && dice.seldom())
    out.next_hops = {{.via = dice.of(family), .device = "eth1", .weight = 3},
                     {.via = dice.of(family), .on_link = true}};
  if (dice.seldom()) out.insert = Route::Insert::Append;
  out.track = !out.device.empty() && dice.coin();
  if (!out.track && dice.seldom()) out.protocol = 12;
  return out;
}

Rule rule(Dice& dice) {
  Rule out{.family = dice.coin() ? net::Family::Ipv4 : net::Family::Ipv6};
  if (dice.coin()) out.from = dice.prefix(out.family);
  if (dice.coin()) out.to = dice.prefix(out.family);
  out.negated = dice.seldom();
  out.preference = static_cast<std::uint32_t>(dice.upto(9999));
  out.table = static_cast<std::uint32_t>(1 + dice.upto(300));
  if (dice.seldom()) {
    out.action = Rule::Action::Prohibit;
    out.table = 254;
  }
  if (dice.seldom()) out.mark = static_cast<std::uint32_t>(dice.upto(9999));
  if (out.mark && dice.coin()) out.mark_mask = 255;
  if (dice.seldom()) out.input = "eth0";
  if (dice.seldom()) out.source_ports = std::pair<std::uint16_t, std::uint16_t>(10, 20);
  if (dice.seldom()) out.ip_protocol = 17;
  out.track = dice.coin();
  return out;
}

std::vector<Tracked> tracked(Dice& dice, const std::string& name) {
  if (dice.coin()) return {};
  return {{.name = name, .weight = dice.upto(20) - 10, .reverse = dice.coin()}};
}

Notify notify(Dice& dice) {
  Notify out{.master = perhaps(dice),
             .backup = perhaps(dice),
             .fault = perhaps(dice),
             .stop = perhaps(dice)};
  out.any = perhaps(dice);
  out.says_deleted = dice.seldom();
  if (out.says_deleted && dice.coin()) out.deleted = command(dice);
  return out;
}

void add_unicast(Dice& dice, Instance& out) {
  for (int n = 1 + dice.upto(2); n > 0; --n) {
    UnicastPeer peer{.address = dice.of(out.family)};
    if (dice.seldom()) peer.min_ttl = 254;
    if (peer.min_ttl) out.check_unicast_source = true;
    out.peers.push_back(peer);
  }
  out.source = dice.of(out.family);
  out.unicast_ttl = static_cast<std::uint8_t>(dice.upto(255));
}

Instance instance(Dice& dice, int number) {
  Instance out{.name = dice.word() + std::to_string(number),
               .vrid = vrrp::VirtualRouterId::from(number).value()};
  out.family = dice.coin() ? net::Family::Ipv4 : net::Family::Ipv6;
  out.version =
      out.family == net::Family::Ipv6 || dice.coin() ? vrrp::Version::V3 : vrrp::Version::V2;
  out.group = out.family == net::Family::Ipv4 ? vrrp::kGroupIpv4 : vrrp::kGroupIpv6;
  out.interface = "eth" + std::to_string(dice.upto(3));
  out.priority = vrrp::Priority(static_cast<std::uint8_t>(1 + dice.upto(252)));
  out.interval = out.version == vrrp::Version::V2 ? Duration(1s * (1 + dice.upto(254)))
                                                  : Duration(10ms * (1 + dice.upto(4094)));
  out.preempt = !dice.seldom();
  if (out.preempt && dice.seldom()) out.preempt_delay = 100ms * dice.upto(99);
  out.down_timer_adverts = 1 + dice.upto(9);
  for (int n = 1 + dice.upto(3); n > 0; --n) out.addresses.push_back(address(dice, out.family));
  for (int n = dice.upto(2); n > 0; --n)
    out.excluded.push_back(address(dice, dice.coin() ? net::Family::Ipv4 : net::Family::Ipv6));
  if (out.version == vrrp::Version::V2 && dice.coin()) {
    out.authentication = Authentication::Password;
    out.password = dice.word();
  } else if (dice.seldom()) {
    out.hmac =
        Hmac{.keys = {{.id = 3, .secret = std::string(32, '\x07')}, {.id = 4, .file = "/k e y"}},
             .active_key = 3,
             .window = 7s};
  }
  if (dice.seldom()) add_unicast(dice, out);
  if (dice.seldom() && out.peers.empty())
    out.virtual_interface =
        VirtualInterface{.name = "own" + std::to_string(number), .netlink_notify = dice.coin()};
  out.track_own_interface = dice.coin();
  out.interfaces = tracked(dice, "eth9");
  out.scripts = tracked(dice, "s 1");
  out.files = tracked(dice, "f");
  out.processes = tracked(dice, "p");
  out.announce.repeat = static_cast<unsigned>(1 + dice.upto(9));
  out.announce.lower_priority_delay = 1s * dice.upto(9);
  if (dice.seldom()) out.extra_announce = {.interval = 30s, .on_all_interfaces = dice.coin()};
  out.accept = dice.coin();
  out.checksum_as_v2 = dice.seldom();
  out.skip_check_adv_addr = dice.seldom();
  out.lower_priority_no_advert = dice.coin();
  out.higher_priority_send_advert = dice.coin();
  out.smtp_alert = dice.coin();
  out.notify = notify(dice);
  for (int n = dice.upto(2); n > 0; --n) out.routes.push_back(route(dice));
  for (int n = dice.upto(2); n > 0; --n) out.rules.push_back(rule(dice));
  return out;
}

Config config(unsigned seed) {
  Dice dice(seed);
  Config out;
  Globals& globals = out.globals;
  if (dice.coin()) globals.router_id = dice.word();
  globals.version = dice.coin() ? vrrp::Version::V2 : vrrp::Version::V3;
  globals.check_unicast_source = false;
  if (dice.seldom()) globals.fifo = {.path = "/run/" + dice.name(), .script = perhaps(dice)};
  if (dice.seldom())
    globals.mail = {
        .recipients = {dice.word()}, .from = dice.word(), .server = "192.0.2.1", .port = 2525};
  if (dice.seldom()) globals.cpus = {0, 3};
  if (dice.seldom()) globals.umask = 027;
  if (dice.seldom()) globals.startup_script = command(dice);
  if (dice.seldom()) globals.garp_interval = 1ms * dice.upto(500);
  globals.notify_priority_changes = dice.seldom();
  out.scripts.push_back(
      {.name = "s 1", .command = command(dice), .interval = 1ms * (1 + dice.upto(9999))});
  out.scripts.back().timeout = dice.coin() ? out.scripts.back().interval : Duration(250ms);
  out.scripts.back().weight = dice.upto(9);
  out.files.push_back(
      {.name = "f", .path = "/" + dice.word(), .weight = dice.upto(9), .reverse = dice.coin()});
  out.processes.push_back({.name = "p",
                           .argv = {dice.word(), dice.word()},
                           .match = TrackedProcess::Match::Exact,
                           .full_command = true,
                           .weight = 3});
  for (int n = 1 + dice.upto(3), i = 1; i <= n; ++i) {
    out.instances.push_back(instance(dice, i));
    out.instances.back().notify.priority_changes = globals.notify_priority_changes;
  }
  out.track_groups.push_back({.name = "g", .members = {out.instances.front().name}});
  if (dice.coin()) out.static_addresses.push_back(address(dice, net::Family::Ipv4));
  if (dice.coin()) out.static_routes.push_back(route(dice));
  if (dice.coin()) out.static_rules.push_back(rule(dice));
  if (dice.coin()) out.interface_delays.push_back({.interface = "eth0", .down = 250ms, .up = 1s});
  return out;
}

class Random : public testing::TestWithParam<unsigned> {};

TEST_P(Random, ConfigurationsComeBackAsTheyWere) {
  for (unsigned seed = GetParam() * 50; seed < GetParam() * 50 + 50; ++seed) {
    const Config wanted = config(seed);
    const std::string text = print(wanted, {.with_passwords = true});
    const Reading reading = read_text("k.conf", text);
    std::string errors;
    for (const text::Diagnostic& found : reading.diagnostics)
      if (found.severity == text::Severity::Error) errors += text::render(found);
    EXPECT_EQ(errors, "") << "seed " << seed;
    ASSERT_TRUE(reading.config == wanted) << "seed " << seed << "\n"
                                          << text << "\n----\n"
                                          << print(reading.config, {.with_passwords = true});
    EXPECT_EQ(print(wanted).find("auth_pass "), print(wanted).find("auth_pass is not shown"));
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, Random, testing::Range(0U, 8U));

TEST(Json, HasTheKeywordsAsKeys) {
  const Config config =
      read_text("k.conf",
                "vrrp_instance a {\n interface eth0\n virtual_router_id 9\n version 3\n"
                " advert_int 0.5\n virtual_ipaddress {\n 10.0.0.1/24 dev eth1 no_track\n }\n"
                " virtual_routes {\n default via 10.0.0.2 dev eth0\n }\n"
                " notify \"/n 'a b'\" me\n nopreempt\n}\n"
                "vrrp_script s { script /bin/true }\n")
          .config;
  const json::Value value = to_json(config);
  const json::Value& one = value["vrrp_instance"].at(0);
  EXPECT_EQ(one["name"], json::Value("a"));
  EXPECT_EQ(one["virtual_router_id"], json::Value(9));
  EXPECT_EQ(one["advert_int"], json::Value(0.5));
  EXPECT_EQ(one["nopreempt"], json::Value(true));
  EXPECT_EQ(one["strict_mode"], json::Value(false));
  EXPECT_EQ(
      one["virtual_ipaddress"].at(0),
      json::Value(json::Object{{"address", "10.0.0.1/24"}, {"dev", "eth1"}, {"no_track", true}}));
  EXPECT_EQ(one["virtual_routes"].at(0)["to"], json::Value("default"));
  EXPECT_EQ(one["notify"]["argv"].at(1), json::Value("a b"));
  EXPECT_EQ(one["notify"]["user"], json::Value("me"));
  EXPECT_EQ(value["vrrp_script"].at(0)["script"]["argv"].at(0), json::Value("/bin/true"));
}

TEST(Passwords, AreNotInWhatIsPrintedUnlessAskedFor) {
  const Config config =
      read_text("k.conf",
                "vrrp_instance a {\n interface eth0\n virtual_router_id 9\n"
                " authentication {\n auth_type PASS\n auth_pass secret42\n }\n}\n"
                "vrrp_instance b {\n interface eth0\n virtual_router_id 8\n"
                " auth_hmac {\n key 1 secret42secret42secret42secret42\n active_key 1\n }\n}\n")
          .config;
  ASSERT_EQ(config.instances.at(1).hmac.value().keys.size(), 1U);
  EXPECT_EQ(print(config).find("secret42"), std::string::npos);
  EXPECT_EQ(print(config).find("7365637265"), std::string::npos);  // in hexadecimal
  EXPECT_EQ(json::dump(to_json(config)).find("secret42"), std::string::npos);
  EXPECT_NE(print(config, {.with_passwords = true}).find("auth_pass secret42"), std::string::npos);
}

TEST(Passwords, OfAuthHmacAreInNoMessage) {
  const Reading reading =
      read_text("k.conf",
                "vrrp_instance b {\n interface eth0\n virtual_router_id 8\n"
                " auth_hmac {\n key 1 secret42\n key 300 secret42\n active_key 1\n }\n}\n");
  std::string all;
  for (const text::Diagnostic& found : reading.diagnostics) all += text::render(found);
  EXPECT_NE(all.find("key 1 is no key of 32 to 64 bytes"), std::string::npos) << all;
  EXPECT_EQ(all.find("secret42"), std::string::npos) << all;
}

}  // namespace
}  // namespace keepalived
