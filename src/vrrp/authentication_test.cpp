#include "vrrp/authentication.h"

#include <gtest/gtest.h>

#include <numeric>

namespace vrrp {
namespace {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

const net::IpAddress kSender = net::IpAddress::v4(0x0a000002);
const WallClock kNow = WallClock{} + 1'800'000'000s;

TrailerKey key(std::uint8_t id) {
  TrailerKey key{.id = id, .secret = std::vector<std::uint8_t>(32)};
  std::iota(key.secret.begin(), key.secret.end(), id);
  return key;
}

std::vector<std::uint8_t> packet(const net::IpAddress& source = kSender) {
  static const std::vector<std::uint8_t> addresses{10, 0, 0, 50};
  return encode({.version = Version::V3,
                 .vrid = 51,
                 .priority = Priority(100),
                 .interval = 1s,
                 .address_bytes = addresses},
                source, kGroupIpv4);
}

class Trailer : public testing::Test {
 protected:
  std::vector<std::uint8_t> signed_packet(WallClock when, const net::IpAddress& source = kSender) {
    auto bytes = packet(source);
    sign(bytes, source, key(1), counter_.next(when));
    return bytes;
  }
  std::expected<void, TrailerFault> verify(std::span<const std::uint8_t> bytes,
                                           WallClock now = kNow,
                                           const net::IpAddress& source = kSender) {
    return verifier_.verify({source, kGroupIpv4, kHopLimit, bytes}, now);
  }

  TrailerCounter counter_{5s};
  TrailerVerifier verifier_{{key(1), key(2)}, 5s};
};

TEST_F(Trailer, OfAPeerIsAcceptedAndDecodeIgnoresIt) {
  const auto bytes = signed_packet(kNow);
  EXPECT_EQ(bytes.size(), packet().size() + kTrailerSize);
  EXPECT_TRUE(verify(bytes));
  EXPECT_TRUE(decode({kSender, kGroupIpv4, kHopLimit, bytes}));
}

// The digest was worked out with Python's hmac over the draft's message.
TEST_F(Trailer, HasTheBytesOfTheDraft) {
  auto bytes = packet();
  sign(bytes, kSender, key(1), 0x6b49d20080000001);
  const std::vector<std::uint8_t> trailer(bytes.begin() + 12, bytes.end());
  EXPECT_EQ(trailer,
            (std::vector<std::uint8_t>{0x01, 0x01, 0x00, 0x00, 0x6b, 0x49, 0xd2, 0x00, 0x80, 0x00,
                                       0x00, 0x01, 0xab, 0x5e, 0xe2, 0xb1, 0xca, 0x1c, 0x45, 0xf6,
                                       0xe7, 0x0f, 0x2e, 0x5b, 0x7b, 0x65, 0xad, 0x99}));
}

TEST_F(Trailer, IsForgedIfAnyBitButTheChecksumDiffers) {
  const auto good = signed_packet(kNow);
  for (std::size_t bit = 16; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const bool is_checksum = bit / 8 == 6 || bit / 8 == 7;  // the kernel may fill it in later
    EXPECT_TRUE(is_checksum || !verify(bad)) << bit;
  }
  EXPECT_EQ(verify(good, kNow, net::IpAddress::v4(0x0a000003)).error(), TrailerFault::Forged);
  EXPECT_TRUE(verify(good));  // what was refused has moved no mark
}

TEST_F(Trailer, IsNotAcceptedTwice) {
  const auto first = signed_packet(kNow);
  const auto second = signed_packet(kNow);
  EXPECT_TRUE(verify(first));
  EXPECT_EQ(verify(first).error(), TrailerFault::Replayed);
  EXPECT_TRUE(verify(second));
  EXPECT_EQ(verify(first).error(), TrailerFault::Replayed);
}

TEST_F(Trailer, IsStaleOutsideTheWindow) {
  const auto bytes = signed_packet(kNow);
  EXPECT_EQ(verify(bytes, kNow + 6s).error(), TrailerFault::Stale);
  EXPECT_EQ(verify(bytes, kNow - 6s).error(), TrailerFault::Stale);
  EXPECT_TRUE(verify(bytes, kNow + 5s));
}

TEST_F(Trailer, MissesOrIsMalformed) {
  EXPECT_EQ(verify(packet()).error(), TrailerFault::Missing);
  auto bytes = signed_packet(kNow);
  bytes.push_back(0);
  EXPECT_EQ(verify(bytes).error(), TrailerFault::Malformed);
  auto unknown = packet();
  sign(unknown, kSender, key(9), counter_.next(kNow));
  EXPECT_EQ(verify(unknown).error(), TrailerFault::UnknownKey);
}

TEST_F(Trailer, WithoutAWindowHasOnlyToGrow) {
  TrailerVerifier lenient({key(1)}, std::nullopt);
  const auto old = signed_packet(kNow - 3600s);
  const auto now = signed_packet(kNow);
  EXPECT_TRUE(lenient.verify({kSender, kGroupIpv4, kHopLimit, now}, kNow));
  EXPECT_EQ(lenient.verify({kSender, kGroupIpv4, kHopLimit, old}, kNow).error(),
            TrailerFault::Replayed);
}

TEST(TrailerCounter, GrowsWhateverTheClockDoes) {
  TrailerCounter counter(5s);
  const auto first = counter.next(kNow);
  EXPECT_EQ(counter.next(kNow), first + 1);
  EXPECT_EQ(counter.next(kNow - 3s), first + 2);
  EXPECT_GT(counter.next(kNow + 500ms), first + 0x7fff0000);
  EXPECT_LT(counter.next(kNow - 3600s), first);  // put right: receivers expect the clock's time
}

}  // namespace
}  // namespace vrrp
