// What holdfastd does to the machine, beside what Debian's keepalived does with the same file:
// addresses, routes, rules, virtual MAC addresses, kernel settings; and how all of it goes away, is
// put back, and changes by a reload.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <regex>
#include <sstream>

#include "agent/setup.h"

namespace {

using agent_test::start_holdfastd;
using agent_test::start_keepalived;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

using Lines = std::vector<std::string>;

// What `more` has and `less` has not.
Lines beyond(const Lines& more, const Lines& less) {
  Lines out;
  std::ranges::set_difference(more, less, std::back_inserter(out));
  return out;
}

// A host alone on its network, with a second interface.
struct Machine {
  lab::Network network;
  lab::Host& host = network.add_host("a", "10.0.0.11/24");
  Lines before;

  Machine() {
    run("ip link add eth1 type veth peer name eth2");
    run("ip link set eth1 up; ip link set eth2 up");
    run("ip address add 10.0.1.11/24 dev eth1");
    run("ip -6 address add 2001:db8::11/64 dev eth0 nodad");
    // Duplicate address detection of the link-local addresses is over.
    EXPECT_TRUE(lab::wait_until([&] { return run("ip -6 address show tentative").empty(); }));
    before = state();
  }

  std::string run(const std::string& command) const {
    return host.run({"/bin/sh", "-c", command}).output;
  }
  bool has(const std::string& command, std::string_view text) const {
    return run(command).find(text) != std::string::npos;
  }

  // What differs from machine to machine by itself is left out.
  Lines state() const {
    std::string text =
        run("ip route show table all; ip -6 route show table all; ip rule; ip -6 rule;"
            "ip -d address; cd /proc/sys/net;"
            "grep . ipv4/conf/*/rp_filter ipv4/conf/*/arp_ignore ipv4/conf/*/arp_filter"
            " ipv4/conf/*/accept_local ipv4/conf/*/promote_secondaries ipv6/conf/*/disable_ipv6"
            " ipv6/conf/*/addr_gen_mode");
    text = std::regex_replace(text, std::regex("@[^ :]*:| [0-9]+sec|^[0-9]+: "), " ");
    text = std::regex_replace(
        text, std::regex("promiscuity [0-9]|noprefixroute |macvlan mode [a-z]+"), "");
    Lines lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
      const auto contains = [&](std::string_view part) {
        return line.find(part) != std::string::npos;
      };
      const bool is_own = contains("fe80::") || contains("ff00::") || contains("alias ") ||
                          contains("valid_lft") ||
                          (contains("link/ether") && !contains("00:00:5e"));
      if (!is_own) lines.push_back(line);
    }
    std::ranges::sort(lines);
    return lines;
  }

  Lines changes() const { return beyond(state(), before); }
};

class Effects : public lab::Test {};

std::string instance(const std::string& more, const std::string& addresses = "10.0.0.50/24",
                     const std::string& name = "VI_1", int vrid = 51) {
  return fmt::format(
      "vrrp_instance {} {{\nstate BACKUP\ninterface eth0\nvirtual_router_id {}\npriority 150\n"
      "advert_int 0.1\nversion 3\n{}\nvirtual_ipaddress {{\n{}\n}}\n}}\n",
      name, vrid, more, addresses);
}

// Runs one file with both and compares what has changed on the machine.
void expect_same(const std::string& text, const std::string& ready_command,
                 std::string_view ready_text) {
  Machine ours;
  Machine theirs;
  lab::Program& agent = start_holdfastd(ours.host, text);
  lab::Program& other = start_keepalived(theirs.host, text);
  for (const Machine* machine : {&ours, &theirs})
    ASSERT_TRUE(lab::wait_until([&] { return machine->has(ready_command, ready_text); }))
        << agent.output() << other.output();
  EXPECT_TRUE(lab::wait_until([&] { return ours.changes() == theirs.changes(); }));
  EXPECT_THAT(beyond(ours.changes(), theirs.changes()), IsEmpty()) << "is here only";
  EXPECT_THAT(beyond(theirs.changes(), ours.changes()), IsEmpty()) << "is there only";
  agent.send(SIGTERM);
  ASSERT_TRUE(agent.wait().has_value());
  EXPECT_EQ(ours.state(), ours.before) << agent.output();
  EXPECT_THAT(agent.output(), Not(HasSubstr("failed error=")));
}

