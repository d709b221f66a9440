// Proofs that a packet comes from somebody who has the key: the authentication header that
// keepalived puts before version 2 packets (auth_type AH: RFC 2402 with HMAC-MD5-96), and the
// trailer that keepalived 2.4 puts behind those of any version (auth_hmac). Each class is one
// router's side of it: it numbers and signs what is sent, verifies what is received, and remembers
// the last number of each peer, since packets may be recorded and sent again. Neither allocates
// once it is made.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "net/ipv4_header.h"
#include "vrrp/config.h"
#include "vrrp/hmac.h"
#include "vrrp/packet.h"

namespace vrrp {

inline constexpr std::size_t kTrailerSize = 28;

// The highest number of each sender. Only who has the key gets in, so that few places are enough.
class SenderMarks {
 public:
  // Nothing yet, for a sender that is new; it takes the place of who was heard longest ago.
  std::optional<std::uint64_t>& of(const net::IpAddress& sender);

 private:
  struct Sender {
    net::IpAddress address;
    std::optional<std::uint64_t> number = {};
    std::uint64_t used = 0;
  };

  std::array<std::optional<Sender>, 16> senders_{};
  std::uint64_t uses_ = 0;
};

class HeaderProof {
 public:
  explicit HeaderProof(const Password& key);
  void set_key(const Password& key);

  // The authentication header and the packet behind it. `before` is the IP header that will stand
  // before them. Valid until the next call.
  std::span<const std::uint8_t> seal(std::span<const std::uint8_t> packet,
                                     const net::Ipv4Header& before, WallClock utc);
  // Why a packet that has an authentication header is not to be believed.
  std::optional<RejectReason> refusal(const Datagram& datagram);

 private:
  std::uint32_t next(WallClock utc);

  Hmac hmac_;
  SenderMarks marks_;
  std::uint32_t highest_ = 0;  // sent or heard
  std::vector<std::uint8_t> sealed_;
};

// Seconds of UTC, their 65536th parts, and a counter: 32, 16 and 16 bits.
using TrailerSequence = std::uint64_t;

class TrailerProof {
 public:
  // The configuration must have passed check().
  explicit TrailerProof(const TrailerConfig& config);
  void configure(const TrailerConfig& config);

  // The packet and the trailer behind it, or only the packet if the mode says so. Valid until the
  // next call.
  std::span<const std::uint8_t> seal(std::span<const std::uint8_t> packet,
                                     const net::IpAddress& source, WallClock utc);
  std::optional<RejectReason> refusal(const Datagram& datagram);
  // Of the last packet that was accepted: whether its sender's clock is off by more than half of
  // what is tolerated.
  bool is_clock_off() const { return is_clock_off_; }

 private:
  struct Key {
    std::uint8_t id;
    Hmac hmac;
  };

  TrailerSequence next(WallClock utc);
  const Hmac* key(std::uint8_t id) const;
  bool is_fresh(TrailerSequence sequence, WallClock utc) const;
  bool is_new(const net::IpAddress& sender, TrailerSequence sequence, WallClock utc);

  TrailerConfig::Mode mode_ = TrailerConfig::Mode::Enforce;
  std::optional<std::chrono::seconds> window_;
  std::vector<Key> keys_;
  std::uint8_t active_key_ = 0;
  SenderMarks marks_;
  TrailerSequence last_sent_ = 0;
  bool is_clock_off_ = false;
  std::vector<std::uint8_t> sealed_;
};

}  // namespace vrrp
