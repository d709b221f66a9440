#include "simulation.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace scenario {

using std::chrono_literals::operator""s;
using vrrp::Advertise;
using vrrp::Instant;
using vrrp::RouterId;
using vrrp::State;

namespace {

std::string text(Instant time) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(time.time_since_epoch()).count());
}

}  // namespace

Simulation::Simulation(std::uint64_t seed, bool has_trace, const Scope& scope)
    : random_(seed), seed_(seed), has_trace_(has_trace), scope_(scope) {
  draw_nodes();
}

std::optional<Failure> Simulation::run() {
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    push({.at = now_ + random_.between({}, longest_interval_), .kind = Kind::Restart, .node = i});
  push({.at = now_, .kind = Kind::Phase});
  while (!is_over_ && !failure_ && !queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end());
    const Event event = std::move(queue_.back());
    queue_.pop_back();
    totals_.router_time += (event.at - now_) * static_cast<std::int64_t>(nodes_.size());
    now_ = event.at;
    ++totals_.steps;
    perform(event);
    check_all();
  }
  return failure_;
}

void Simulation::push(Event event) {
  event.number = next_number_++;
  queue_.push_back(std::move(event));
  std::push_heap(queue_.begin(), queue_.end());
}

void Simulation::perform(const Event& event) {
  switch (event.kind) {
    case Kind::Wake:
      if (nodes_[event.node].wake_number == event.wake_number && nodes_[event.node].runs())
        advance(event.node);
      return;
    case Kind::Deliver:
      return deliver(event.node, *event.packet);
    case Kind::Phase:
      return phases_left_-- > 0 ? begin_phase() : begin_calm();
    case Kind::Resume:
      return resume(event.node);
    case Kind::Restart:
      return start(event.node);
    case Kind::LinkUp:
      return set_link(event.node, event.link, true);
    case Kind::Scripts:
      if (nodes_[event.node].life == event.life) tell_scripts(event.node);
      return;
    case Kind::Undrain:
      return drain(event.node, false);
    case Kind::End:
      is_over_ = true;
      return;
  }
}

void Simulation::tell(std::size_t index, std::size_t link, const vrrp::Event& event) {
  Node& node = nodes_[index];
  if (!node.engine) return;  // it has left
  const Turn turn{.node = index, .before = node.states()};
  node.engine->handle(RouterId{static_cast<std::uint32_t>(link)}, event, clock_of(index), actions_);
  carry_out(turn);
}

void Simulation::tell_all(std::size_t index, const vrrp::Event& event) {
  Node& node = nodes_[index];
  if (!node.engine) return;  // it has left
  const Turn turn{.node = index, .before = node.states()};
  node.engine->handle_all(event, clock_of(index), actions_);
  carry_out(turn);
}

void Simulation::advance(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.engine) return;  // it has left
  const Turn turn{.node = index, .before = node.states()};
  node.engine->advance(clock_of(index), actions_);
  const auto next = node.engine->deadline();
  if (next && *next <= clock_of(index))
    fail(Rule::NoBusyLoop, fmt::format("node {} is due at once", index));
  carry_out(turn);
}

void Simulation::carry_out(const Turn& turn) {
  Node& node = nodes_[turn.node];
  node.note_wishes(turn.before, clock_of(turn.node));
  std::vector<std::vector<vrrp::Action>> of_link(node.members.size());
  for (auto& [id, action] : std::exchange(actions_, {}))
    if (id.value < of_link.size()) of_link[id.value].push_back(std::move(action));
  for (std::size_t link = 0; link < of_link.size(); ++link) carry_out(turn, link, of_link[link]);
  const auto deadline = node.engine->deadline();
  ++node.wake_number;
  if (deadline)
    push({.at = std::max(node.world_time(*deadline), now_),
          .kind = Kind::Wake,
          .node = turn.node,
          .wake_number = node.wake_number});
  const bool has_left =
      node.is_leaving && std::ranges::all_of(of_link, [&](const auto& actions) {
        return node.states()[static_cast<std::size_t>(&actions - of_link.data())] ==
               State::Initialize;
      });
  if (!has_left) return;
  note(fmt::format("node {} has left", turn.node));
  node.engine.reset();
  node.is_leaving = false;
  push({.at = now_ + random_.between({}, 8 * longest_interval_),
        .kind = Kind::Restart,
        .node = turn.node});
}