TEST_F(Effects, RoutesRulesAndAddressesAreThoseOfKeepalived) {
  const std::string text =
      R"(static_ipaddress {
  10.0.0.77/24 dev eth0
  10.7.7.7/24 dev eth1 scope link label eth1:x
  10.7.8.7/24 brd + dev eth1
  10.7.9.7 peer 10.7.9.8 dev eth1
  2001:db8:1::77/128 dev eth0
  2001:db8:2::77/64 dev eth1 home
  2001:db8:3::77/64 dev eth1 preferred_lft 100
  2001:db8:4::77/64 dev eth1 mngtmpaddr
  10.7.11.7/24 dev eth1 noprefixroute
  224.5.5.5/32 dev eth1 autojoin
}
static_routes {
  192.168.2.0/24 via 10.0.0.100 dev eth0
  192.168.200.0/24 dev eth0 table 6909 tos 0x04 scope link priority 12 mtu 1000 hoplimit 100 advmss 101 reordering 104 window 105 cwnd 106 ssthresh lock 107 realms 2/3 initcwnd 109 initrwnd 110 features ecn add
  2001:db8:9::/64 via 2001:db8::99 dev eth0
  2001:db8:10::/64 dev eth0 metric 12 mtu 1400
  192.168.201.0/24 dev eth0 metric 5 src 10.0.0.77
  default via 10.0.0.1 dev eth0 metric 4000
  2001:db8:11::/64 via 2001:db8::99 dev eth0 pref high
  192.168.207.0/24 via 10.0.0.100 dev eth0 quickack 1 congctl reno
  192.168.208.0/24 via 10.0.0.100 dev eth0 congctl lock reno mtu lock 1300
  192.168.212.0/24 dev eth1 scope host
}
static_rules {
  from 192.168.2.0/24 table 1 priority 100
  from 192.168.28.0/24 to 192.168.29.0/26 table 6909 iif eth0 oif eth1 tos 0x10 fwmark 24/12 preference 39 realms 30/20
  to 2001:db8:5::/48 from 2001:db8:6::/48 table 6908 priority 101
  to 2001:db8:7::/48 from 2001:db8:8::/48 table 7 ipproto 17 sport 10-20 dport 20-30 priority 102
  from 10.9.9.10 blackhole priority 103
  from 10.9.9.12 unreachable priority 104
  from 10.9.9.14 table main suppress_prefixlength 0 priority 105
  from 10.9.9.15 table 9
}
)" + instance(R"(virtual_routes {
  src 10.0.0.50 to 192.168.109.0/24 via 10.0.0.254 dev eth0
  192.168.110.0/24 via 10.0.0.254 dev eth0
  192.168.111.0/24 dev eth1 no_track
  blackhole 192.168.114.0/24
  192.168.110.0/24 via 10.0.0.253 dev eth0
  192.168.110.0/24 via 10.0.0.252 dev eth0 append
  192.168.115.0/24 nexthop via 10.0.0.1 dev eth0 weight 1 nexthop via 10.0.1.1 dev eth1 onlink weight 2
}
virtual_rules {
  from 192.168.3.0/24 table 2
  to 192.168.4.0/24 table 2 priority 90
}
promote_secondaries)",
              "10.0.0.50/24\n10.0.2.50/32 dev eth1");
  expect_same(text, "ip rule", "192.168.4.0/24");
}

TEST_F(Effects, VirtualMacsAreThoseOfKeepalived) {
  expect_same(
      instance("use_vmac", "10.0.0.50/24") +
          instance("use_vmac", "fe80::50/64\n2001:db8::50/64", "VI_6", 51) +
          instance("use_vmac foo 00:11:22:33:44:55\nvmac_xmit_base", "10.0.0.60/24", "VI_7", 52),
      "ip address show foo", "10.0.0.60");
}

