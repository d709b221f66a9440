// The rules that are checked after every step.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <utility>

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
    case Rule::FaultWhileBroken:
      return "without its link, while an unweighted script fails, or drained, a router takes no "
             "part";
    case Rule::GroupIsWhole:
      return "all routers of a sync group are active or none is, and the fault of one is that of "
             "all";
    case Rule::WeightsCount:
      return "the priority is the configured one and what scripts add to it, within 1 to 254";
    case Rule::ProofCounts:
      return "a packet is believed once, while its time is near ours, and with a good proof only";
    case Rule::NoBusyLoop:
      return "a deadline that was served lies in the future";
  }
  return "?";
}

// `before`, `was_resigning` and `priority` are the router's from before it heard the packet.
void Simulation::check_answer(std::size_t index, std::size_t link, State before, bool was_resigning,
                              vrrp::Priority priority, const vrrp::AdvertisementReceived& packet) {
  Node& node = nodes_[index];
  Member& member = node.members[link];
  if (before != State::Active || was_resigning) return;
  const auto theirs = packet.advertisement.priority;
  const bool is_better = theirs > priority ||
                         (theirs == priority && std::ranges::lexicographical_compare(
                                                    member.address.bytes(), packet.source.bytes()));
  if (is_better) {
    if (node.state(link) == State::Active)
      fail(Rule::YieldsToBetter, fmt::format("node {} goes on", index));
    return;
  }
  const vrrp::Instant now = clock_of(index);
  // It slept, and has to listen now.
  if (now - member.last_sent > 3 * member.config.interval) return;
  // Another owner may be more stubborn.
  if (priority.is_owner() && theirs.is_owner() && !node.effective(link).is_owner()) return;
  const bool answers = std::ranges::any_of(actions_, [&](const vrrp::RouterAction& action) {
    return action.router.value == link && std::holds_alternative<vrrp::Advertise>(action.action);
  });
  const bool may_be_silent = !theirs.is_resigning() && member.last_answer &&
                             now - *member.last_answer < member.config.interval;
  if (node.state(link) != State::Active || (!answers && !may_be_silent))
    fail(Rule::AnswersLower, fmt::format("node {} does not answer", index));
  if (answers && !theirs.is_resigning()) member.last_answer = now;
}

// Within a life the numbers of proofs grow. Those of authentication headers go on with the clock
// from one life to the next, so that they are not below what peers remember for long; those of
// trailers are the clock's, which may have been set.
void Simulation::check_number(std::size_t index, const Packet& packet) {
  constexpr std::uint64_t kNear = 64;  // quarters of a second
  Node& node = nodes_[index];
  Member& member = node.members[packet.link];
  const auto number = ProofJudge::number(member.config, packet);
  if (!number) return;
  const bool is_new_life = std::exchange(member.life, node.life) != node.life;
  const bool is_header = member.config.auth_type == vrrp::AuthType::Header;
  if (!member.first_number) member.first_number = {*number, now_};
  const auto [first, since] = *member.first_number;
  const auto quarters = static_cast<std::uint64_t>((now_ - since) / std::chrono::milliseconds(250));
  const bool has_grown =
      is_new_life ? !is_header || *number + kNear > first + quarters : *number > member.last_number;
  if (!has_grown)
    fail(Rule::ProofCounts,
         fmt::format("node {} sends a number that its peers must refuse", index));
  member.last_number = *number;
}

// Called before the transition is noted.
void Simulation::check_takeover(std::size_t index, std::size_t link,
                                const vrrp::Transition& transition) {
  const Node& node = nodes_[index];
  const Member& member = node.members[link];
  const vrrp::Instant now = clock_of(index);
  const auto priority = node.effective(link);
  if (member.listens_until && now < *member.listens_until)
    fail(Rule::SleeperListens, fmt::format("node {} takes over as soon as it wakes up", index));
  if (transition.reason.cause == vrrp::Cause::LowerPriority && !member.config.preempt &&
      !priority.is_owner())
    fail(Rule::NobodyDisplaced, fmt::format("node {} displaces a lower one", index));
  if (transition.from != State::Backup) return;
  const vrrp::Instant due = member.expectation.due(priority);
  const bool is_early =
      node.is_group() ? !member.may_want : member.expectation.is_exact() && now < due;
  if (is_early || (!node.is_group() && now > due + kClockStep))
    fail(Rule::TakeoverOnTime,
         fmt::format("node {} takes over {} its down timer", index, is_early ? "before" : "after"));
}

