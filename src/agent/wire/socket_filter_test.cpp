#include "agent/wire/socket_filter.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

#include "io/descriptor.h"

namespace {

using agent::wire::Carrier;

// The kernel runs the program on what a datagram socket receives, whatever family it is of.
class Filtered {
 public:
  explicit Filtered(const std::bitset<256>& vrids, Carrier carrier = Carrier::Ipv4)
      : Filtered(agent::wire::filter_for(carrier, {.name = "eth0", .vrids = vrids})) {}
  explicit Filtered(std::vector<sock_filter> program) {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    from_ = io::Descriptor(ends[0]);
    to_ = io::Descriptor(ends[1]);
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    EXPECT_EQ(setsockopt(to_.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter), 0);
  }

  bool passes(const std::vector<std::uint8_t>& packet) {
    send(from_.get(), packet.data(), packet.size(), 0);
    std::array<std::uint8_t, 256> buffer{};
    return recv(to_.get(), buffer.data(), buffer.size(), 0) == static_cast<ssize_t>(packet.size());
  }

 private:
  io::Descriptor from_;
  io::Descriptor to_;
};

std::vector<std::uint8_t> packet(std::uint8_t vrid, std::uint8_t header_words = 5) {
  std::vector<std::uint8_t> bytes(header_words * 4U + 8U, 0);
  bytes[0] = static_cast<std::uint8_t>(0x40 | header_words);
  bytes[header_words * 4U + 1U] = vrid;
  return bytes;
}

TEST(SocketFilter, LetsPassWhatARouterHereMayWant) {
  std::bitset<256> vrids;
  for (const std::size_t vrid : {1U, 31U, 32U, 51U, 255U}) vrids.set(vrid);
  Filtered filtered(vrids);
  for (unsigned vrid = 0; vrid < 256; ++vrid)
    EXPECT_EQ(filtered.passes(packet(static_cast<std::uint8_t>(vrid))), vrids.test(vrid)) << vrid;
}

TEST(SocketFilter, FindsTheVridBehindIpOptions) {
  std::bitset<256> vrids;
  vrids.set(51);
  Filtered filtered(vrids);
  EXPECT_TRUE(filtered.passes(packet(51, 15)));
  EXPECT_FALSE(filtered.passes(packet(52, 15)));
}

TEST(SocketFilter, FindsTheVridAtTheStartOverIpv6) {
  std::bitset<256> vrids;
  vrids.set(51);
  Filtered filtered(vrids, Carrier::Ipv6);
  EXPECT_TRUE(filtered.passes({0x31, 51, 100, 0}));
  EXPECT_FALSE(filtered.passes({0x31, 52, 100, 0}));
}

TEST(SocketFilter, FindsTheVridBehindAnAuthenticationHeaderAndNothingElseThere) {
  std::bitset<256> vrids;
  vrids.set(51);
  Filtered filtered(vrids, Carrier::Authenticated);
  auto bytes = packet(0);
  bytes.resize(20 + 24 + 20);
  bytes[20] = 112;  // what follows the authentication header
  bytes[20 + 24 + 1] = 51;
  EXPECT_TRUE(filtered.passes(bytes));
  bytes[20] = 50;
  EXPECT_FALSE(filtered.passes(bytes));
}

// The kernel and is_hopeless() see the same.
TEST(SocketFilter, AStrictOneDropsWhatCannotBeAnAdvertisement) {
  agent::wire::Listening listening{.name = "eth0", .has_v2 = true};
  listening.vrids.set(51);
  Filtered filtered(agent::wire::strict_filter_for(Carrier::Ipv4, listening, 0));
  auto good = packet(51);
  good.resize(20 + 8 + 4 + 8);
  good[2] = 0;
  good[3] = static_cast<std::uint8_t>(good.size());
  good[8] = 255;
  good[9] = 112;
  good[16] = 224;
  good[20] = 0x21;
  good[23] = 1;  // addresses
  const auto judge = [&](const std::vector<std::uint8_t>& bytes) {
    const auto datagram = vrrp::Datagram::from_ipv4(bytes);
    ASSERT_TRUE(datagram.has_value());
    EXPECT_NE(filtered.passes(bytes), is_hopeless(Carrier::Ipv4, listening, *datagram));
  };
  EXPECT_TRUE(filtered.passes(good));
  judge(good);
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    auto bytes = good;
    bytes[at] = value;
    return bytes;
  };
  for (const auto& bad : {changed(8, 64), changed(20, 0x31), changed(20, 0x41), changed(20, 0x22),
                          changed(23, 2), changed(23, 255)}) {
    EXPECT_FALSE(filtered.passes(bad));
    judge(bad);
  }
  for (const auto& fine : {changed(23, 0), changed(22, 1)}) {
    EXPECT_TRUE(filtered.passes(fine));
    judge(fine);
  }
  auto unicast = changed(8, 64);  // the peers' bounds are the core's to check
  unicast[16] = 10;
  EXPECT_TRUE(filtered.passes(unicast));
}

TEST(SocketFilter, AStrictOneKnowsTheLengthOverIpv6) {
  agent::wire::Listening listening{.name = "eth0", .has_v3 = true};
  listening.vrids.set(51);
  Filtered filtered(agent::wire::strict_filter_for(Carrier::Ipv6, listening, 0));
  std::vector<std::uint8_t> bytes(8 + 2 * 16);
  bytes[0] = 0x31;
  bytes[1] = 51;
  bytes[3] = 2;
  EXPECT_TRUE(filtered.passes(bytes));
  bytes[3] = 3;
  EXPECT_FALSE(filtered.passes(bytes));
}

TEST(SocketFilter, OfHopelessPacketsASamplePasses) {
  agent::wire::Listening listening{.name = "eth0", .has_v3 = true};
  listening.vrids.set(51);
  Filtered filtered(agent::wire::strict_filter_for(Carrier::Ipv6, listening, 16));
  const std::vector<std::uint8_t> bad{0x41, 51, 100, 0};
  int passed = 0;
  for (int i = 0; i < 16000; ++i) passed += filtered.passes(bad) ? 1 : 0;
  EXPECT_GT(passed, 500);  // 1000 is what to expect
  EXPECT_LT(passed, 2000);
}

TEST(SocketFilter, DropsAPacketWithoutAVrid) {
  std::bitset<256> vrids;
  vrids.set();
  Filtered filtered(vrids);
  EXPECT_FALSE(filtered.passes(std::vector<std::uint8_t>(21, 0x45)));
}

}  // namespace
