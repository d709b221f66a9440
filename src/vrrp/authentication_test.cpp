#include "vrrp/authentication.h"

#include <gtest/gtest.h>

#include <numeric>

namespace vrrp {
namespace {

using std::chrono_literals::operator""h;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

const net::IpAddress kSender = net::IpAddress::v4(0x0a000002);
const net::IpAddress kOther = net::IpAddress::v4(0x0a000003);
const WallClock kNow = WallClock{} + 1'800'000'000s;
using Bytes = std::vector<std::uint8_t>;

Bytes packet(Version version = Version::V3) {
  static const Bytes addresses{10, 0, 0, 50};
  return encode({.version = version,
                 .vrid = 51,
                 .priority = Priority(100),
                 .interval = 1s,
                 .auth_type = static_cast<std::uint8_t>(version == Version::V2 ? 2 : 0),
                 .address_bytes = addresses},
                kSender, kGroupIpv4);
}

Bytes copy(std::span<const std::uint8_t> bytes) {
  return {bytes.begin(), bytes.end()};
}

// ---- the authentication header ----

class Header : public testing::Test {
 protected:
  // A whole IPv4 packet.
  Bytes sealed(HeaderProof& by, WallClock when = kNow, const net::IpAddress& source = kSender,
               const net::IpAddress& destination = kGroupIpv4) {
    const net::Ipv4Header header{.source = source,
                                 .destination = destination,
                                 .protocol = kAuthenticationHeaderProtocol,
                                 .type_of_service = kTypeOfService,
                                 .identification = 7};
    const auto payload = by.seal(packet(Version::V2), header, when);
    Bytes whole = copy(net::encode(header, payload.size()));
    whole.insert(whole.end(), payload.begin(), payload.end());
    return whole;
  }
  std::optional<RejectReason> refusal(const Bytes& whole) {
    const auto datagram = Datagram::from_ipv4(whole);
    return datagram ? ours_.refusal(*datagram) : RejectReason::Truncated;
  }

  HeaderProof theirs_{password_from("secret12")};
  HeaderProof ours_{password_from("secret12")};
};

TEST_F(Header, OfAPeerIsAcceptedAndLeavesThePacket) {
  const Bytes whole = sealed(theirs_);
  const auto datagram = Datagram::from_ipv4(whole).value();
  EXPECT_EQ(ours_.refusal(datagram), std::nullopt);
  EXPECT_EQ(copy(datagram.payload), packet(Version::V2));
  EXPECT_TRUE(decode(datagram));
}

TEST_F(Header, IsRefusedIfAnyBitDiffersThatNoRouterChanges) {
  const Bytes good = sealed(theirs_);
  for (std::size_t bit = 0; bit < good.size() * 8; ++bit) {
    const std::size_t at = bit / 8;
    if (at == 1 || at == 6 || at == 7 || at == 10 || at == 11) continue;  // mutable
    Bytes bad = good;
    bad[at] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_TRUE(refusal(bad)) << bit;
  }
  EXPECT_FALSE(refusal(good));  // what was refused has moved no mark
}

TEST_F(Header, OfUnicastSurvivesAnotherTtl) {
  Bytes whole = sealed(theirs_, kNow, kSender, kOther);
  whole[8] = 63;
  EXPECT_FALSE(refusal(whole));
}

TEST_F(Header, ItsNumberMustGrow) {
  const Bytes first = sealed(theirs_), second = sealed(theirs_), third = sealed(theirs_);
  EXPECT_FALSE(refusal(second));
  EXPECT_EQ(refusal(second), RejectReason::AuthReplayed);
  EXPECT_EQ(refusal(first), RejectReason::AuthReplayed);
  EXPECT_FALSE(refusal(third));
}

TEST_F(Header, EachSenderHasItsOwnNumbers) {
  EXPECT_FALSE(refusal(sealed(theirs_, kNow + 1h)));
  HeaderProof third(password_from("secret12"));
  EXPECT_FALSE(refusal(sealed(third, kNow, kOther)));
}

// keepalived has one number for all, and refuses who is not above it.
TEST_F(Header, OurNumbersAreAboveAllThatWasHeard) {
  EXPECT_FALSE(refusal(sealed(theirs_, kNow + 1h)));
  HeaderProof listener(password_from("secret12"));
  const Bytes heard = sealed(theirs_, kNow + 2h);
  EXPECT_FALSE(refusal(heard));
  EXPECT_FALSE(listener.refusal(*Datagram::from_ipv4(heard)));
  const Bytes ours = sealed(ours_, kNow, kSender);  // as if from the same sender
  EXPECT_FALSE(listener.refusal(*Datagram::from_ipv4(ours)));
}

TEST_F(Header, WhoStartsAnewIsStillAboveItsOldNumbers) {
  EXPECT_FALSE(refusal(sealed(theirs_)));
  HeaderProof restarted(password_from("secret12"));
  EXPECT_FALSE(refusal(sealed(restarted, kNow + 300ms)));
}

TEST_F(Header, AnotherKeyIsNotOurs) {
  HeaderProof stranger(password_from("secret13"));
  EXPECT_EQ(refusal(sealed(stranger)), RejectReason::AuthPassword);
  ours_.set_key(password_from("secret13"));
  EXPECT_FALSE(refusal(sealed(stranger)));
}

TEST_F(Header, IsNoneIfSomethingElseIsBehindIt) {
  Bytes whole = sealed(theirs_);
  whole[net::kIpv4HeaderSize] = 6;
  EXPECT_FALSE(Datagram::from_ipv4(whole));
}

// ---- the trailer of auth_hmac ----

TrailerKey key(std::uint8_t id) {
  TrailerKey key{.id = id, .secret = Bytes(32)};
  std::iota(key.secret.begin(), key.secret.end(), id);
  return key;
}

TrailerConfig with_keys(std::vector<TrailerKey> keys) {
  const std::uint8_t first = keys.front().id;
  return {.keys = std::move(keys), .active_key = first};
}

class Trailer : public testing::Test {
 protected:
  Bytes sealed(WallClock when, const net::IpAddress& source = kSender) {
    return copy(theirs_.seal(packet(), source, when));
  }
  std::optional<RejectReason> refusal(std::span<const std::uint8_t> bytes, WallClock now = kNow,
                                      const net::IpAddress& source = kSender) {
    return ours_.refusal({source, kGroupIpv4, kHopLimit, bytes, {}, now});
  }

