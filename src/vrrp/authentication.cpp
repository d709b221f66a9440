#include "vrrp/authentication.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cassert>

namespace vrrp {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kIcvAt = 12;
constexpr std::size_t kIcvSize = 12;  // HMAC-MD5-96
constexpr std::size_t kTrailerMacSize = 16;
constexpr std::size_t kTrailerMacAt = kTrailerSize - kTrailerMacSize;
constexpr std::uint8_t kHmacSha256 = 1;
constexpr std::size_t kChecksumAt = 6;  // in the VRRP packet
constexpr std::size_t kChecksumSize = 2;
constexpr std::size_t kPseudoSize = 20;
constexpr std::array<std::uint8_t, kTrailerMacSize> kZeros{};

// OpenSSL's comparison takes as long for a digest that is nearly right as for one that is not.
bool matches(Bytes expected, Bytes got) {
  return CRYPTO_memcmp(expected.data(), got.data(), got.size()) == 0;
}

std::uint64_t get(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes.subspan(at, size)) value = value << 8 | byte;
  return value;
}

void put(std::span<std::uint8_t> bytes, std::size_t at, std::size_t size, std::uint64_t value) {
  for (std::size_t i = size; i > 0; --i, value >>= 8)
    bytes[at + i - 1] = static_cast<std::uint8_t>(value);
}

// `headers`: the IP header and the authentication header. RFC 2402 section 3.3.3.1: what routers
// change counts as zero, and so does the digest itself. No router touches link-local multicast, and
// so keepalived counts the TTL of that as it is.
Hmac::Digest header_digest(const Hmac& hmac, Bytes headers, Bytes packet) {
  std::array<std::uint8_t, net::kIpv4HeaderSize + kAuthenticationHeaderSize> immutable{};
  std::ranges::copy(headers, immutable.begin());
  const bool is_multicast = (immutable[16] & 0xf0) == 0xe0;
  immutable[1] = 0;                     // type of service
  put(immutable, 6, 2, 0);              // flags and offset
  if (!is_multicast) immutable[8] = 0;  // TTL
  put(immutable, 10, 2, 0);             // checksum
  std::fill_n(immutable.begin() + net::kIpv4HeaderSize + kIcvAt, kIcvSize, std::uint8_t{0});
  return hmac.digest({immutable, packet});
}

// The draft: the family, the version, the VRID and the source are covered, but not the IP header;
// the checksum is not, since the kernel may fill it in later. `packet` ends before the digest.
Hmac::Digest trailer_digest(const Hmac& hmac, Bytes packet, const net::IpAddress& source) {
  std::array<std::uint8_t, kPseudoSize> pseudo{};
  pseudo[0] = source.is_v4() ? 4 : 6;
  pseudo[1] = static_cast<std::uint8_t>(packet[0] >> 4);
  pseudo[2] = packet[1];
  std::ranges::copy(source.bytes(), pseudo.begin() + 4);
  return hmac.digest({pseudo, packet.first(kChecksumAt), Bytes(kZeros).first(kChecksumSize),
                      packet.subspan(kChecksumAt + kChecksumSize), kZeros});
}

TrailerSequence sequence_of(WallClock now) {
  const auto since = now.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since);
  const auto nanoseconds = std::chrono::duration_cast<std::chrono::nanoseconds>(since - seconds);
  const auto part = (static_cast<std::uint64_t>(nanoseconds.count()) << 16) / 1'000'000'000U;
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(seconds.count())) << 32 | part << 16;
}

// RFC 1982: right also where the number wraps.
bool is_after(TrailerSequence a, TrailerSequence b) {
  return static_cast<std::int64_t>(a - b) > 0;
}

std::chrono::seconds ahead(TrailerSequence sequence, WallClock now) {
  const auto difference = static_cast<std::uint32_t>(sequence >> 32) -
                          static_cast<std::uint32_t>(sequence_of(now) >> 32);
  return std::chrono::seconds(static_cast<std::int32_t>(difference));
}

