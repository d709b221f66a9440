// Port security on real packets: what is dropped, why it is counted, and what lets it pass.
#include <gmock/gmock.h>
#include <sys/wait.h>

#include <csignal>

#include "world.h"

namespace {

using namespace world;
using fabric::AddressSetId;
using fabric::Direction;
using fabric::Reason;
using namespace std::chrono_literals;

constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::uint8_t kUdp = 17;
constexpr std::uint8_t kVrrp = 112;
constexpr std::string_view kBroadcast = "ff:ff:ff:ff:ff:ff";
constexpr std::string_view kOurMac = "02:00:00:00:00:01";

class PortSecurity : public CloudTest {
 protected:
  // Sends the frame from the guest until the port has counted a drop for this reason.
  bool is_dropped(pid_t from, const std::vector<std::uint8_t>& bytes, const fabric::PortSpec& at,
                  Reason reason) {
    const std::uint64_t before = dropped(at, reason);
    return eventually([&] {
      in_guest(from, [&] {
        send_frame(bytes);
        return true;
      });
      return dropped(at, reason) > before;
    });
  }
  // Whether the guest hears such a packet while `send` is repeated in the other.
  bool passes(pid_t from, const std::function<void()>& send, pid_t to, std::uint8_t protocol,
              const std::string& source) {
    const pid_t sender = start_in_guest(from, [&] {
      for (;;) {
        send();
        usleep(5000);
      }
      return true;
    });
    const bool is_heard = in_guest(to, [&] { return hears(protocol, source); });
    kill(sender, SIGKILL);
    waitpid(sender, nullptr, 0);
    return is_heard;
  }
};

TEST_F(PortSecurity, AnAddressThatIsNotThePortsIsUnreachableUntilAPairAllowsIt) {
  auto vm = port(1, "10.0.0.11");
  vm.rules.push_back(allow_in(kUdp, 80));
  const pid_t holder = boot(server(vm, web("web/0")));
  const pid_t client = boot(server(unsecured_port(2, "10.0.0.20")));
  ASSERT_TRUE(in_guest(holder, [] { return add_address("10.0.0.50/32"), true; }));

  const auto asks_for_nothing = [&] {
    return in_guest(client, [] { return ask("10.0.0.50", {}, 100ms).empty(); });
  };
  EXPECT_TRUE(eventually([&] { return asks_for_nothing() && dropped(vm, Reason::ArpSpoof) > 0; }));
  const auto seen = details(vm, Reason::ArpSpoof);
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(seen[0].address, address("10.0.0.50"));

  vm.pairs = {{.addresses = prefix("10.0.0.50/32")}};
  ASSERT_TRUE(fabric().update(vm));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.50") == "who web/0"; }));

  // The client knows the MAC address now, so without the pair the answers are what is dropped.
  vm.pairs.clear();
  ASSERT_TRUE(fabric().update(vm));
  EXPECT_TRUE(eventually([&] { return asks_for_nothing() && dropped(vm, Reason::IpSpoof) > 0; }));
  EXPECT_EQ(details(vm, Reason::IpSpoof)[0].address, address("10.0.0.50"));
}

TEST_F(PortSecurity, APairMayBeANetwork) {
  auto vm = port(1, "10.0.0.11");
  vm.pairs = {{.addresses = prefix("10.0.0.0/24")}, {.addresses = prefix("10.0.0.50/32")}};
  const pid_t sender = boot(server(vm));
  const pid_t client = boot(server(unsecured_port(2, "10.0.0.20")));
  const auto bytes = frame(kOurMac, kBroadcast, 0x0806, gratuitous_arp(kOurMac, "10.0.0.77"));
  EXPECT_TRUE(passes(
      sender, [&] { send_frame(bytes); }, client, 0, "10.0.0.77"));
}

TEST_F(PortSecurity, AForeignMacIsDroppedUnlessAPairHasIt) {
  auto vm = port(1, "10.0.0.11");
  const std::string_view virtual_mac = "00:00:5e:00:01:33";
  const pid_t sender = boot(server(vm));
  const pid_t client = boot(server(unsecured_port(2, "10.0.0.20")));
  const auto bytes =
      frame(virtual_mac, kBroadcast, 0x0806, gratuitous_arp(virtual_mac, "10.0.0.50"));
  EXPECT_TRUE(is_dropped(sender, bytes, vm, Reason::MacSpoof));
  EXPECT_EQ(details(vm, Reason::MacSpoof)[0].mac, mac(virtual_mac));

  // Its own address with the virtual MAC is what VRRP with a virtual MAC needs besides.
  vm.pairs = {{.addresses = prefix("10.0.0.50/32"), .mac = mac(virtual_mac)}};
  ASSERT_TRUE(fabric().update(vm));
  EXPECT_TRUE(passes(
      sender, [&] { send_frame(bytes); }, client, 0, "10.0.0.50"));
  const auto own = frame(virtual_mac, kBroadcast, 0x0806, gratuitous_arp(virtual_mac, "10.0.0.11"));
  EXPECT_TRUE(is_dropped(sender, own, vm, Reason::ArpSpoof));
}

TEST_F(PortSecurity, AnArpSenderWithAnotherHardwareAddressIsDropped) {
  const auto vm = port(1, "10.0.0.11");
  const pid_t sender = boot(server(vm));
  const auto bytes =
      frame(kOurMac, kBroadcast, 0x0806, gratuitous_arp("02:00:00:00:00:99", "10.0.0.11"));
  EXPECT_TRUE(is_dropped(sender, bytes, vm, Reason::ArpSpoof));
}

TEST_F(PortSecurity, WhatOnlyRoutersAndServersSayIsDropped) {
  const auto vm = port(1, "10.0.0.11");
  const pid_t sender = boot(server(vm));
  const std::string link_local = "fe80::ff:fe00:1";  // of kOurMac
  const auto v4 = [&](const auto& payload) { return frame(kOurMac, kBroadcast, 0x0800, payload); };
  const auto v6 = [&](const auto& payload) {
    return frame(kOurMac, "33:33:00:00:00:01", 0x86dd, payload);
  };
  EXPECT_TRUE(is_dropped(sender, v4(ip_packet("10.0.0.11", "255.255.255.255", kUdp, udp(67, 68))),
                         vm, Reason::DhcpServer));
  EXPECT_TRUE(is_dropped(sender, v6(ip_packet(link_local, "ff02::1", kUdp, udp(547, 546))), vm,
                         Reason::DhcpServer));
  std::vector<std::uint8_t> advertisement(16);
  advertisement[0] = 134;
  EXPECT_TRUE(is_dropped(sender, v6(ip_packet(link_local, "ff02::1", kIcmpv6, advertisement)), vm,
                         Reason::RouterAdvertisement));
  EXPECT_TRUE(
      is_dropped(sender, frame(kOurMac, kBroadcast, 0x88cc, {1, 2, 3}), vm, Reason::EtherType));
}

TEST_F(PortSecurity, ANeighbourAdvertisementForAnotherAddressIsDropped) {
  auto vm = port(1, "10.0.0.11");
  vm.fixed.push_back({.address = prefix("2001:db8::11/64")});
  const pid_t sender = boot(server(vm));
  const auto advertise = [&](std::string_view target) {
    std::vector<std::uint8_t> na{136, 0, 0, 0, 0x20, 0, 0, 0};
    const auto bytes = address(target).bytes();
    na.insert(na.end(), bytes.begin(), bytes.end());
    return frame(kOurMac, "33:33:00:00:00:01", 0x86dd,
                 ip_packet("2001:db8::11", "ff02::1", kIcmpv6, na));
  };
  EXPECT_TRUE(is_dropped(sender, advertise("2001:db8::50"), vm, Reason::NdSpoof));
  vm.pairs = {{.addresses = prefix("2001:db8::50/128")}};
  ASSERT_TRUE(fabric().update(vm));
  const auto before = dropped(vm, Reason::NdSpoof);
  in_guest(sender, [&] { return send_frame(advertise("2001:db8::50")), true; });
  EXPECT_TRUE(is_dropped(sender, advertise("2001:db8::51"), vm, Reason::NdSpoof));
  EXPECT_LE(dropped(vm, Reason::NdSpoof), before + 1) << "only the second one was dropped";
}

TEST_F(PortSecurity, Protocol112NeedsARuleOfTheReceiver) {
  const auto sender_port = port(1, "10.0.0.11");
  auto receiver_port = port(2, "10.0.0.12");
  const pid_t sender = boot(server(sender_port));
  const pid_t receiver = boot(server(receiver_port));
  const auto advertise = [] { send_vrrp("10.0.0.11", "224.0.0.18"); };
  EXPECT_TRUE(eventually([&] {
    in_guest(sender, [&] { return advertise(), true; });
    return dropped(receiver_port, Reason::SecurityGroupIngress) > 0;
  }));
  const auto seen = details(receiver_port, Reason::SecurityGroupIngress);
  ASSERT_FALSE(seen.empty());
  EXPECT_EQ(seen[0].protocol, kVrrp);
  EXPECT_EQ(seen[0].address, address("10.0.0.11"));
  EXPECT_EQ(seen[0].destination_port, std::nullopt);

  receiver_port.rules.push_back(allow_in(kVrrp));
  ASSERT_TRUE(fabric().update(receiver_port));
  EXPECT_TRUE(passes(sender, advertise, receiver, kVrrp, "10.0.0.11"));
}

TEST_F(PortSecurity, WithoutAnEgressRuleNothingLeaves) {
  auto vm = port(1, "10.0.0.11");
  vm.rules.clear();
  const pid_t sender = boot(server(vm));
  boot(server(unsecured_port(2, "10.0.0.20")));  // without a receiver there is nothing to judge
  EXPECT_TRUE(eventually([&] {
    in_guest(sender, [] { return send_vrrp("10.0.0.11", "224.0.0.18"), true; });
    return dropped(vm, Reason::SecurityGroupEgress) > 0;
  }));
}

TEST_F(PortSecurity, RepliesPassWithoutARule) {
  auto service = port(1, "10.0.0.11");
  service.rules.push_back(allow_in(kUdp, 80));
  const auto asking = port(2, "10.0.0.12");  // nothing in
  const pid_t web_server = boot(server(service, web("web/0")));
  const pid_t client = boot(server(asking, web("client")));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
  EXPECT_TRUE(eventually([&] {
    in_guest(web_server, [] { return ask("10.0.0.12", {}, 20ms).empty(); });
    const auto seen = details(asking, Reason::SecurityGroupIngress);
    return !seen.empty() && seen[0].destination_port == 80;
  })) << "the other direction needs a rule";
}

TEST_F(PortSecurity, ARuleMayNameItsPeersAsAGroup) {
  const AddressSetId group(network_);
  auto service = port(1, "10.0.0.11");
  service.rules.push_back({.direction = Direction::Ingress, .protocol = kUdp, .remote = group});
  boot(server(service, web("web/0")));
  const pid_t client = boot(server(port(2, "10.0.0.12")));
  EXPECT_TRUE(eventually([&] {
    in_guest(client, [] { return ask("10.0.0.11", {}, 20ms).empty(); });
    return dropped(service, Reason::SecurityGroupIngress) > 0;
  }));
  ASSERT_TRUE(fabric().set_addresses(
      group, {prefix("10.0.0.12/32"), prefix("10.0.0.0/29"), prefix("10.0.0.3/32")}));
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11") == "who web/0"; }));
}

TEST_F(PortSecurity, SwitchedOffEverythingPasses) {
  auto vm = port(1, "10.0.0.11");
  const pid_t sender = boot(server(vm));
  const pid_t client = boot(server(unsecured_port(2, "10.0.0.20")));
  const auto forged = frame("02:00:00:00:00:99", kBroadcast, 0x0806,
                            gratuitous_arp("02:00:00:00:00:99", "10.0.0.50"));
  EXPECT_TRUE(is_dropped(sender, forged, vm, Reason::MacSpoof));
  vm.port_security_enabled = false;
  ASSERT_TRUE(fabric().update(vm));
  EXPECT_TRUE(passes(
      sender, [&] { send_frame(forged); }, client, 0, "10.0.0.50"));
}

TEST_F(PortSecurity, TenantsWithTheSameAddressesAreApart) {
  auto service = port(1, "10.0.0.11");
  service.rules.push_back(allow_in(kUdp, 80));
  boot(server(service, web("ours")));
  const pid_t client = boot(server(port(2, "10.0.0.12")));

  const fabric::NetworkId other(network_ + "-other");
  ASSERT_TRUE(fabric().add_network(other));
  auto their_service = port(3, "10.0.0.11");
  auto their_client = port(4, "10.0.0.12");
  their_service.network = their_client.network = other;
  boot(server(their_service, web("theirs")));
  const pid_t their_pid = boot(server(their_client));

  // Here the connection is established; there the same one is new, and has no rule.
  EXPECT_TRUE(in_guest(client, [] { return ask("10.0.0.11", "10.0.0.12") == "who ours"; }));
  EXPECT_TRUE(eventually([&] {
    in_guest(their_pid, [] { return ask("10.0.0.11", "10.0.0.12", 20ms).empty(); });
    return dropped(their_service, Reason::SecurityGroupIngress) > 0;
  }));
  their_service.rules.push_back(allow_in(kUdp, 80));
  ASSERT_TRUE(fabric().update(their_service));
  EXPECT_TRUE(in_guest(their_pid, [] { return ask("10.0.0.11", "10.0.0.12") == "who theirs"; }));
}

TEST_F(PortSecurity, CountersOutliveThePlugUntilThePortIsForgotten) {
  const auto vm = port(1, "10.0.0.11");
  const auto spec = server(vm);
  const pid_t sender = boot(spec);
  EXPECT_TRUE(is_dropped(sender, frame(kOurMac, kBroadcast, 0x88cc, {1}), vm, Reason::EtherType));
  ASSERT_TRUE(guests().power_off(spec.server));
  EXPECT_GT(dropped(vm, Reason::EtherType), 0u);
  fabric().forget(vm.id);
  EXPECT_EQ(dropped(vm, Reason::EtherType), 0u);
}

TEST_F(PortSecurity, ANetworkWithPortsStays) {
  const auto vm = port(1, "10.0.0.11");
  const auto spec = server(vm);
  boot(spec);
  const auto refused = fabric().remove_network(vm.network);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, base::Kind::Conflict);
  ASSERT_TRUE(guests().power_off(spec.server));
  EXPECT_TRUE(fabric().remove_network(vm.network));
  EXPECT_TRUE(fabric().remove_network(vm.network)) << "once more is no error";
}

}  // namespace