void Simulation::check_all() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    if (nodes_[i].runs()) check_node(i);
  for (std::size_t link = 0; link < links_.size(); ++link) {
    const bool somebody_serves = std::ranges::any_of(
        nodes_, [&](const Node& node) { return node.members[link].has_addresses; });
    if (handover_until_ && now_ <= *handover_until_ && !somebody_serves)
      fail(Rule::SeamlessHandover, fmt::format("nobody has the addresses of link {}", link));
  }
  if (now_ - disturbed_at_ > settling_ && is_symmetric_) check_settled();
}

void Simulation::check_node(std::size_t index) {
  Node& node = nodes_[index];
  const vrrp::Instant now = clock_of(index);
  const auto states = node.states();
  const auto count = [&](State state) {
    return static_cast<std::size_t>(std::ranges::count(states, state));
  };
  const std::size_t serving = count(State::Active);
  if (serving != 0 && serving != states.size())
    fail(Rule::GroupIsWhole, fmt::format("node {} is active on {} links", index, serving));
  const std::size_t outside = count(State::Fault) + count(State::Initialize);
  const bool could_serve = !node.is_broken() && node.is_informed();
  if (node.is_broken() ? outside != states.size() : could_serve && count(State::Fault) != 0)
    fail(node.is_group() ? Rule::GroupIsWhole : Rule::FaultWhileBroken,
         fmt::format("node {} is {} and {}", index, name(states[0]),
                     node.is_broken() ? "cannot serve" : "could serve"));
  if (serving != 0 && node.is_drained && !node.router(0).is_resigning())
    fail(Rule::FaultWhileBroken, fmt::format("node {} serves, and is drained", index));
  if (serving != 0 && !node.is_informed())
    fail(Rule::FaultWhileBroken, fmt::format("node {} did not wait for its scripts", index));
  for (std::size_t link = 0; link < states.size(); ++link)
    if (node.effective(link) != node.expected_priority(link))
      fail(Rule::WeightsCount,
           fmt::format("node {} has priority {}, and {} is right", index,
                       node.effective(link).value(), node.expected_priority(link).value()));
  if (!node.takes_part()) return;
  node.note_certain_wishes(now);
  for (std::size_t link = 0; link < states.size(); ++link) {
    const Member& member = node.members[link];
    if (states[link] == State::Active && !node.router(link).is_resigning() &&
        now - member.last_sent > member.config.interval + kClockStep)
      fail(Rule::SteadyHeartbeat, fmt::format("node {} is silent", index));
  }
  if (serving == 0 && node.must_serve())
    fail(Rule::TakeoverOnTime, fmt::format("node {} does not take over", index));
}

void Simulation::check_settled() {
  ++totals_.settled_checks;
  for (std::size_t first = 0; first < nodes_.size(); ++first) {
    if (!nodes_[first].takes_part()) continue;
    std::vector<const Node*> part;
    for (std::size_t i = 0; i < nodes_.size(); ++i)
      if (reaches_[first][i] && nodes_[i].takes_part()) part.push_back(&nodes_[i]);
    const auto serves = [](const Node* node) { return node->state(0) == State::Active; };
    const auto active = std::ranges::count_if(part, serves);
    if (active != 1)
      return fail(Rule::OneActive, fmt::format("the part of node {} has {} active", first, active));
    const Node& chosen = **std::ranges::find_if(part, serves);
    const bool all_preempt = std::ranges::all_of(part, [](const Node* node) {
      return node->members[0].config.preempt || node->effective(0).is_owner();
    });
    // In a group of different priorities: nobody is better on every link.
    for (const Node* node : part)
      if (all_preempt && node->is_better_everywhere(chosen))
        fail(Rule::BestIsActive,
             fmt::format("priority {} is active where {} takes part", chosen.effective(0).value(),
                         node->effective(0).value()));
  }
}

}  // namespace scenario
