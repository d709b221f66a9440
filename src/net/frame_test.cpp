#include <gtest/gtest.h>

#include <algorithm>

#include "base/text.h"
#include "net/arp.h"
#include "net/checksum.h"
#include "net/ipv4_header.h"
#include "net/neighbour_advertisement.h"
#include "net/neighbour_solicitation.h"

namespace {

const net::IpAddress kAddress = net::IpAddress::v4(0x0a000032);
const net::MacAddress kMac({0xfa, 0x16, 0x3e, 0, 0, 1});

std::vector<std::uint8_t> hex(std::string_view text) {
  return base::from_hex(text).value();
}

TEST(InternetChecksum, AgreesWithTheExampleOfRfc1071) {
  const auto bytes = hex("00 01 f2 03 f4 f5 f6 f7");
  EXPECT_EQ(net::InternetChecksum().add(bytes).value(), 0x220d);  // not ddf2
}

TEST(InternetChecksum, TakesAnOddLastByteAsTheHighHalf) {
  EXPECT_EQ(net::InternetChecksum().add(hex("0102 03")).value(),
            net::InternetChecksum().add(hex("0102 0300")).value());
}

TEST(Ipv4Header, IsReadBackAsItWasWritten) {
  const net::Ipv4Header header{.source = net::IpAddress::v4(0x0a000002),
                               .destination = net::IpAddress::v4(0xe0000012),
                               .protocol = 112,
                               .ttl = 255,
                               .type_of_service = 0xc0,
                               .identification = 0x1234};
  const auto bytes = net::encode(header, 3);
  EXPECT_EQ(net::InternetChecksum().add(bytes).value(), 0);
  std::vector<std::uint8_t> packet(bytes.begin(), bytes.end());
  packet.insert(packet.end(), {1, 2, 3, 0, 0, 0});  // three bytes of payload, three of padding
  const auto parsed = net::parse_ipv4(packet);
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->header, header);
  EXPECT_TRUE(std::ranges::equal(parsed->payload, hex("010203")));
}

TEST(Ipv4Header, RefusesWhatIsNotAWholePacket) {
  const auto whole = hex("4500001700000000ff70000001020304e0000012aabbcc");
  ASSERT_TRUE(net::parse_ipv4(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(net::parse_ipv4(std::span(whole).first(size))) << size;
  auto changed = [&](std::size_t at, std::uint8_t value) {
    auto copy = whole;
    copy[at] = value;
    return copy;
  };
  EXPECT_FALSE(net::parse_ipv4(changed(0, 0x65)));  // IPv6
  EXPECT_FALSE(net::parse_ipv4(changed(0, 0x44)));  // header of 16 bytes
  EXPECT_FALSE(net::parse_ipv4(changed(0, 0x46)));  // header longer than the packet
  EXPECT_FALSE(net::parse_ipv4(changed(6, 0x20)));  // more fragments
  EXPECT_FALSE(net::parse_ipv4(changed(7, 1)));     // a later fragment
  EXPECT_TRUE(net::parse_ipv4(changed(6, 0x40)));   // "do not fragment" is fine
}

TEST(Arp, AnnouncesAnAddressToEverybody) {
  EXPECT_EQ(base::to_hex(net::gratuitous_arp(kAddress, kMac)),
            "ffffffffffff"
            "fa163e000001"
            "0806"
            "0001080006040001"
            "fa163e000001"
            "0a000032"
            "ffffffffffff"
            "0a000032");
}

TEST(Arp, IsReadBackAsItWasWritten) {
  const net::Arp reply{.frame_source = kMac,
                       .frame_destination = net::MacAddress({2, 0, 0, 0, 0, 9}),
                       .operation = net::ArpOperation::Reply,
                       .sender_mac = kMac,
                       .sender_ip = kAddress,
                       .target_mac = net::MacAddress({2, 0, 0, 0, 0, 9}),
                       .target_ip = net::IpAddress::v4(0x0a000009)};
  EXPECT_EQ(net::parse_arp(net::encode(reply)), reply);
  EXPECT_FALSE(reply.is_gratuitous());
  EXPECT_TRUE(net::parse_arp(net::gratuitous_arp(kAddress, kMac))->is_gratuitous());
}

TEST(Arp, RefusesOtherFrames) {
  const auto frame = net::gratuitous_arp(kAddress, kMac);
  EXPECT_FALSE(net::parse_arp(std::span(frame).first(41)));
  for (const std::size_t at : {12U, 13U, 14U, 15U, 16U, 18U, 19U, 20U, 21U}) {
    auto copy = frame;
    copy[at] ^= 0x40;
    EXPECT_FALSE(net::parse_arp(copy)) << at;
  }
}

const net::IpAddress kTarget = net::IpAddress::parse("fd00::50").value();
const net::IpAddress kAsker = net::IpAddress::parse("fe80::11").value();

TEST(NeighbourAdvertisement, IsReadBackAsItWasWritten) {
  const auto frame = net::unsolicited_neighbour_advertisement(kTarget, kMac, false);
  const auto read = net::parse_neighbour_advertisement(frame);
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->target, kTarget);
  EXPECT_EQ(read->mac, kMac);
  EXPECT_FALSE(read->is_solicited);
}

TEST(NeighbourAdvertisement, RefusesOtherFramesAndBrokenOptions) {
  const auto frame = net::unsolicited_neighbour_advertisement(kTarget, kMac, false);
  for (std::size_t size = 0; size < frame.size(); ++size)
    EXPECT_FALSE(net::parse_neighbour_advertisement(std::span(frame).first(size)));
  for (const auto& [at, byte] : {std::pair<std::size_t, std::uint8_t>{21, 254},  // was routed
                                 {20, 17},                                       // no ICMPv6
                                 {54, 135},                                      // a solicitation
                                 {79, 0}}) {  // an endless option
    auto other = frame;
    other[at] = byte;
    EXPECT_FALSE(net::parse_neighbour_advertisement(other)) << at;
  }
}

TEST(NeighbourSolicitation, AsksTheSolicitedNodeGroup) {
  const auto frame = net::neighbour_solicitation(kTarget, kAsker, kMac);
  EXPECT_EQ(base::to_hex(std::span(frame).first(14)), "3333ff000050fa163e00000186dd");
  EXPECT_EQ(base::to_hex(std::span(frame).subspan(38, 16)), "ff0200000000000000000001ff000050");
  EXPECT_EQ(base::to_hex(std::span(frame).subspan(62)),
            "fd000000000000000000000000000050"
            "0101fa163e000001");
  // The sum over everything, checksum included, is zero.
  EXPECT_EQ(net::InternetChecksum()
                .add(std::span(frame).subspan(54))
                .add_pseudo_header(kAsker, net::IpAddress::parse("ff02::1:ff00:50").value(), 58, 32)
                .value(),
            0);
}

}  // namespace
