// holdfastd over IPv6: packets, sources, neighbour advertisements.
#include <gtest/gtest.h>

#include <csignal>
#include <cstring>

#include <algorithm>
#include <fstream>

#include "agent/setup.h"
#include "vrrp/packet.h"

namespace {

using agent_test::start_holdfastd;
using namespace std::chrono_literals;

constexpr std::string_view kGlobal = "2001:db8::50";

net::IpAddress ip(std::string_view text) {
  return net::IpAddress::parse(text).value();
}

std::string config(int priority, std::string_view more = "", std::string_view before = "") {
  return fmt::format(
      "{}\nvrrp_instance VI_6 {{\ninterface eth0\nvirtual_router_id 61\nversion 3\nadvert_int 0.1\n"
      "priority {}\n{}\nvirtual_ipaddress {{\nfe80::50/64\n{}/64\n}}\n}}\n",
      before, priority, more, kGlobal);
}

// An Ethernet frame with IPv6 in it.
struct Ipv6Frame {
  explicit Ipv6Frame(const lab::Frame& frame) : bytes(frame.bytes) {}
  bool is(std::uint8_t protocol) const {
    return bytes.size() >= 54 && bytes[12] == 0x86 && bytes[13] == 0xdd && bytes[20] == protocol;
  }
  net::IpAddress source() const { return *net::IpAddress::from_bytes(bytes.subspan(22, 16)); }
  net::IpAddress destination() const { return *net::IpAddress::from_bytes(bytes.subspan(38, 16)); }
  std::uint8_t hop_limit() const { return bytes[21]; }
  std::uint8_t traffic_class() const {
    return static_cast<std::uint8_t>(bytes[14] << 4 | bytes[15] >> 4);
  }
  std::span<const std::uint8_t> payload() const { return bytes.subspan(54); }
  std::span<const std::uint8_t> bytes;
};

class Ipv6 : public lab::Test {
 protected:
  void TearDown() override {
    if (!HasFailure()) return;
    if (one_ != nullptr) std::cerr << "--- one\n" << one_->output();
    if (two_ != nullptr) std::cerr << "--- two\n" << two_->output();
  }
  static bool holds(const lab::Host& host) { return host.has_address(kGlobal); }
  static bool becomes_the_one(const lab::Host& active, const lab::Host& other) {
    return lab::wait_until([&] { return holds(active) && !holds(other); });
  }
  // The neighbour advertisement by which `host` says that the address is at its MAC.
  static bool is_claim(const lab::Frame& seen, const lab::Host& host, bool is_router) {
    const Ipv6Frame frame(seen);
    if (!frame.is(58) || frame.payload()[0] != 136 || frame.source() != ip(kGlobal)) return false;
    const auto mac = host.mac();
    return frame.destination() == ip("ff02::1") && frame.hop_limit() == 255 &&
           frame.payload()[4] == (is_router ? 0xa0 : 0x20) &&
           std::ranges::equal(frame.payload().subspan(26, 6), mac.bytes());
  }