// Quarters of a second since 2020, which are enough until 2054.
std::uint32_t header_clock(WallClock now) {
  using std::chrono_literals::operator""y;
  constexpr std::chrono::sys_days kStart = 2020y / 1 / 1;
  using Quarters = std::chrono::duration<std::int64_t, std::ratio<1, 4>>;
  const auto quarters = std::chrono::floor<Quarters>(now - kStart).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(quarters, 0, UINT32_MAX));
}

}  // namespace

std::optional<std::uint64_t>& SenderMarks::of(const net::IpAddress& sender) {
  auto slot = std::ranges::find_if(
      senders_, [&](const auto& known) { return known && known->address == sender; });
  if (slot == senders_.end()) {
    slot = std::ranges::min_element(
        senders_, {}, [](const auto& known) { return known ? known->used : std::uint64_t{0}; });
    *slot = Sender{.address = sender};
  }
  (*slot)->used = ++uses_;
  return (*slot)->number;
}

HeaderProof::HeaderProof(const Password& key) : hmac_(Hmac::Hash::Md5, key) {}

void HeaderProof::set_key(const Password& key) {
  hmac_ = Hmac(Hmac::Hash::Md5, key);
}

// Above all that was sent or heard: keepalived has one number for all routers of a VRID, and
// refuses what is not above it. From the clock, so that a router that starts anew does not begin
// below what its peers remember of it.
std::uint32_t HeaderProof::next(WallClock utc) {
  if (highest_ != UINT32_MAX) ++highest_;  // RFC 2402 section 3.3.2: it must not wrap
  highest_ = std::max(highest_, header_clock(utc));
  return highest_;
}

std::span<const std::uint8_t> HeaderProof::seal(Bytes packet, const net::Ipv4Header& before,
                                                WallClock utc) {
  std::array<std::uint8_t, net::kIpv4HeaderSize + kAuthenticationHeaderSize> headers{};
  std::ranges::copy(net::encode(before, kAuthenticationHeaderSize + packet.size()),
                    headers.begin());
  const auto header = std::span(headers).subspan(net::kIpv4HeaderSize);
  header[0] = kIpProtocol;
  header[1] = kAuthenticationHeaderLength;
  // keepalived identifies the association by the source address.
  std::ranges::copy(before.source.bytes(), header.begin() + 4);
  put(header, 8, 4, next(utc));
  const auto digest = header_digest(hmac_, headers, packet);
  std::copy_n(digest.begin(), kIcvSize, header.begin() + kIcvAt);
  sealed_.assign(header.begin(), header.end());
  sealed_.insert(sealed_.end(), packet.begin(), packet.end());
  return sealed_;
}

std::optional<RejectReason> HeaderProof::refusal(const Datagram& datagram) {
  const Bytes whole = datagram.authenticated;
  constexpr std::size_t kHeaders = net::kIpv4HeaderSize + kAuthenticationHeaderSize;
  assert(whole.size() >= kHeaders);  // from_ipv4() has seen to that
  const Bytes header = whole.subspan(net::kIpv4HeaderSize, kAuthenticationHeaderSize);
  const auto digest = header_digest(hmac_, whole.first(kHeaders), whole.subspan(kHeaders));
  const bool is_of_sender = std::ranges::equal(header.subspan(4, 4), datagram.source.bytes());
  if (!matches(digest, header.subspan(kIcvAt, kIcvSize)) || !is_of_sender)
    return RejectReason::AuthPassword;
  const auto number = static_cast<std::uint32_t>(get(header, 8, 4));
  auto& mark = marks_.of(datagram.source);
  if (mark && number <= *mark) return RejectReason::AuthReplayed;
  mark = number;
  highest_ = std::max(highest_, number);
  return std::nullopt;
}

TrailerProof::TrailerProof(const TrailerConfig& config) {
  configure(config);
}

