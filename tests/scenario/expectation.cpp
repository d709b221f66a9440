#include "expectation.h"

#include <algorithm>
#include <chrono>

namespace scenario {

using vrrp::Cause;
using vrrp::Duration;
using vrrp::Instant;
using vrrp::Priority;
using vrrp::Version;

void Expectation::became_backup(const vrrp::Transition& transition,
                                const vrrp::AdvertisementReceived* packet, Priority effective,
                                Instant now) {
  const Cause cause = transition.reason.cause;
  const bool is_recovery = transition.from == vrrp::State::Fault;
  const bool is_hinted = transition.from == vrrp::State::Initialize && config_.starts_active;
  kind_ = Kind::Down;
  if (cause == Cause::Slept || is_hinted || (is_recovery && effective.is_owner()))
    kind_ = Kind::Short;
  short_priority_ = is_hinted ? Priority::owner() : effective;
  is_exact_ = true;
  is_tolerating_ = false;
  lower_.reset();
  base_ = not_before_ = now;
  interval_ = config_.interval;
  has_followed_ = is_grouped_ && transition.from == vrrp::State::Active;
  const bool has_yielded = cause == Cause::HigherPriority || cause == Cause::HigherAddress;
  if (has_yielded && packet != nullptr && config_.version == Version::V3)
    interval_ = packet->advertisement.interval;
}

bool Expectation::received(const vrrp::AdvertisementReceived& packet, Priority effective,
                           Instant now) {
  const Priority theirs = packet.advertisement.priority;
  if (theirs.value() == 0) {
    kind_ = Kind::Skew;
    lower_.reset();
    base_ = not_before_ = now;
    is_exact_ = true;
    return false;
  }
  const bool is_worse = theirs.value() < effective.value();
  if (!is_worse) is_tolerating_ = false;
  if (is_worse && config_.preempt && !is_tolerating_) {
    is_tolerating_ = true;
    tolerated_until_ = now + config_.preempt_delay;
  }
  const bool preempts = effective.value() == 255 || (config_.preempt && now >= tolerated_until_);
  if (is_worse && preempts) {
    lower_ = Lower{now, packet.advertisement.interval};
    return false;
  }
  lower_.reset();
  kind_ = Kind::Down;
  is_exact_ = true;
  base_ = not_before_ = now;
  if (config_.version == Version::V3) interval_ = packet.advertisement.interval;
  return true;
}

bool Expectation::reconfigured(const vrrp::RouterConfig& config, Priority effective) {
  config_ = config;
  if (!lower_ || config_.preempt || effective.is_owner()) return false;
  kind_ = Kind::Down;
  is_exact_ = true;
  base_ = not_before_ = lower_->heard;
  if (config_.version == Version::V3) interval_ = lower_->interval;
  lower_.reset();
  return true;
}

void Expectation::stood_aside(Priority effective, Instant now) {
  is_exact_ = false;
  not_before_ = std::max(not_before_, now + 3 * interval_ + skew(effective));
}

void Expectation::slept(Priority effective, Instant now) {
  is_exact_ = false;
  not_before_ = std::max(not_before_, now + interval_ + skew(effective));
}

Instant Expectation::due(Priority effective) const {
  const Instant due = timer_end(effective);
  return has_followed_ ? due + config_.interval : due;  // or anything between the two
}

Instant Expectation::timer_end(Priority effective) const {
  Instant due = base_;
  if (kind_ == Kind::Down) due += 3 * interval_ + skew(effective);
  if (kind_ == Kind::Skew) due += skew(effective);
  if (kind_ == Kind::Short)
    due += interval_ + std::max(skew(short_priority_), is_exact_ ? Duration{} : skew(effective));
  return is_exact_ ? due : std::max(due, not_before_);
}

// Worked out in whole microseconds, version 2 in parts of a second.
Duration Expectation::skew(Priority priority) const {
  const std::int64_t unit =
      config_.version == Version::V2
          ? 1'000'000
          : std::chrono::duration_cast<std::chrono::microseconds>(interval_).count();
  return std::chrono::microseconds((256 - priority.value()) * unit / 256);
}

}  // namespace scenario
