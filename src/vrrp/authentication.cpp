#include "vrrp/authentication.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <cassert>

#include "net/ipv4_header.h"

namespace vrrp {
namespace {

using Bytes = std::span<const std::uint8_t>;

constexpr std::size_t kAuthenticationHeaderSize = 24;  // 12, and as many of the digest
constexpr std::size_t kIcvAt = 12;
constexpr std::size_t kIcvSize = 12;  // HMAC-MD5-96
constexpr std::size_t kTrailerMacSize = 16;
constexpr std::size_t kTrailerMacAt = kTrailerSize - kTrailerMacSize;
constexpr std::uint8_t kHmacSha256 = 1;
constexpr std::size_t kChecksumAt = 6;  // in the VRRP packet
constexpr std::size_t kPseudoSize = 20;

std::vector<std::uint8_t> hmac(const EVP_MD* algorithm, Bytes key, Bytes message) {
  std::vector<std::uint8_t> digest(EVP_MAX_MD_SIZE);
  unsigned size = 0;
  // Without the algorithm (a FIPS provider has no MD5) the digest is empty and matches nothing.
  if (HMAC(algorithm, key.data(), static_cast<int>(key.size()), message.data(), message.size(),
           digest.data(), &size) == nullptr)
    return {};
  digest.resize(size);
  return digest;
}

bool matches(Bytes expected, Bytes got, std::size_t size) {
  return expected.size() >= size && got.size() >= size &&
         CRYPTO_memcmp(expected.data(), got.data(), size) == 0;
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

// RFC 2402 section 3.3.3.1: what routers change counts as zero, and so does the digest itself. No
// router touches link-local multicast, and so keepalived counts the TTL of that as it is.
std::vector<std::uint8_t> header_digest(Bytes packet, const Password& key) {
  std::vector<std::uint8_t> immutable(packet.begin(), packet.end());
  const bool is_multicast = (packet[16] & 0xf0) == 0xe0;
  immutable[1] = 0;                     // type of service
  put(immutable, 6, 2, 0);              // flags and offset
  if (!is_multicast) immutable[8] = 0;  // TTL
  put(immutable, 10, 2, 0);             // checksum
  std::fill_n(immutable.begin() + net::kIpv4HeaderSize + kIcvAt, kIcvSize, std::uint8_t{0});
  return hmac(EVP_md5(), key, immutable);
}

// The draft: the family, the version, the VRID and the source are covered, but not the IP header;
// the checksum is not, since the kernel may fill it in later.
std::vector<std::uint8_t> trailer_digest(Bytes packet, const net::IpAddress& source,
                                         const TrailerKey& key) {
  std::vector<std::uint8_t> message(kPseudoSize);
  message[0] = source.is_v4() ? 4 : 6;
  message[1] = static_cast<std::uint8_t>(packet[0] >> 4);
  message[2] = packet[1];
  std::ranges::copy(source.bytes(), message.begin() + 4);
  message.insert(message.end(), packet.begin(), packet.end());
  put(message, kPseudoSize + kChecksumAt, 2, 0);
  std::fill(message.end() - kTrailerMacSize, message.end(), std::uint8_t{0});
  return hmac(EVP_sha256(), key.secret, message);
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

}  // namespace

std::vector<std::uint8_t> add_authentication_header(Bytes packet, const Password& key,
                                                    std::uint32_t sequence) {
  assert(packet.size() >= net::kIpv4HeaderSize + 2 && (packet[0] & 0x0f) == 5);
  auto header = net::parse_ipv4(packet)->header;
  const Bytes payload = packet.subspan(net::kIpv4HeaderSize);
  header.protocol = kAuthenticationHeaderProtocol;
  const auto outer = net::encode(header, kAuthenticationHeaderSize + payload.size());
  std::vector<std::uint8_t> out(outer.size() + kAuthenticationHeaderSize + payload.size());
  std::ranges::copy(outer, out.begin());
  std::ranges::copy(payload, out.end() - static_cast<std::ptrdiff_t>(payload.size()));
  const auto inner = std::span(out).subspan(outer.size());
  inner[0] = kIpProtocol;
  inner[1] = kAuthenticationHeaderSize / 4 - 2;  // RFC 2402 section 2.2
  // keepalived identifies the association by the source address.
  std::ranges::copy(header.source.bytes(), inner.begin() + 4);
  put(inner, 8, 4, sequence);
  const auto digest = header_digest(out, key);
  std::ranges::copy(std::span(digest).first(std::min(kIcvSize, digest.size())),
                    inner.begin() + kIcvAt);
  return out;
}

std::expected<AuthenticatedPacket, RejectReason> open_authentication_header(Bytes packet,
                                                                            const Password& key) {
  const auto ip = net::parse_ipv4(packet);
  // Options would stand between the fixed header and ours; nobody sends any.
  if (!ip || ip->header.protocol != kAuthenticationHeaderProtocol || (packet[0] & 0x0f) != 5 ||
      ip->payload.size() < kAuthenticationHeaderSize)
    return std::unexpected(RejectReason::Truncated);
  const Bytes header = ip->payload.first(kAuthenticationHeaderSize);
  if (header[0] != kIpProtocol || header[1] != kAuthenticationHeaderSize / 4 - 2)
    return std::unexpected(RejectReason::AuthType);
  const Bytes whole = packet.first(net::kIpv4HeaderSize + ip->payload.size());
  if (!matches(header_digest(whole, key), header.subspan(kIcvAt), kIcvSize))
    return std::unexpected(RejectReason::AuthPassword);
  return AuthenticatedPacket{
      .datagram = {.source = ip->header.source,
                   .destination = ip->header.destination,
                   .hop_limit = ip->header.ttl,
                   .payload = ip->payload.subspan(kAuthenticationHeaderSize)},
      .sequence = static_cast<std::uint32_t>(get(header, 8, 4))};
}

TrailerSequence TrailerCounter::next(WallClock now) {
  const TrailerSequence clock = sequence_of(now);
  // A clock that was put back far: receivers would refuse what goes on from there.
  if (is_after(clock, last_) || ahead(last_, now) > window_)
    last_ = clock;
  else
    ++last_;
  return last_;
}

void sign(std::vector<std::uint8_t>& packet, const net::IpAddress& source, const TrailerKey& key,
          TrailerSequence sequence) {
  const std::size_t at = packet.size();
  packet.resize(at + kTrailerSize);
  packet[at] = kHmacSha256;
  packet[at + 1] = key.id;
  put(packet, at + 4, 8, sequence);
  const auto digest = trailer_digest(packet, source, key);
  std::copy_n(digest.begin(), std::min(kTrailerMacSize, digest.size()),
              packet.begin() + static_cast<std::ptrdiff_t>(at + kTrailerMacAt));
}

std::string_view name(TrailerFault fault) {
  switch (fault) {
    case TrailerFault::Missing:
      return "trailer-missing";
    case TrailerFault::Malformed:
      return "trailer-malformed";
    case TrailerFault::UnknownKey:
      return "trailer-unknown-key";
    case TrailerFault::Stale:
      return "trailer-stale";
    case TrailerFault::Forged:
      return "trailer-forged";
    case TrailerFault::Replayed:
      return "trailer-replayed";
  }
  return "?";
}

std::expected<void, TrailerFault> TrailerVerifier::verify(const Datagram& datagram, WallClock now) {
  const Bytes packet = datagram.payload;
  const auto size = packet_size(packet, datagram.source.family());
  if (!size || packet.size() == *size) return std::unexpected(TrailerFault::Missing);
  if (packet.size() != *size + kTrailerSize) return std::unexpected(TrailerFault::Malformed);
  const Bytes trailer = packet.subspan(*size);
  if (trailer[0] != kHmacSha256 || trailer[2] != 0 || trailer[3] != 0)
    return std::unexpected(TrailerFault::Malformed);
  const auto key = std::ranges::find(keys_, trailer[1], &TrailerKey::id);
  if (key == keys_.end()) return std::unexpected(TrailerFault::UnknownKey);
  const TrailerSequence sequence = get(trailer, 4, 8);
  // Before the digest, so that a flood of old packets costs little.
  if (!is_fresh(sequence, now)) return std::unexpected(TrailerFault::Stale);
  if (!matches(trailer_digest(packet, datagram.source, *key), trailer.subspan(kTrailerMacAt),
               kTrailerMacSize))
    return std::unexpected(TrailerFault::Forged);
  if (!is_new(datagram.source, sequence, now)) return std::unexpected(TrailerFault::Replayed);
  return {};
}

bool TrailerVerifier::is_fresh(TrailerSequence sequence, WallClock now) const {
  return !window_ || std::chrono::abs(ahead(sequence, now)) <= *window_;
}

// Only after the digest: what is forged must not move a mark, nor drive a sender from the table.
bool TrailerVerifier::is_new(const net::IpAddress& sender, TrailerSequence sequence,
                             WallClock now) {
  const auto used = [](const std::optional<Sender>& slot) { return slot ? slot->used : 0; };
  auto slot = std::ranges::find_if(
      senders_, [&](const auto& known) { return known && known->address == sender; });
  if (slot == senders_.end()) {
    slot = std::ranges::min_element(senders_, {}, used);
    *slot = Sender{.address = sender, .last = sequence - 1};
  }
  // A mark outside the window forbids only what the window forbids already. Forgetting it lets a
  // sender whose clock was put right speak again.
  if (!is_fresh((*slot)->last, now)) (*slot)->last = sequence - 1;
  (*slot)->used = ++uses_;
  if (!is_after(sequence, (*slot)->last)) return false;
  (*slot)->last = sequence;
  return true;
}

}  // namespace vrrp