  lab::Network network_;
  lab::Host& a_ = network_.add_host("a", "2001:db8::11/64");
  lab::Host& b_ = network_.add_host("b", "2001:db8::12/64");
  lab::Host& client_ = network_.add_host("client", "2001:db8::99/64");
  lab::Program* one_ = nullptr;
  lab::Program* two_ = nullptr;
};

TEST_F(Ipv6, TheAddressMovesAndClientsAreToldWhereItIs) {
  lab::Tap tap = client_.tap();
  one_ = &start_holdfastd(a_, config(150));
  two_ = &start_holdfastd(b_, config(100));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  EXPECT_TRUE(lab::wait_until([&] { return client_.reaches(kGlobal); }));
  EXPECT_TRUE(tap.wait_for([&](const auto& frame) { return is_claim(frame, a_, false); }));
  b_.space().inside([] { std::ofstream("/proc/sys/net/ipv6/conf/eth0/forwarding") << 1; });
  a_.power_off();
  one_ = nullptr;
  ASSERT_TRUE(lab::wait_until([&] { return holds(b_); }));
  EXPECT_TRUE(tap.wait_for([&](const auto& frame) { return is_claim(frame, b_, true); }));
  EXPECT_TRUE(lab::wait_until([&] { return client_.reaches(kGlobal); }));
}

TEST_F(Ipv6, AdvertisementsAreWhatTheRfcSays) {
  lab::Tap tap = client_.tap();
  one_ = &start_holdfastd(a_, config(150));
  const auto is_vrrp = [](const lab::Frame& seen) { return Ipv6Frame(seen).is(112); };
  ASSERT_TRUE(tap.wait_for(is_vrrp));
  const auto& frames = tap.frames();
  const Ipv6Frame frame(*std::ranges::find_if(frames, is_vrrp));
  EXPECT_EQ(frame.source(), a_.link_local());
  EXPECT_EQ(frame.destination(), vrrp::kGroupIpv6);
  EXPECT_EQ(frame.hop_limit(), 255);
  EXPECT_EQ(frame.traffic_class(), 0xc0);
  const auto advertisement = vrrp::decode({.source = frame.source(),
                                           .destination = frame.destination(),
                                           .hop_limit = frame.hop_limit(),
                                           .payload = frame.payload()});
  ASSERT_TRUE(advertisement.has_value()) << name(advertisement.error());
  EXPECT_EQ(advertisement->addresses(), (std::vector{ip("fe80::50"), ip(kGlobal)}));
}

TEST_F(Ipv6, UnicastPeersElectWithoutMulticastAndHandOver) {
  const auto peers = [](std::string_view own, std::string_view other) {
    return fmt::format("unicast_src_ip {}\nunicast_peer {{\n{}\n}}", own, other);
  };
  lab::Tap tap = client_.tap();
  one_ = &start_holdfastd(a_, config(150, peers("2001:db8::11", "2001:db8::12")));
  two_ = &start_holdfastd(b_, config(100, peers("2001:db8::12", "2001:db8::11")));
  ASSERT_TRUE(becomes_the_one(a_, b_));
  one_->send(SIGTERM);
  ASSERT_TRUE(becomes_the_one(b_, a_));
  EXPECT_TRUE(lab::wait_until([&] { return two_->said("cause=active-resigned"); }));
  EXPECT_EQ(tap.count([](const lab::Frame& seen) {
    const Ipv6Frame frame(seen);
    return frame.is(112) && frame.destination() == vrrp::kGroupIpv6;
  }),
            0U);
}

TEST_F(Ipv6, ItSpeaksFromTheLinkLocalAddressThatThereIsAndWaitsForOne) {
  const std::string own = to_string(a_.link_local());
  one_ = &start_holdfastd(a_, config(150));
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  a_.remove_address(own + "/64");
  ASSERT_TRUE(lab::wait_until([&] { return one_->said("to=fault") && !holds(a_); }));
  lab::Tap tap = client_.tap();
  a_.add_address("fe80::a/64");
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_); }));
  EXPECT_TRUE(tap.wait_for([](const lab::Frame& seen) {
    return Ipv6Frame(seen).is(112) && Ipv6Frame(seen).source() == ip("fe80::a");
  }));
}

TEST_F(Ipv6, ARoutersExcludedAddressesMayBeOfTheOtherFamily) {
  lab::Tap tap = client_.tap();
  one_ = &start_holdfastd(
      a_, fmt::format("vrrp_instance VI_4 {{\ninterface eth0\nvirtual_router_id 61\nversion 3\n"
                      "advert_int 0.1\nvirtual_ipaddress {{\n10.0.0.50/24\n}}\n"
                      "virtual_ipaddress_excluded {{\n{}/64\n}}\nmcast_src_ip 10.0.0.11\n}}\n",
                      kGlobal));
  a_.add_address("10.0.0.11/24");
  ASSERT_TRUE(lab::wait_until([&] { return holds(a_) && a_.has_address("10.0.0.50"); }));
  EXPECT_TRUE(tap.wait_for([&](const auto& frame) { return is_claim(frame, a_, false); }));
}

}  // namespace
