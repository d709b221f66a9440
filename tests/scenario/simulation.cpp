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

// As many packets as a socket buffer keeps for a process that sleeps.
constexpr std::size_t kInboxSize = 200;
constexpr net::InterfaceIndex kInterface{1};
constexpr int kMillion = 1'000'000;

std::string text(Instant time) {
  return fmt::format("{:.6f}", std::chrono::duration<double>(time.time_since_epoch()).count());
}

std::optional<vrrp::AdvertisementReceived> read(const vrrp::Datagram& datagram) {
  const auto advertisement = vrrp::decode(datagram);
  if (!advertisement) return std::nullopt;
  return vrrp::AdvertisementReceived{.advertisement = *advertisement,
                                     .source = datagram.source,
                                     .destination = datagram.destination,
                                     .hop_limit = datagram.hop_limit};
}

}  // namespace

Instant Simulation::Node::clock(Instant now) const {
  return now + now.time_since_epoch() * drift / kMillion;
}

Instant Simulation::Node::world_time(Instant shown) const {
  Instant time(shown.time_since_epoch() / (kMillion + drift) * kMillion);
  time += (shown - clock(time)) * kMillion / (kMillion + drift);
  while (clock(time) < shown) time += vrrp::Duration(1);
  return time;
}

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
      return set_link(event.node, true);
    case Kind::End:
      is_over_ = true;
      return;
  }
}

void Simulation::start(std::size_t index) {
  Node& node = nodes_[index];
  if (node.engine) return;
  disturb(fmt::format("node {} starts", index));
  node.engine = std::make_unique<vrrp::Engine>();
  node.is_paused = node.is_leaving = node.has_addresses = false;
  node.silent_until.reset();
  node.listens_until.reset();
  node.has_listened_again = false;
  node.last_answer.reset();
  if (const auto added = node.engine->add(node.config); !added)
    return fail(Rule::NoBusyLoop, added.error().what);
  for (int i = 0; i < node.bystanders; ++i) {
    auto other = node.config;
    other.vrid = *vrrp::VirtualRouterId::from(100 + i);
    other.priority = *vrrp::Priority::from(10 + 40 * i);
    const auto id = node.engine->add(other);
    node.engine->handle(*id, vrrp::Startup{}, clock_of(index), actions_);
  }
  if (!node.is_link_up) tell(index, vrrp::LinkDown{});
  tell(index, vrrp::Startup{});
}

void Simulation::crash(std::size_t index) {
  Node& node = nodes_[index];
  disturb(fmt::format("node {} loses power", index));
  node.engine.reset();
  node.inbox.clear();
  node.is_paused = node.has_addresses = false;
  ++node.wake_number;
}

void Simulation::pause(std::size_t index) {
  Node& node = nodes_[index];
  disturb(fmt::format("node {} sleeps", index));
  node.is_paused = true;
  node.paused_at = clock_of(index);
  node.keeps_inbox = random_.chance(70);
}

void Simulation::resume(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.engine || !node.is_paused) return;
  disturb(fmt::format("node {} wakes up", index));
  node.is_paused = false;
  const Instant now = clock_of(index);
  const bool slept_long = now - node.last_sent > node.config.interval * 3;
  if (node.state() == State::Active && !node.router().is_resigning() && slept_long)
    node.silent_until = now + node.config.interval;
  // What waited in the sockets comes first.
  tell(index, node.is_link_up ? vrrp::Event(vrrp::LinkUp{}) : vrrp::Event(vrrp::LinkDown{}));
  for (const auto& packet : std::exchange(node.inbox, {})) deliver(index, *packet);
  if (!node.engine) return;
  if (node.state() == State::Backup &&
      node.expectation.due(node.router().effective_priority()) < now) {
    const auto late = now - node.expectation.due(node.router().effective_priority());
    if (late > node.expectation.interval() && node.expectation.is_exact() &&
        !std::exchange(node.has_listened_again, true))
      node.listens_until = now + node.expectation.interval();
    node.expectation.slept(node.router().effective_priority(), now);
  }
  advance(index);
}

void Simulation::set_link(std::size_t index, bool is_up) {
  Node& node = nodes_[index];
  if (node.is_link_up == is_up) return;
  disturb(fmt::format("link of node {} goes {}", index, is_up ? "up" : "down"));
  node.is_link_up = is_up;
  if (!node.runs()) return;
  if (is_up)
    tell(index, vrrp::LinkUp{});
  else
    tell(index, vrrp::LinkDown{});
}

void Simulation::tell(std::size_t index, const vrrp::Event& event) {
  const State before = nodes_[index].state();
  nodes_[index].engine->handle(RouterId{}, event, clock_of(index), actions_);
  carry_out(index, before, nullptr);
}

void Simulation::advance(std::size_t index) {
  Node& node = nodes_[index];
  const State before = node.state();
  node.engine->advance(clock_of(index), actions_);
  const auto next = node.engine->deadline();
  if (next && *next <= clock_of(index))
    fail(Rule::NoBusyLoop, fmt::format("node {} is due at once", index));
  carry_out(index, before, nullptr);
}

void Simulation::deliver(std::size_t index, const Packet& packet) {
  Node& node = nodes_[index];
  if (!node.engine || !node.is_link_up) return;
  if (node.is_paused) {
    if (node.keeps_inbox && node.inbox.size() < kInboxSize)
      node.inbox.push_back(std::make_shared<const Packet>(packet));
    return;
  }
  node.listens_until.reset();
  if (random_.chance(1)) inject_garbage(index);
  const vrrp::Datagram datagram{packet.source, packet.destination, vrrp::kHopLimit, packet.bytes};
  const auto received = read(datagram);
  if (!received) return fail(Rule::BadPacketIsNothing, "a packet of our own cannot be read");
  const State before = node.state();
  const bool was_resigning = node.router().is_resigning();
  const auto priority = node.router().effective_priority();
  node.engine->receive(kInterface, datagram, clock_of(index), actions_);
  if (has_trace_)
    note(fmt::format("node {} hears priority {} from {}", index,
                     received->advertisement.priority.value(), to_string(packet.source)));
  check_answer(index, before, was_resigning, priority, *received);
  if (before == State::Backup && node.state() == State::Backup)
    node.expectation.received(*received, priority, clock_of(index));
  if (received->advertisement.priority.is_resigning()) node.silent_until.reset();
  carry_out(index, before, &*received);
}

