// The rules that are checked after every step.
#include <fmt/format.h>

#include <algorithm>

#include "simulation.h"

namespace scenario {

using vrrp::State;

std::string_view describe(Rule rule) {
  switch (rule) {
    case Rule::OneActive:
      return "once settled, each connected part has exactly one active router";
    case Rule::BestIsActive:
      return "once settled, where all preempt, the active router has the highest priority";
    case Rule::NoStrayAddress:
      return "the active router has the addresses, and nobody else";
    case Rule::SilentUnlessActive:
      return "who is not active sends nothing but its resignation";
    case Rule::TakeoverOnTime:
      return "a backup takes over when its down timer ends, neither before nor later";
    case Rule::SteadyHeartbeat:
      return "an active router lets no interval pass in silence";
    case Rule::YieldsToBetter:
      return "an active router that hears a better one is backup at once";
    case Rule::AnswersLower:
      return "an active router answers a lower one and a resignation at once, and stays";
    case Rule::BadPacketIsNothing:
      return "a packet that fails a check changes neither state nor timer";
    case Rule::SleeperListens:
      return "a backup that slept listens for an interval more before it takes over";
    case Rule::SleeperReelects:
      return "an active router that slept for longer than its peers wait listens before it speaks";
    case Rule::NobodyDisplaced:
      return "with nopreempt no lower active router is displaced";
    case Rule::SeamlessHandover:
      return "after a resignation somebody has the addresses at every instant";
    case Rule::Announces:
      return "who becomes active claims and announces the addresses";
    case Rule::FaultWithoutLink:
      return "without its link a router takes no part";
    case Rule::NoBusyLoop:
      return "a deadline that was served lies in the future";
  }
  return "?";
}

// `before`, `was_resigning` and `priority` are the node's from before it heard the packet.
void Simulation::check_answer(std::size_t index, State before, bool was_resigning,
                              vrrp::Priority priority, const vrrp::AdvertisementReceived& packet) {
  Node& node = nodes_[index];
  if (before != State::Active || was_resigning) return;
  const auto theirs = packet.advertisement.priority;
  const bool is_better = theirs > priority ||
                         (theirs == priority && packet.source.v4_value() > node.address.v4_value());
  if (is_better) {
    if (node.state() == State::Active)
      fail(Rule::YieldsToBetter, fmt::format("node {} goes on", index));
    return;
  }
  const vrrp::Instant now = clock_of(index);
  if (now - node.last_sent > 3 * node.config.interval) return;  // it slept, and has to listen now
  // Another owner may be more stubborn.
  if (priority.is_owner() && theirs.is_owner() && !node.router().effective_priority().is_owner())
    return;
  const bool answers = std::ranges::any_of(actions_, [](const vrrp::RouterAction& action) {
    return std::holds_alternative<vrrp::Advertise>(action.action);
  });
  const bool may_be_silent =
      !theirs.is_resigning() && node.last_answer && now - *node.last_answer < node.config.interval;
  if (node.state() != State::Active || (!answers && !may_be_silent))
    fail(Rule::AnswersLower, fmt::format("node {} does not answer", index));
  if (answers && !theirs.is_resigning()) node.last_answer = now;
}

void Simulation::check_all() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    const vrrp::Instant now = clock_of(i);
    if (node.runs() && !node.is_link_up && node.state() != State::Fault &&
        node.state() != State::Initialize)
      fail(Rule::FaultWithoutLink, fmt::format("node {} is {}", i, name(node.state())));
    if (!node.takes_part()) continue;
    if (node.state() == State::Active && !node.router().is_resigning() &&
        now - node.last_sent > node.config.interval + kClockStep)
      fail(Rule::SteadyHeartbeat, fmt::format("node {} is silent", i));
    if (node.state() == State::Backup &&
        now > node.expectation.due(node.router().effective_priority()) + kClockStep)
      fail(Rule::TakeoverOnTime, fmt::format("node {} does not take over", i));
  }
  const bool somebody_serves =
      std::ranges::any_of(nodes_, [](const Node& node) { return node.has_addresses; });
  if (handover_until_ && now_ <= *handover_until_ && !somebody_serves)
    fail(Rule::SeamlessHandover, "nobody has the addresses");
  if (now_ - disturbed_at_ > settling_ && is_symmetric_) check_settled();
}

void Simulation::check_settled() {
  ++totals_.settled_checks;
  for (std::size_t first = 0; first < nodes_.size(); ++first) {
    if (!nodes_[first].takes_part()) continue;
    int active = 0;
    bool all_preempt = true;
    vrrp::Priority best(0);
    vrrp::Priority active_priority(0);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      const Node& node = nodes_[i];
      if (!reaches_[first][i] || !node.takes_part()) continue;
      const auto priority = node.router().effective_priority();
      best = std::max(best, priority);
      all_preempt = all_preempt && (node.config.preempt || priority.is_owner());
      if (node.state() != State::Active) continue;
      ++active;
      active_priority = priority;
    }
    if (active != 1)
      fail(Rule::OneActive, fmt::format("the part of node {} has {} active", first, active));
    else if (all_preempt && active_priority != best)
      fail(Rule::BestIsActive, fmt::format("priority {} is active where {} takes part",
                                           active_priority.value(), best.value()));
  }
}

}  // namespace scenario
