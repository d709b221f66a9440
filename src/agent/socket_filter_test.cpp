#include "agent/socket_filter.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <cstdint>

#include "io/descriptor.h"

namespace {

using agent::Carrier;

// The kernel runs the program on what a datagram socket receives, whatever family it is of.
class Filtered {
 public:
  explicit Filtered(const std::bitset<256>& vrids, Carrier carrier = Carrier::Ipv4) {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    from_ = io::Descriptor(ends[0]);
    to_ = io::Descriptor(ends[1]);
    auto program = agent::filter_for(carrier, vrids);
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

TEST(SocketFilter, DropsAPacketWithoutAVrid) {
  std::bitset<256> vrids;
  vrids.set();
  Filtered filtered(vrids);
  EXPECT_FALSE(filtered.passes(std::vector<std::uint8_t>(21, 0x45)));
}

}  // namespace
