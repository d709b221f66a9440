// What a seed decides: who takes part, what the network does, and what befalls the nodes.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "simulation.h"

namespace scenario {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using vrrp::Duration;
using vrrp::State;
using vrrp::Version;

void Simulation::draw_nodes() {
  const std::size_t count = std::min(2 + random_.below(4), scope_.nodes);
  const auto version = random_.chance(30) ? Version::V2 : Version::V3;
  const Duration interval = version == Version::V2
                                ? 1s * (1 + static_cast<int>(random_.below(2)))
                                : random_.pick(std::array{Duration(10ms), Duration(100ms),
                                                          Duration(250ms), Duration(1s)});
  const bool has_one_interval = version == Version::V2 || random_.chance(75);
  const bool is_unicast = random_.chance(20);
  const int nopreempt_chance = random_.pick(std::array{0, 0, 0, 50, 100});
  const int delay_chance = random_.pick(std::array{0, 0, 40});
  const std::array priorities{1, 50, 99, 100, 100, 100, 101, 150, 200, 254};
  const std::size_t first_address = random_.below(100);
  auto address_of = [&](std::size_t i) {
    return net::IpAddress::v4(
        static_cast<std::uint32_t>(0x0a000001 + (first_address + 7 * i) % 200));
  };
  const bool is_drifting = random_.chance(30) && allows(Hazard::Drift);
  for (std::size_t i = 0; i < count; ++i) {
    const bool is_owner = i <= 1 && random_.chance(i == 0 ? 8 : 2);
    vrrp::RouterConfig config{
        .interface = {1},
        .vrid = *vrrp::VirtualRouterId::from(51),
        .version = version,
        .priority = *vrrp::Priority::from(is_owner ? 255 : random_.pick(priorities)),
        .interval =
            has_one_interval ? interval : interval * (1 + static_cast<int>(random_.below(3))),
        .starts_active = random_.chance(20),
        .preempt = !random_.chance(nopreempt_chance),
        .addresses = {net::IpAddress::v4(0x0a0000fe)},
        .source = address_of(i)};
    if (random_.chance(delay_chance)) config.preempt_delay = random_.between({}, 4 * interval);
    config.answers_higher_priority = random_.chance(10);
    config.checksum = random_.pick(std::array{vrrp::TransmitChecksum::WithPseudoHeader,
                                              vrrp::TransmitChecksum::WithoutPseudoHeader,
                                              vrrp::TransmitChecksum::AsHeard});
    if (is_unicast)
      for (std::size_t peer = 0; peer < count; ++peer)
        if (peer != i) config.peers.push_back({.address = address_of(peer)});
    longest_interval_ = std::max(longest_interval_, config.interval);
    settling_ = std::max(settling_, 2 * config.preempt_delay);
    nodes_.emplace_back(std::move(config), address_of(i));
    nodes_.back().bystanders = random_.chance(25) ? 1 + static_cast<int>(random_.below(6)) : 0;
    // Half a percent: far worse than the worst quartz.
    const int drift = static_cast<int>(random_.below(10'001)) - 5'000;
    if (is_drifting) nodes_.back().drift = drift;
    const auto& made = nodes_.back().config;
    note(fmt::format("node {}: {} v{} priority {} interval {} ms{}{}{}{}", i,
                     to_string(address_of(i)), static_cast<int>(version), made.priority.value(),
                     made.interval / 1ms, made.preempt ? "" : " nopreempt",
                     made.starts_active ? " starts active" : "",
                     made.preempt_delay > Duration{}
                         ? fmt::format(" preempt delay {} ms", made.preempt_delay / 1ms)
                         : "",
                     is_drifting ? fmt::format(" clock {:+} ppm", drift) : ""));
  }
  // Down interval, a better one's down interval behind it, and once more after a mistaken start.
  settling_ += 16 * longest_interval_;
  usual_delay_ = random_.between({}, interval / 40);
  phases_left_ = std::min(2 + static_cast<int>(random_.below(6)), scope_.phases);
  reaches_.assign(count, std::vector<bool>(count, true));
}

bool Simulation::is_fully_connected() const {
  return std::ranges::all_of(reaches_,
                             [](const auto& row) { return !std::ranges::count(row, false); });
}

void Simulation::begin_phase() {
  const bool was_settled = is_fully_connected() && now_ - disturbed_at_ > settling_;
  // Often enough nothing happens but a handover, which can be watched then.
  const bool is_quiet = was_settled && random_.chance(50);
  loss_ = is_quiet ? 0 : random_.pick(std::array{0, 0, 0, 1, 10, 30});
  duplication_ = is_quiet ? 0 : random_.pick(std::array{0, 0, 0, 10});
  is_slow_ = !is_quiet && random_.chance(10) && allows(Hazard::Slowness);
  if (!allows(Hazard::Loss)) loss_ = 0;
  if (!allows(Hazard::Duplication)) duplication_ = 0;
  disturb(fmt::format("phase: loss {} %, duplication {} %{}", loss_, duplication_,
                      is_slow_ ? ", slow" : ""));
  is_symmetric_ = true;
  for (auto& row : reaches_) row.assign(nodes_.size(), true);
  if (!is_quiet && random_.chance(30) && allows(Hazard::Split)) {
    std::vector<bool> side;
    side.reserve(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) side.push_back(random_.chance(50));
    for (std::size_t a = 0; a < nodes_.size(); ++a)
      for (std::size_t b = 0; b < nodes_.size(); ++b) reaches_[a][b] = side[a] == side[b];
    note("the network is split");
  } else if (!is_quiet && random_.chance(15) && allows(Hazard::OneWay)) {
    const std::size_t from = random_.below(nodes_.size());
    const std::size_t to = (from + 1) % nodes_.size();
    reaches_[from][to] = false;
    is_symmetric_ = false;
    note(fmt::format("node {} is not heard by node {}", from, to));
  }
  is_settled_ = was_settled && is_fully_connected() && loss_ == 0 && duplication_ == 0 && !is_slow_;
  if (is_quiet)
    leave(random_.below(nodes_.size()));
  else
    for (std::size_t events = random_.below(3); events > 0; --events)
      befall(random_.below(nodes_.size()));
  const bool is_long = random_.chance(40);
  push({.at = now_ + (is_long ? settling_ : Duration{}) +
              random_.between(longest_interval_, 10 * longest_interval_),
        .kind = Kind::Phase});
}

// All is well again from here on, and has to be found so.
void Simulation::begin_calm() {
  loss_ = duplication_ = 0;
  is_slow_ = false;
  is_symmetric_ = true;
  for (auto& row : reaches_) row.assign(nodes_.size(), true);
  disturb("calm");
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    resume(i);
    set_link(i, true);
    start(i);
  }
  push({.at = now_ + 2 * settling_ + 10 * longest_interval_, .kind = Kind::End});
}

void Simulation::befall(std::size_t index) {
  Node& node = nodes_[index];
  const auto later = [&](int intervals) {
    return now_ + random_.between({}, intervals * longest_interval_);
  };
  if (!node.runs()) return;
  constexpr std::array kHazardOf{Hazard::Crash,    Hazard::Sleep,   Hazard::LinkFlap,
                                 Hazard::Priority, Hazard::Command, Hazard::Garbage,
                                 Hazard::Leaving,  Hazard::Leaving};
  const std::size_t what = random_.below(kHazardOf.size());
  if (!allows(kHazardOf[what])) return;
  switch (what) {
    case 0:
      crash(index);
      push({.at = later(20), .kind = Kind::Restart, .node = index});
      return;
    case 1:
      pause(index);
      push({.at = later(random_.chance(50) ? 2 : 9), .kind = Kind::Resume, .node = index});
      return;
    case 2:
      set_link(index, false);
      push({.at = later(10), .kind = Kind::LinkUp, .node = index});
      return;
    case 3: {
      if (node.config.priority.is_owner()) return;
      const auto priority = *vrrp::Priority::from(1 + static_cast<int>(random_.below(254)));
      if (random_.chance(50)) return reconfigure(index, priority);
      disturb(fmt::format("node {} gets priority {}", index, priority.value()));
      tell(index, vrrp::PriorityChanged{priority});
      note_priority(index);
      return;
    }
    case 4:
      tell(index, vrrp::AnnounceRequested{});
      return;
    case 5:
      inject_garbage(index);
      return;
    default:  // two of eight
      return leave(index);
  }
}

void Simulation::reconfigure(std::size_t index, vrrp::Priority priority) {
  Node& node = nodes_[index];
  node.config.priority = priority;
  node.config.preempt = random_.chance(70);
  disturb(fmt::format("node {} is configured anew: priority {}, {}", index, priority.value(),
                      node.config.preempt ? "preempt" : "nopreempt"));
  const State before = node.state();
  const auto done =
      node.engine->reconfigure(vrrp::RouterId{}, node.config, clock_of(index), actions_);
  node.expectation.reconfigured(node.config, node.router().effective_priority());
  if (!done) fail(Rule::NoBusyLoop, done.error().what);
  if (node.state() != before) fail(Rule::NobodyDisplaced, "a reconfiguration changed the state");
  carry_out(index, before, nullptr);
  note_priority(index);
}

// A changed priority moves the end of the wait, maybe into the past.
void Simulation::note_priority(std::size_t index) {
  Node& node = nodes_[index];
  const auto priority = node.router().effective_priority();
  node.expectation.priority_changed();
  node.listens_until.reset();
  if (node.state() == State::Backup && node.expectation.due(priority) < clock_of(index))
    node.expectation.slept(priority, clock_of(index));
}

void Simulation::leave(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.runs()) return;
  const bool has_successor = std::ranges::any_of(nodes_, [&](const Node& other) {
    return &other != &node && other.takes_part() &&
           other.router().effective_priority().value() >= 32;
  });
  const bool is_watched = is_settled_ && node.state() == State::Active && has_successor;
  disturb(fmt::format("node {} is told to leave", index));
  if (random_.chance(50)) {
    node.is_leaving = true;
    tell(index, vrrp::Shutdown{});
  } else {
    tell(index, vrrp::Resign{});
  }
  if (is_watched) {
    handover_until_ = now_ + 2 * longest_interval_;
    ++totals_.handovers;
  }
}

std::vector<std::uint8_t> Simulation::in_other_version(const Packet& packet) const {
  auto said = *vrrp::decode({last_packet_->source, packet.destination, 255, last_packet_->bytes});
  said.version = said.version == Version::V2 ? Version::V3 : Version::V2;
  said.interval = 1s;
  return vrrp::encode(said, packet.source, packet.destination);
}

// A packet as somebody's mistake or malice would have it.
void Simulation::inject_garbage(std::size_t index) {
  Node& node = nodes_[index];
  if (!allows(Hazard::Garbage)) return;
  if (!last_packet_ || !node.runs() || !node.is_link_up) return;
  Packet packet = *last_packet_;
  std::uint8_t hop_limit = vrrp::kHopLimit;
  packet.source = net::IpAddress::v4(0x0a0000fd);
  switch (random_.below(6)) {
    case 0:
      hop_limit = packet.destination.is_multicast() ? 254 : hop_limit;
      packet.bytes[7] ^= 0x01;
      break;
    case 1:
      packet.bytes.resize(random_.below(packet.bytes.size()));
      break;
    case 2:
      packet.bytes[0] ^= static_cast<std::uint8_t>(1U << random_.below(8));
      break;
    case 3:
      packet.bytes[2] ^= 0xff;  // a priority that nobody summed up
      break;
    case 4:
      packet.source = node.address;  // our own words, thrown back at us
      break;
    default:
      packet.bytes = in_other_version(packet);
      break;
  }
  const State state = node.state();
  const auto deadline = node.engine->deadline();
  node.engine->receive({1}, {packet.source, packet.destination, hop_limit, packet.bytes},
                       clock_of(index), actions_);
  for (const auto& [id, action] : std::exchange(actions_, {}))
    if (!std::holds_alternative<vrrp::Notice>(action))
      fail(Rule::BadPacketIsNothing, fmt::format("node {} acts on a bad packet", index));
  if (node.state() != state || node.engine->deadline() != deadline)
    fail(Rule::BadPacketIsNothing, fmt::format("node {} listens to a bad packet", index));
}

}  // namespace scenario