  TrailerProof theirs_{with_keys({key(1)})};
  TrailerProof ours_{with_keys({key(1), key(2)})};
};

TEST_F(Trailer, OfAPeerIsAcceptedAndDecodeIgnoresIt) {
  const auto bytes = sealed(kNow);
  EXPECT_EQ(bytes.size(), packet().size() + kTrailerSize);
  EXPECT_FALSE(refusal(bytes));
  EXPECT_TRUE(decode({kSender, kGroupIpv4, kHopLimit, bytes}));
}

// The digest was worked out with Python's hmac over the draft's message.
TEST_F(Trailer, HasTheBytesOfTheDraft) {
  const auto bytes = sealed(kNow + 500ms);
  EXPECT_EQ(
      Bytes(bytes.begin() + 12, bytes.end()),
      (Bytes{0x01, 0x01, 0x00, 0x00, 0x6b, 0x49, 0xd2, 0x00, 0x80, 0x00, 0x00, 0x00, 0xce, 0x0b,
             0x64, 0x6a, 0xb7, 0xe4, 0xe1, 0x9c, 0x7f, 0xa2, 0x5c, 0xdf, 0x66, 0x43, 0x62, 0x3f}));
}

TEST_F(Trailer, IsForgedIfAnyBitButTheChecksumDiffers) {
  const auto good = sealed(kNow);
  for (std::size_t bit = 16; bit < good.size() * 8; ++bit) {
    auto bad = good;
    bad[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    const bool is_checksum = bit / 8 == 6 || bit / 8 == 7;  // the kernel may fill it in later
    EXPECT_TRUE(is_checksum || refusal(bad)) << bit;
  }
  EXPECT_EQ(refusal(good, kNow, kOther), RejectReason::TrailerForged);
  EXPECT_FALSE(refusal(good));  // what was refused has moved no mark
}

TEST_F(Trailer, IsNotAcceptedTwice) {
  const auto first = sealed(kNow), second = sealed(kNow);
  EXPECT_FALSE(refusal(first));
  EXPECT_EQ(refusal(first), RejectReason::TrailerReplayed);
  EXPECT_FALSE(refusal(second));
  EXPECT_EQ(refusal(first), RejectReason::TrailerReplayed);
}

TEST_F(Trailer, IsNotAcceptedTwiceByAReloadEither) {
  const auto bytes = sealed(kNow);
  EXPECT_FALSE(refusal(bytes));
  ours_.configure(with_keys({key(2), key(1)}));
  EXPECT_EQ(refusal(bytes), RejectReason::TrailerReplayed);
}

TEST_F(Trailer, IsStaleOutsideTheWindow) {
  const auto bytes = sealed(kNow);
  EXPECT_EQ(refusal(bytes, kNow + 6s), RejectReason::TrailerStale);
  EXPECT_EQ(refusal(bytes, kNow - 6s), RejectReason::TrailerStale);
  EXPECT_FALSE(refusal(bytes, kNow + 5s));
}

TEST_F(Trailer, SaysWhenAClockIsAboutToLeaveTheWindow) {
  EXPECT_FALSE(refusal(sealed(kNow)));
  EXPECT_FALSE(ours_.is_clock_off());
  EXPECT_FALSE(refusal(sealed(kNow + 3s)));
  EXPECT_TRUE(ours_.is_clock_off());
}

TEST_F(Trailer, MissesOrIsMalformed) {
  EXPECT_EQ(refusal(packet()), RejectReason::TrailerMissing);
  auto bytes = sealed(kNow);
  bytes.push_back(0);
  EXPECT_EQ(refusal(bytes), RejectReason::TrailerMalformed);
  TrailerProof stranger(with_keys({key(9)}));
  EXPECT_EQ(refusal(stranger.seal(packet(), kSender, kNow)), RejectReason::TrailerUnknownKey);
}

TEST_F(Trailer, MayMissWhileTheOthersAreToldTheKeys) {
  for (const auto mode : {TrailerConfig::Mode::Permissive, TrailerConfig::Mode::ReceiveOnly}) {
    auto config = with_keys({key(1)});
    config.mode = mode;
    ours_.configure(config);
    EXPECT_FALSE(refusal(packet()));
    auto bytes = sealed(kNow);
    EXPECT_FALSE(refusal(bytes));
    EXPECT_EQ(refusal(bytes), RejectReason::TrailerReplayed);  // a bad one is bad in every mode
    bytes.back() ^= 1;
    EXPECT_EQ(refusal(bytes), RejectReason::TrailerForged);
    const bool is_sent = mode == TrailerConfig::Mode::Permissive;
    EXPECT_EQ(ours_.seal(packet(), kOther, kNow).size(),
              packet().size() + (is_sent ? kTrailerSize : 0));
  }
}

TEST_F(Trailer, WithoutAWindowHasOnlyToGrow) {
  auto config = with_keys({key(1)});
  config.window = std::nullopt;
  ours_.configure(config);
  TrailerProof other(config);
  const auto old = sealed(kNow - 1h);
  const auto now = sealed(kNow);
  EXPECT_FALSE(refusal(now));
  EXPECT_EQ(refusal(old), RejectReason::TrailerReplayed);
}

TEST_F(Trailer, NumbersGrowWhateverTheClockDoes) {
  EXPECT_FALSE(refusal(sealed(kNow)));
  EXPECT_FALSE(refusal(sealed(kNow)));
  EXPECT_FALSE(refusal(sealed(kNow - 3s)));
  EXPECT_FALSE(refusal(sealed(kNow + 500ms)));
}

// A clock that was an hour ahead, and was put right: receivers expect the right time.
TEST_F(Trailer, NumbersFollowAClockThatWasPutRight) {
  sealed(kNow + 1h);
  EXPECT_FALSE(refusal(sealed(kNow)));
}

// A receiver has few places, and gives that of who was silent for longest to who is new.
TEST(SenderMarks, ForgetsWhoWasHeardLongestAgo) {
  SenderMarks marks;
  for (std::uint32_t i = 0; i < 16; ++i) marks.of(net::IpAddress::v4(i)) = i;
  EXPECT_EQ(marks.of(net::IpAddress::v4(0)), 0);
  EXPECT_EQ(marks.of(net::IpAddress::v4(100)), std::nullopt);
  EXPECT_EQ(marks.of(net::IpAddress::v4(0)), 0);
  EXPECT_EQ(marks.of(net::IpAddress::v4(1)), std::nullopt);
}

}  // namespace
}  // namespace vrrp
