// Notices when a socket is flooded, and what to do about it. Pure.
//
// Two remedies: to look at intervals instead of being woken for every packet, which any flood
// deserves (and hundreds of routers, which speak as often) unless it comes in bursts; and to let
// the kernel drop, but for a sample, what cannot be an advertisement by its header.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace agent::wire {

// Of the packets that the kernel drops as hopeless, one in so many passes, to be counted and named.
inline constexpr std::uint32_t kSampleOf = 64;

class Flood {
 public:
  using Instant = std::chrono::steady_clock::time_point;

  // A look at the socket has given so many packets, and so many of those were hopeless.
  void note(Instant now, std::size_t packets, std::size_t hopeless);

  bool is_busy() const { return is_busy_; }      // look at intervals
  bool is_strict() const { return is_strict_; }  // let the kernel drop
  // An estimate: what the samples stood for.
  std::uint64_t dropped() const { return dropped_; }

 private:
  Instant window_{};  // its start
  std::size_t packets_ = 0;
  std::size_t wakes_ = 0;  // looks that found any
  std::size_t hopeless_ = 0;
  Instant strict_window_{};
  std::size_t samples_ = 0;
  bool is_busy_ = false;
  bool is_strict_ = false;
  std::uint64_t dropped_ = 0;
};

}  // namespace agent::wire