// What instances hold is put back without a transition when others remove it, what a killed run
// has left goes at the next start, and a reload changes what differs.
TEST_F(Effects, AreRepairedClearedAndChangedInPlace) {
  const auto text = [](const std::string& routes) {
    return instance("use_vmac\nvirtual_routes {\n" + routes +
                    "\n}\nvirtual_rules {\nfrom 192.168.3.0/24 table 2 priority 90\n}");
  };
  const std::string first = "192.168.110.0/24 via 10.0.0.254 dev eth0";
  const std::string second = "192.168.111.0/24 dev vrrp.51";
  Machine machine;
  lab::Program& agent = start_holdfastd(machine.host, text(first));
  const auto has_all = [&] {
    return machine.has("ip rule", "192.168.3.0/24") && machine.has("ip route", "192.168.110.0") &&
           machine.host.has_address("10.0.0.50");
  };
  ASSERT_TRUE(lab::wait_until(has_all)) << agent.output();
  machine.run("ip rule del priority 90");
  machine.run("ip route del 192.168.110.0/24");
  EXPECT_TRUE(lab::wait_until(has_all)) << agent.output();
  machine.run("ip link del vrrp.51");
  EXPECT_TRUE(lab::wait_until(has_all)) << agent.output();

  machine.host.write("holdfast.conf", text(second));
  agent.send(SIGHUP);
  EXPECT_TRUE(lab::wait_until([&] {
    return machine.has("ip route", "192.168.111.0/24 dev vrrp.51 proto keepalived") &&
           !machine.has("ip route", "192.168.110.0");
  })) << agent.output();

  agent.kill();
  EXPECT_TRUE(machine.has("ip link", "vrrp.51"));
  lab::Program& next = start_holdfastd(machine.host, instance(""));
  ASSERT_TRUE(lab::wait_until([&] { return machine.has("ip address show eth0", "10.0.0.50"); }))
      << next.output();
  EXPECT_FALSE(machine.has("ip link", "vrrp.51")) << next.output();
}

// A peer with the same MAC address is heard only past a macvlan in bridge mode (decision 0063).
TEST_F(Effects, AVirtualMacThatKeepalivedLeftBehindIsPutIntoBridgeMode) {
  Machine machine;
  machine.run("ip link add vrrp.51 link eth0 address 00:00:5e:00:01:33 type macvlan mode private");
  ASSERT_TRUE(machine.has("ip -d link show vrrp.51", "mode private"));
  lab::Program& agent = start_holdfastd(machine.host, instance("use_vmac"));
  EXPECT_TRUE(lab::wait_until([&] {
    return machine.has("ip -d link show vrrp.51", "mode bridge");
  })) << agent.output();
  EXPECT_TRUE(lab::wait_until([&] { return machine.host.has_address("10.0.0.50"); }));
}

TEST_F(Effects, AddressesThatDoNotAcceptAnswerArpOnly) {
  lab::Network network;
  lab::Host& a = network.add_host("a", "10.0.0.11/24");
  lab::Host& b = network.add_host("b", "10.0.0.12/24");
  const std::string text = instance("no_accept", "10.0.0.50/24\n10.0.0.51/24");
  lab::Program& agent = start_holdfastd(a, text);
  ASSERT_TRUE(lab::wait_until([&] { return a.has_address("10.0.0.51"); })) << agent.output();
  EXPECT_FALSE(b.reaches("10.0.0.50")) << agent.output();
  EXPECT_THAT(b.run({"ip", "neighbour"}).output, HasSubstr(to_string(a.mac())));
  a.write("holdfast.conf", instance("", "10.0.0.50/24\n10.0.0.51/24"));
  agent.send(SIGHUP);
  EXPECT_TRUE(lab::wait_until([&] { return b.reaches("10.0.0.50"); })) << agent.output();
  a.write("holdfast.conf", text);
  agent.send(SIGHUP);
  EXPECT_TRUE(lab::wait_until([&] { return !b.reaches("10.0.0.51"); })) << agent.output();
  agent.send(SIGTERM);
  ASSERT_TRUE(agent.wait().has_value());
  EXPECT_THAT(a.run({"nft", "list", "tables"}).output, Not(HasSubstr("keepalived")));
}

}  // namespace