void Simulation::carry_out(const Turn& turn, std::size_t link,
                           const std::vector<vrrp::Action>& actions) {
  Node& node = nodes_[turn.node];
  Member& member = node.members[link];
  const State state = node.state(link);
  bool claims = false, announces = false, becomes_active = false;
  for (const vrrp::Action& action : actions) {
    if (const auto* advertise = std::get_if<Advertise>(&action)) {
      if (!advertise->priority.is_resigning()) {
        if (turn.before[link] != State::Active && state != State::Active)
          fail(Rule::SilentUnlessActive,
               fmt::format("node {} speaks while {}", turn.node, name(state)));
        if (member.silent_until && clock_of(turn.node) < *member.silent_until)
          fail(Rule::SleeperReelects,
               fmt::format("node {} speaks as if it had not slept", turn.node));
      }
      send(turn.node, link, *advertise);
    } else if (std::holds_alternative<vrrp::ClaimAddresses>(action)) {
      claims = member.has_addresses = true;
    } else if (std::holds_alternative<vrrp::ReleaseAddresses>(action)) {
      member.has_addresses = false;
    } else if (std::holds_alternative<vrrp::Announce>(action)) {
      announces = true;
    } else if (const auto* transition = std::get_if<vrrp::Transition>(&action)) {
      becomes_active = becomes_active || transition->to == State::Active;
      note_transition(turn, link, *transition);
    }
  }
  if (becomes_active && !(claims && announces))
    fail(Rule::Announces, fmt::format("node {} becomes active in silence", turn.node));
  if (member.has_addresses != (state == State::Active))
    fail(Rule::NoStrayAddress,
         fmt::format("node {} is {} on link {} and {} the addresses", turn.node, name(state), link,
                     member.has_addresses ? "has" : "does not have"));
}

void Simulation::note_transition(const Turn& turn, std::size_t link,
                                 const vrrp::Transition& transition) {
  Node& node = nodes_[turn.node];
  Member& member = node.members[link];
  const Instant now = clock_of(turn.node);
  const auto priority = node.effective(link);
  ++totals_.transitions;
  if (has_trace_)
    note(fmt::format("node {}, link {}: {} -> {}, {}", turn.node, link, name(transition.from),
                     name(transition.to), describe(transition.reason)));
  if (transition.to == State::Backup) {
    const auto* packet = turn.link == link ? turn.packet : nullptr;
    member.expectation.became_backup(transition, packet, priority, now);
    // It noticed its sleep when the packet came, and then listened to it.
    if (transition.reason.cause == vrrp::Cause::Slept && packet != nullptr)
      member.expectation.received(*packet, priority, now);
  }
  if (transition.to == State::Active) check_takeover(turn.node, link, transition);
  member.listens_until.reset();
  member.may_want = member.must_want = false;
  if (transition.to == State::Backup) member.has_listened_again = false;
}

void Simulation::disturb(std::string_view what) {
  disturbed_at_ = std::max(disturbed_at_, now_);
  is_settled_ = false;
  handover_until_.reset();
  if (has_trace_) note(std::string(what));
}

void Simulation::fail(Rule rule, std::string what) {
  if (!failure_) failure_ = Failure{seed_, rule, std::move(what), now_, scope_};
}

void Simulation::note(std::string line) {
  if (has_trace_) trace_.push_back(text(now_) + "  " + std::move(line));
}

std::optional<Failure> run_seed(std::uint64_t seed, Totals& totals) {
  Simulation simulation(seed, false);
  auto failure = simulation.run();
  const Totals& of_run = simulation.totals();
  totals.steps += of_run.steps;
  totals.packets += of_run.packets;
  totals.transitions += of_run.transitions;
  totals.settled_checks += of_run.settled_checks;
  totals.handovers += of_run.handovers;
  totals.router_time += of_run.router_time;
  return failure;
}

Failure shrink(const Failure& failure) {
  Failure least = failure;
  least.scope = shrink(failure.scope, [&](const Scope& scope) {
    auto found = Simulation(failure.seed, false, scope).run();
    if (!found || found->rule != failure.rule) return false;
    least = *found;
    return true;
  });
  return least;
}

std::string report(const Failure& failure) {
  const Failure least = shrink(failure);
  Simulation again(least.seed, true, least.scope);
  again.run();
  constexpr std::size_t kLines = 80;
  const auto& lines = again.trace();
  const std::size_t nodes = again.node_count();
  std::string out =
      fmt::format("seed {}: at {} this was broken: {}\n  {}\nthe least that still breaks it: {}\n",
                  failure.seed, text(failure.time), describe(failure.rule), failure.what,
                  describe(least.scope));
  // The nodes, and what happened last.
  for (std::size_t i = 0; i < lines.size(); ++i)
    if (i < nodes || i + kLines >= lines.size()) out += "  " + lines[i] + "\n";
  return out + fmt::format("  {}  broken: {}\n", text(least.time), least.what);
}

}  // namespace scenario
