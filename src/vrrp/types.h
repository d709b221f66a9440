// The small words of VRRP. Seconds, centiseconds and byte order stay in packet.cpp; everywhere else
// time is std::chrono, and "now" is an argument.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string_view>

#include "base/error.h"

namespace vrrp {

// CLOCK_MONOTONIC: steps of the wall clock must not move an election.
using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
// UTC, which only the trailer of auth_hmac needs: its numbers are times that all routers share.
using WallClock = std::chrono::system_clock::time_point;

enum class Version : std::uint8_t { V2 = 2, V3 = 3 };

// Which virtual router of a link, 1..255.
class VirtualRouterId {
 public:
  static base::Result<VirtualRouterId> from(int value);
  constexpr std::uint8_t value() const { return value_; }
  friend constexpr auto operator<=>(VirtualRouterId, VirtualRouterId) = default;

 private:
  constexpr explicit VirtualRouterId(std::uint8_t value) : value_(value) {}
  std::uint8_t value_;
};

// 0: the sender resigns. 1..254: backups. 255: the owner of the addresses. A configuration can
// have 1..255, which is what from() takes.
class Priority {
 public:
  constexpr explicit Priority(std::uint8_t value) : value_(value) {}
  static base::Result<Priority> from(int value);
  static constexpr Priority resigning() { return Priority(0); }
  static constexpr Priority owner() { return Priority(255); }

  constexpr std::uint8_t value() const { return value_; }
  constexpr bool is_resigning() const { return value_ == 0; }
  constexpr bool is_owner() const { return value_ == 255; }
  friend constexpr auto operator<=>(Priority, Priority) = default;

 private:
  std::uint8_t value_;
};

// RFC 9568 section 6.4, and keepalived's Fault: not taking part while something it needs is broken.
enum class State { Initialize, Backup, Active, Fault };
std::string_view name(State state);  // "initialize", "backup", "active", "fault"

// The checksum of a v3 packet over IPv4. RFC 5798 was read as "with" by open source routers; RFC
// 9568 section 5.2.8 says "without", as Cisco, Juniper and Arista had it. v2 has it without, IPv6
// with.
enum class ChecksumForm {
  WithPseudoHeader,
  WithoutPseudoHeader,
  // The group in the pseudo header although the packet goes to one router: keepalived before 1.3.6
  // in unicast.
  WithGroupPseudoHeader,
};
std::string_view name(ChecksumForm form);

// RFC 9568 section 6.1 and RFC 3768 section 6.1.
// Skew_Time: the lower the priority the longer the wait, so that the best backup speaks first. In
// version 2 it is a part of a second, in version 3 of the active router's interval.
Duration skew_time(Version version, Priority priority, Duration interval);
// Active_Down_Interval: silence of this length is the active router's death. `adverts` is 3, except
// with keepalived's down_timer_adverts.
Duration down_interval(Version version, Priority priority, Duration interval, int adverts = 3);

}  // namespace vrrp