// What is known of numbers stays: a reload is no chance for what was recorded before.
void TrailerProof::configure(const TrailerConfig& config) {
  mode_ = config.mode;
  window_ = config.window;
  active_key_ = config.active_key;
  keys_.clear();
  for (const TrailerKey& key : config.keys)
    keys_.push_back({key.id, Hmac(Hmac::Hash::Sha256, key.secret)});
}

TrailerSequence TrailerProof::next(WallClock utc) {
  const TrailerSequence clock = sequence_of(utc);
  // A clock that was put back far: receivers would refuse what goes on from there. Without a window
  // they would refuse what does not.
  const bool was_put_back = window_ && ahead(last_sent_, utc) > *window_;
  if (is_after(clock, last_sent_) || was_put_back)
    last_sent_ = clock;
  else
    ++last_sent_;
  return last_sent_;
}

const Hmac* TrailerProof::key(std::uint8_t id) const {
  const auto found = std::ranges::find(keys_, id, &Key::id);
  return found == keys_.end() ? nullptr : &found->hmac;
}

std::span<const std::uint8_t> TrailerProof::seal(Bytes packet, const net::IpAddress& source,
                                                 WallClock utc) {
  const Hmac* hmac = key(active_key_);
  if (mode_ == TrailerConfig::Mode::ReceiveOnly || hmac == nullptr) return packet;
  sealed_.assign(packet.begin(), packet.end());
  sealed_.resize(packet.size() + kTrailerSize);
  const auto trailer = std::span(sealed_).subspan(packet.size());
  trailer[0] = kHmacSha256;
  trailer[1] = active_key_;
  put(trailer, 4, 8, next(utc));
  const auto digest =
      trailer_digest(*hmac, Bytes(sealed_).first(packet.size() + kTrailerMacAt), source);
  std::copy_n(digest.begin(), kTrailerMacSize, trailer.begin() + kTrailerMacAt);
  return sealed_;
}

std::optional<RejectReason> TrailerProof::refusal(const Datagram& datagram) {
  is_clock_off_ = false;
  const Bytes packet = datagram.payload;
  const auto size = packet_size(packet, datagram.source.family());
  if (!size || packet.size() == *size)
    return mode_ == TrailerConfig::Mode::Enforce ? std::optional(RejectReason::TrailerMissing)
                                                 : std::nullopt;
  if (packet.size() != *size + kTrailerSize) return RejectReason::TrailerMalformed;
  const Bytes trailer = packet.subspan(*size);
  if (trailer[0] != kHmacSha256 || trailer[2] != 0 || trailer[3] != 0)
    return RejectReason::TrailerMalformed;
  const Hmac* hmac = key(trailer[1]);
  if (hmac == nullptr) return RejectReason::TrailerUnknownKey;
  const TrailerSequence sequence = get(trailer, 4, 8);
  // Before the digest, so that a flood of old packets costs little.
  if (!is_fresh(sequence, datagram.utc)) return RejectReason::TrailerStale;
  const auto digest = trailer_digest(*hmac, packet.first(*size + kTrailerMacAt), datagram.source);
  if (!matches(digest, trailer.subspan(kTrailerMacAt, kTrailerMacSize)))
    return RejectReason::TrailerForged;
  if (!is_new(datagram.source, sequence, datagram.utc)) return RejectReason::TrailerReplayed;
  is_clock_off_ = window_ && 2 * std::chrono::abs(ahead(sequence, datagram.utc)) > *window_;
  return std::nullopt;
}

bool TrailerProof::is_fresh(TrailerSequence sequence, WallClock utc) const {
  return !window_ || std::chrono::abs(ahead(sequence, utc)) <= *window_;
}

// Only after the digest: what is forged must not move a mark, nor drive a sender from the table.
bool TrailerProof::is_new(const net::IpAddress& sender, TrailerSequence sequence, WallClock utc) {
  auto& mark = marks_.of(sender);
  // A mark outside the window forbids only what the window forbids already. Forgetting it lets a
  // sender whose clock was put right speak again.
  if (mark && is_fresh(*mark, utc) && !is_after(sequence, *mark)) return false;
  mark = sequence;
  return true;
}

}  // namespace vrrp
