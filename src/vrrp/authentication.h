// Proofs that a packet comes from somebody who has the key: the authentication header that
// keepalived puts before version 2 packets (auth_type AH: RFC 2402 with HMAC-MD5-96), and the
// trailer that keepalived 2.4 puts behind those of any version (auth_hmac). Pure: bytes, keys and
// times in.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "vrrp/config.h"
#include "vrrp/packet.h"

namespace vrrp {

// An IPv4 packet whose payload has its authentication header before it. `packet` is the packet
// without one, from its IP header on (without options).
std::vector<std::uint8_t> add_authentication_header(std::span<const std::uint8_t> packet,
                                                    const Password& key, std::uint32_t sequence);

struct AuthenticatedPacket {
  Datagram datagram;  // points into the packet
  std::uint32_t sequence = 0;
};
// Truncated: no such header, or not whole. AuthPassword: not made with this key.
std::expected<AuthenticatedPacket, RejectReason> open_authentication_header(
    std::span<const std::uint8_t> packet, const Password& key);

// keepalived 2.4's auth_hmac.
inline constexpr std::size_t kTrailerSize = 28;

// Seconds of UTC, their 65536th parts, and a counter: 32, 16 and 16 bits.
using TrailerSequence = std::uint64_t;

// Numbers that follow the clock and always grow, also if it stands still or goes back a little.
class TrailerCounter {
 public:
  explicit TrailerCounter(std::chrono::seconds window) : window_(window) {}
  TrailerSequence next(WallClock now);

 private:
  std::chrono::seconds window_;
  TrailerSequence last_ = 0;
};

// Appends the trailer to the bytes of encode().
void sign(std::vector<std::uint8_t>& packet, const net::IpAddress& source, const TrailerKey& key,
          TrailerSequence sequence);

enum class TrailerFault { Missing, Malformed, UnknownKey, Stale, Forged, Replayed };
std::string_view name(TrailerFault fault);

// What a receiver keeps: the keys, and the last number of each sender.
class TrailerVerifier {
 public:
  // Without a window only growth is asked for (anti_replay monotonic).
  TrailerVerifier(std::vector<TrailerKey> keys, std::optional<std::chrono::seconds> window)
      : keys_(std::move(keys)), window_(window) {}

  // `datagram` holds the VRRP packet and the trailer, and nothing behind that.
  std::expected<void, TrailerFault> verify(const Datagram& datagram, WallClock now);

 private:
  struct Sender {
    net::IpAddress address;
    TrailerSequence last = 0;
    std::uint64_t used = 0;
  };

  bool is_fresh(TrailerSequence sequence, WallClock now) const;
  bool is_new(const net::IpAddress& sender, TrailerSequence sequence, WallClock now);

  std::vector<TrailerKey> keys_;
  std::optional<std::chrono::seconds> window_;
  std::array<std::optional<Sender>, 16> senders_{};
  std::uint64_t uses_ = 0;
};

}  // namespace vrrp
