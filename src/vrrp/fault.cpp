// Whether a router can take part, and with which priority: keepalived's Fault state and weights.
#include <algorithm>
#include <cstdint>
#include <utility>

#include "vrrp/router.h"

namespace vrrp {
namespace {

// keepalived: a weighted file's sum at or below this is a Fault.
constexpr int kFaultValue = -254;

}  // namespace

void Router::on(const LinkUp&, Turn turn) {
  is_link_up_ = true;
  settle({.cause = Cause::LinkUp}, turn);
}

void Router::on(const LinkDown&, Turn turn) {
  is_link_up_ = false;
  settle({.cause = Cause::LinkDown}, turn);
}

void Router::on(const SourceChanged& event, Turn turn) {
  source_ = event.source;
  if (source_) last_source_ = source_;
  settle({.cause = Cause::SourceKnown}, turn);
}

void Router::on(const TrackedChanged& event, Turn turn) {
  const auto known = event.is_up ? TrackedState::Known::Up : TrackedState::Known::Down;
  set_tracked(event.id, {.known = known}, turn);
}

void Router::on(const TrackedValue& event, Turn turn) {
  set_tracked(event.id, {.known = TrackedState::Known::Value, .value = event.value}, turn);
}

void Router::set_tracked(TrackId id, TrackedState state, Turn turn) {
  bool is_ours = false;
  for (std::size_t i = 0; i < tracked_.size(); ++i) {
    if (config_.tracked[i].id != id) continue;
    tracked_[i] = state;
    is_ours = true;
  }
  if (!is_ours) return;
  update_priority();
  settle({.cause = Cause::TrackedUp, .tracked = id}, turn);
}

// What stands in the way of taking part, if anything does.
std::optional<Reason> Router::fault() const {
  if (!is_link_up_ && config_.fault_on_link_down) return Reason{.cause = Cause::LinkDown};
  if (!source_) return Reason{.cause = Cause::NoSource};
  if (config_.fault_without_peers && config_.peers.empty()) return Reason{.cause = Cause::NoPeers};
  if (auto reason = tracked_fault()) return reason;
  if (has_group_fault_) return Reason{.cause = Cause::SyncGroup};
  return std::nullopt;
}

std::optional<Reason> Router::tracked_fault() const {
  std::optional<Reason> unknown;
  for (std::size_t i = 0; i < tracked_.size(); ++i) {
    const Tracked& tracked = config_.tracked[i];
    const TrackedState& state = tracked_[i];
    bool is_down = false;
    switch (state.known) {
      case TrackedState::Known::No:
        if (tracked.weight == 0)
          unknown = Reason{.cause = Cause::TrackedUnknown, .tracked = tracked.id};
        break;
      case TrackedState::Known::Up:
        is_down = tracked.weight == 0 && tracked.reverse;
        break;
      case TrackedState::Known::Down:
        is_down = tracked.weight == 0 && !tracked.reverse;
        break;
      case TrackedState::Known::Value: {
        const std::int64_t sum = std::int64_t{state.value} * tracked.weight;
        is_down = tracked.weight == 0 ? (state.value != 0) != tracked.reverse
                                      : (tracked.reverse ? -sum : sum) <= kFaultValue;
        break;
      }
    }
    if (is_down) return Reason{.cause = Cause::TrackedDown, .tracked = tracked.id};
  }
  return unknown;
}

Priority Router::weighted_priority() const {
  if (base_priority_.is_owner()) return has_ceded_ ? Priority(254) : base_priority_;
  std::int64_t sum = base_priority_.value();
  for (std::size_t i = 0; i < tracked_.size(); ++i) {
    // keepalived: the sign says when a weight counts, `reverse` only which way it goes then.
    const int written = config_.tracked[i].weight;
    const int weight = config_.tracked[i].reverse ? -written : written;
    switch (tracked_[i].known) {
      case TrackedState::Known::No:
        break;
      case TrackedState::Known::Up:
        if (written > 0) sum += weight;
        break;
      case TrackedState::Known::Down:
        if (written < 0) sum += weight;
        break;
      case TrackedState::Known::Value:
        sum += std::clamp<std::int64_t>(std::int64_t{tracked_[i].value} * weight, -255, 255);
        break;
    }
  }
  return Priority(static_cast<std::uint8_t>(std::clamp<std::int64_t>(sum, 1, 254)));
}

void Router::update_priority() {
  const Priority before = std::exchange(effective_priority_, weighted_priority());
  if (before == effective_priority_ || state_ != State::Backup || !timer_) return;
  // The skew is a matter of priority: the best backup is to speak first from now on.
  *timer_ += skew_time(config_.version, effective_priority_, active_interval_) -
             skew_time(config_.version, before, active_interval_);
}

// Something changed that may let the router take part, or keep it from it.
void Router::settle(const Reason& change, Turn turn) {
  const auto obstacle = fault();
  if (resign_deadline_) {
    if (!obstacle) return;
    if (after_resigning_ == State::Initialize)
      return finish_resignation({.cause = obstacle->cause}, turn);
    resign_deadline_.reset();  // it was to stay, but cannot
  }
  if (!has_begun()) return;
  if (obstacle) {
    // Waiting for a first result is no Fault, only not yet a start.
    if (state_ == State::Initialize && obstacle->cause == Cause::TrackedUnknown) return;
    if (state_ == State::Active) {
      advertise(Priority::resigning(), turn);
      turn.actions.push_back(ReleaseAddresses{});
    }
    transition(State::Fault, *obstacle, turn);
    return;
  }
  if (state_ == State::Initialize) {
    if (effective_priority_.is_owner() && !is_grouped_ && !is_drained_)
      return become_active({.cause = Cause::IsOwner}, turn);
    // keepalived's `state MASTER`: the wait of priority 255 for one interval.
    become_backup(change,
                  config_.starts_active
                      ? vrrp::down_interval(config_.version, Priority::owner(), config_.interval, 1)
                      : down_interval(),
                  turn);
  } else if (state_ == State::Fault) {
    // Another router serves by now, also if this is the owner: listen first.
    become_backup(
        change,
        effective_priority_.is_owner()
            ? vrrp::down_interval(config_.version, effective_priority_, config_.interval, 1)
            : down_interval(),
        turn);
  }
}

}  // namespace vrrp
