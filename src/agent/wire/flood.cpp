#include "agent/wire/flood.h"

namespace agent::wire {
namespace {

using namespace std::chrono_literals;

constexpr auto kWindow = 50ms;
// 2000 packets a second are a flood, or hundreds of routers; 1000 are none any more.
constexpr std::size_t kMany = 100;
constexpr std::size_t kFew = 50;
// Looking costs 25 wake-ups in a window (every 2 ms). Packets that come in few bursts cost less
// when they wake us.
constexpr std::size_t kManyWakes = 25;
constexpr std::size_t kFewWakes = 8;
constexpr auto kStrictWindow = 1s;
constexpr std::size_t kFewSamples = 1000 / kSampleOf;

}  // namespace

void Flood::note(Instant now, std::size_t packets, std::size_t hopeless) {
  if (now - window_ >= kWindow) {
    if (packets_ < kFew || wakes_ < kFewWakes) is_busy_ = false;
    window_ = now;
    packets_ = 0;
    wakes_ = 0;
    hopeless_ = 0;
  }
  packets_ += packets;
  hopeless_ += hopeless;
  if (packets > 0) ++wakes_;
  if (packets_ >= kMany && wakes_ >= kManyWakes) is_busy_ = true;
  if (is_strict_) {
    dropped_ += hopeless * (kSampleOf - 1);
    samples_ += hopeless;
    if (now - strict_window_ < kStrictWindow) return;
    is_strict_ = samples_ > kFewSamples;
    strict_window_ = now;
    samples_ = 0;
  } else if (hopeless_ >= kMany) {
    is_strict_ = true;
    strict_window_ = now;
    samples_ = 0;
  }
}

}  // namespace agent::wire