void Simulation::carry_out(std::size_t index, State before,
                           const vrrp::AdvertisementReceived* packet) {
  Node& node = nodes_[index];
  const Instant now = clock_of(index);
  bool claims = false, announces = false, becomes_active = false, is_done = false;
  for (const auto& [id, action] : std::exchange(actions_, {})) {
    if (id != RouterId{}) continue;
    if (const auto* advertise = std::get_if<Advertise>(&action)) {
      if (!advertise->priority.is_resigning()) {
        if (before != State::Active && node.state() != State::Active)
          fail(Rule::SilentUnlessActive,
               fmt::format("node {} speaks while {}", index, name(node.state())));
        if (node.silent_until && now < *node.silent_until)
          fail(Rule::SleeperReelects, fmt::format("node {} speaks as if it had not slept", index));
      }
      send(index, *advertise);
    } else if (std::holds_alternative<vrrp::ClaimAddresses>(action)) {
      claims = node.has_addresses = true;
    } else if (std::holds_alternative<vrrp::ReleaseAddresses>(action)) {
      node.has_addresses = false;
    } else if (std::holds_alternative<vrrp::Announce>(action)) {
      announces = true;
    } else if (const auto* transition = std::get_if<vrrp::Transition>(&action)) {
      ++totals_.transitions;
      const auto priority = node.router().effective_priority();
      if (has_trace_)
        note(fmt::format("node {}: {} -> {}, {}", index, name(transition->from),
                         name(transition->to), describe(transition->reason)));
      if (transition->to == State::Backup) {
        node.expectation.became_backup(transition->reason.cause, packet, priority, now);
        // It noticed its sleep when the packet came, and then listened to it.
        if (transition->reason.cause == vrrp::Cause::Slept && packet != nullptr)
          node.expectation.received(*packet, priority, now);
      }
      if (transition->to == State::Active && node.listens_until && now < *node.listens_until)
        fail(Rule::SleeperListens, fmt::format("node {} takes over as soon as it wakes up", index));
      node.listens_until.reset();
      if (transition->to == State::Backup) node.has_listened_again = false;
      if (transition->to == State::Active) {
        becomes_active = true;
        const Instant due = node.expectation.due(priority);
        if (transition->from == State::Backup &&
            (now > due + kClockStep || (node.expectation.is_exact() && now < due)))
          fail(Rule::TakeoverOnTime,
               fmt::format("node {} takes over, but its down timer ends at {}", index, text(due)));
        if (transition->reason.cause == vrrp::Cause::LowerPriority && !node.config.preempt &&
            !priority.is_owner())
          fail(Rule::NobodyDisplaced, fmt::format("node {} displaces a lower one", index));
      }
    } else if (std::holds_alternative<vrrp::Done>(action)) {
      is_done = true;
    }
  }
  if (becomes_active && !(claims && announces))
    fail(Rule::Announces, fmt::format("node {} becomes active in silence", index));
  if (node.has_addresses != (node.state() == State::Active))
    fail(Rule::NoStrayAddress,
         fmt::format("node {} is {} and {} the addresses", index, name(node.state()),
                     node.has_addresses ? "has" : "does not have"));
  const auto deadline = node.engine->deadline();
  ++node.wake_number;
  if (deadline)
    push({.at = std::max(node.world_time(*deadline), now_),
          .kind = Kind::Wake,
          .node = index,
          .wake_number = node.wake_number});
  if (!is_done) return;
  note(fmt::format("node {} has left", index));
  node.engine.reset();
  node.is_leaving = false;
  push({.at = now_ + random_.between({}, 8 * longest_interval_),
        .kind = Kind::Restart,
        .node = index});
}

void Simulation::send(std::size_t index, const Advertise& advertise) {
  Node& node = nodes_[index];
  node.last_sent = clock_of(index);
  ++totals_.packets;
  if (!node.is_link_up) return;
  const auto destinations = node.router().destinations();
  for (const auto& destination : destinations) {
    const auto bytes = node.engine->packet(RouterId{}, advertise, destination);
    const auto packet = std::make_shared<const Packet>(
        Packet{node.address, destination, {bytes.begin(), bytes.end()}});
    last_packet_ = packet;
    for (std::size_t to = 0; to < nodes_.size(); ++to)
      if (to != index && (destination.is_multicast() || destination == nodes_[to].address))
        send_to(index, to, packet);
  }
}

void Simulation::send_to(std::size_t from, std::size_t to,
                         const std::shared_ptr<const Packet>& packet) {
  if (!reaches_[from][to]) return;
  if (random_.chance(loss_)) {
    disturb(fmt::format("packet from node {} to node {} is lost", from, to));
    return;
  }
  const int copies = random_.chance(duplication_) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    // Without a regime of slowness the network keeps the order.
    Instant at = now_ + usual_delay_;
    if (is_slow_) {
      at = now_ + random_.between({}, longest_interval_);
      disturbed_at_ = std::max(disturbed_at_, at);
    } else if (copy > 0) {
      at += random_.between({}, usual_delay_);
    }
    push({.at = at, .kind = Kind::Deliver, .node = to, .packet = packet});
  }
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
