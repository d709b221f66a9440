#include "vrrp/packet.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "net/checksum.h"

namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using vrrp::ChecksumForm;
using vrrp::RejectReason;

const net::IpAddress kSource = net::IpAddress::v4(0x0a000002);
const std::vector<std::uint8_t> kAddresses{10, 0, 0, 50, 10, 0, 0, 51};
const net::IpAddress kSource6 = net::IpAddress::parse("fe80::2").value();

vrrp::Advertisement advertisement(vrrp::Version version) {
  return {.version = version,
          .vrid = 51,
          .priority = vrrp::Priority(150),
          .interval = 1s,
          .address_bytes = kAddresses};
}

std::vector<std::uint8_t> bytes_of(const vrrp::Advertisement& advertisement) {
  return vrrp::encode(advertisement, kSource, vrrp::kGroupIpv4);
}

std::expected<vrrp::Advertisement, RejectReason> decoded(const std::vector<std::uint8_t>& bytes,
                                                         std::uint8_t hop_limit = 255) {
  return vrrp::decode({kSource, vrrp::kGroupIpv4, hop_limit, bytes});
}

TEST(Packet, OfVersion2IsReadBackWithItsPassword) {
  auto sent = advertisement(vrrp::Version::V2);
  sent.auth_type = 1;
  sent.password = vrrp::password_from("secret");
  const auto bytes = bytes_of(sent);
  EXPECT_EQ(bytes.size(), 24U);
  const auto got = decoded(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->vrid, 51);
  EXPECT_EQ(got->priority, vrrp::Priority(150));
  EXPECT_EQ(got->interval, 1s);
  EXPECT_EQ(got->auth_type, 1);
  EXPECT_EQ(got->password, sent.password);
  EXPECT_EQ(got->checksum, ChecksumForm::WithoutPseudoHeader);
  EXPECT_EQ(got->addresses().at(1), net::IpAddress::v4(0x0a000033));
}

TEST(Packet, OfVersion3IsAcceptedWithEitherChecksumAndTheTwoAreToldApart) {
  for (const auto form : {ChecksumForm::WithPseudoHeader, ChecksumForm::WithoutPseudoHeader}) {
    auto sent = advertisement(vrrp::Version::V3);
    sent.interval = 250ms;
    sent.checksum = form;
    const auto got = decoded(bytes_of(sent));
    ASSERT_TRUE(got);
    EXPECT_EQ(got->checksum, form);
    EXPECT_EQ(got->interval, 250ms);
  }
}

TEST(Packet, OverIpv6NeedsThePseudoHeader) {
  const auto address = net::IpAddress::parse("fe80::50").value();
  vrrp::Advertisement sent{.version = vrrp::Version::V3,
                           .vrid = 7,
                           .priority = vrrp::Priority(100),
                           .interval = 1s,
                           .family = net::Family::Ipv6,
                           .address_bytes = address.bytes()};
  const auto bytes = vrrp::encode(sent, kSource6, vrrp::kGroupIpv6);
  const auto got = vrrp::decode({kSource6, vrrp::kGroupIpv6, 255, bytes});
  ASSERT_TRUE(got);
  EXPECT_EQ(got->addresses(), std::vector{address});
  const auto other = net::IpAddress::parse("fe80::3").value();
  EXPECT_EQ(vrrp::decode({other, vrrp::kGroupIpv6, 255, bytes}).error(), RejectReason::Checksum);
}

TEST(Packet, MayBePadded) {
  auto bytes = bytes_of(advertisement(vrrp::Version::V3));
  bytes.resize(bytes.size() + 10, 0xee);
  EXPECT_TRUE(decoded(bytes));
}

TEST(Packet, ReservedBitsOfVersion3AreIgnored) {
  auto bytes = bytes_of(advertisement(vrrp::Version::V3));
  bytes[4] |= 0xa0;
  bytes[6] = bytes[7] = 0;
  const std::uint16_t checksum = net::InternetChecksum().add(bytes).value();
  bytes[6] = static_cast<std::uint8_t>(checksum >> 8);
  bytes[7] = static_cast<std::uint8_t>(checksum);
  const auto got = decoded(bytes);
  ASSERT_TRUE(got);
  EXPECT_EQ(got->interval, 1s);
}

TEST(Packet, IsRefusedWithTheFirstReasonInTheOrderOfTheRfc) {
  const auto good = bytes_of(advertisement(vrrp::Version::V2));
  EXPECT_EQ(decoded(good, 254).error(), RejectReason::HopLimit);
  EXPECT_EQ(decoded({}).error(), RejectReason::Truncated);
  auto with = [&](std::size_t at, std::uint8_t value) {
    auto bytes = good;
    bytes[at] = value;
    return bytes;
  };
  EXPECT_EQ(decoded(with(0, 0x41)).error(), RejectReason::UnknownVersion);
  EXPECT_EQ(decoded(with(0, 0x22)).error(), RejectReason::WrongType);
  EXPECT_EQ(decoded(with(3, 3)).error(), RejectReason::Truncated);
  EXPECT_EQ(decoded(with(2, 1)).error(), RejectReason::Checksum);
  auto no_interval = good;
  no_interval[5] = 0;
  no_interval[7] = static_cast<std::uint8_t>(no_interval[7] + 1);
  EXPECT_EQ(decoded(no_interval).error(), RejectReason::ZeroInterval);
}

TEST(Packet, CutAnywhereIsTruncated) {
  for (const auto version : {vrrp::Version::V2, vrrp::Version::V3}) {
    const auto whole = bytes_of(advertisement(version));
    for (std::size_t size = 0; size < whole.size(); ++size)
      EXPECT_EQ(
          vrrp::decode({kSource, vrrp::kGroupIpv4, 255, std::span(whole).first(size)}).error(),
          RejectReason::Truncated);
  }
}

TEST(Packet, UnicastLeavesTheHopLimitToTheRouter) {
  const auto peer = net::IpAddress::v4(0x0a000003);
  const auto bytes = vrrp::encode(advertisement(vrrp::Version::V3), kSource, peer);
  EXPECT_TRUE(vrrp::decode({kSource, peer, 12, bytes}));
}

TEST(PacketTemplate, PatchesWhatAFreshPacketWouldHave) {
  for (const auto version : {vrrp::Version::V2, vrrp::Version::V3}) {
    vrrp::PacketTemplate packet(advertisement(version));
    for (const int priority : {0, 1, 150, 255}) {
      auto fresh = advertisement(version);
      fresh.priority = vrrp::Priority(static_cast<std::uint8_t>(priority));
      const auto form = ChecksumForm::WithPseudoHeader;
      fresh.checksum = form;
      EXPECT_TRUE(std::ranges::equal(packet.patch(fresh.priority, form, kSource, vrrp::kGroupIpv4),
                                     bytes_of(fresh)));
    }
  }
}

TEST(Packet, SaysForWhomItIsEvenIfItIsWrong) {
  EXPECT_EQ(vrrp::claimed_vrid(std::vector<std::uint8_t>{0xff, 9})->value(), 9);
  EXPECT_FALSE(vrrp::claimed_vrid(std::vector<std::uint8_t>{0xff}));
  EXPECT_FALSE(vrrp::claimed_vrid(std::vector<std::uint8_t>{0x21, 0}));
}

TEST(RejectReason, EachHasANameOfItsOwn) {
  std::vector<std::string_view> names;
  for (std::size_t i = 0; i < vrrp::kRejectReasons; ++i)
    names.push_back(name(static_cast<RejectReason>(i)));
  std::ranges::sort(names);
  EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
  EXPECT_EQ(std::ranges::find(names, "?"), names.end());
}

}  // namespace
