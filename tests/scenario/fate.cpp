// What befalls the nodes: power, sleep, links, scripts, operators and clocks.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "simulation.h"

namespace scenario {

using std::chrono_literals::operator""s;
using vrrp::Instant;
using vrrp::State;

void Simulation::befall(std::size_t index) {
  Node& node = nodes_[index];
  const auto later = [&](int intervals) {
    return now_ + random_.between({}, intervals * longest_interval_);
  };
  if (!node.runs()) return;
  constexpr std::array kOfNodes{Hazard::Crash,    Hazard::Sleep,   Hazard::LinkFlap,
                                Hazard::Priority, Hazard::Command, Hazard::Garbage,
                                Hazard::Leaving,  Hazard::Leaving, Hazard::Script,
                                Hazard::Script,   Hazard::Replay,  Hazard::ClockStep};
  const Hazard hazard = random_.pick(kOfNodes);
  if (!allows(hazard)) return;
  const std::size_t link = random_.below(links_.size());
  switch (hazard) {
    case Hazard::Crash:
      crash(index);
      return push({.at = later(20), .kind = Kind::Restart, .node = index});
    case Hazard::Sleep:
      pause(index);
      return push({.at = later(random_.chance(50) ? 2 : 9), .kind = Kind::Resume, .node = index});
    case Hazard::LinkFlap:
      set_link(index, link, false);
      return push({.at = later(10), .kind = Kind::LinkUp, .node = index, .link = link});
    case Hazard::Priority:
      return change_priority(index);
    case Hazard::Command:
      if (random_.chance(50)) return tell_all(index, vrrp::AnnounceRequested{});
      drain(index, true);
      return push({.at = later(30), .kind = Kind::Undrain, .node = index});
    case Hazard::Garbage:
      return inject_garbage(index);
    case Hazard::Leaving:
      return leave(index);
    case Hazard::Script:
      if (node.scripts.empty()) return;
      node.scripts[random_.below(node.scripts.size())].works ^= true;
      return tell_scripts(index);
    case Hazard::Replay:
      return replay(index);
    case Hazard::ClockStep:
      node.utc_offset = random_.between({}, 1s);
      return disturb(fmt::format("the wall clock of node {} is set", index));
    case Hazard::Loss:  // of the network, or of the whole scene
    case Hazard::Duplication:
    case Hazard::Slowness:
    case Hazard::Split:
    case Hazard::OneWay:
    case Hazard::Drift:
    case Hazard::Group:
    case Hazard::Proof:
    case Hazard::Ipv6:
      return;
  }
}

void Simulation::start(std::size_t index) {
  Node& node = nodes_[index];
  if (node.engine) return;
  disturb(fmt::format("node {} starts", index));
  node.engine = std::make_unique<vrrp::Engine>();
  ++node.life;
  node.is_paused = node.is_leaving = node.is_drained = false;
  std::vector<vrrp::RouterId> group;
  for (Member& member : node.members) {
    member.base = member.config.priority;
    member.expectation = Expectation(member.config, node.is_group());
    member.judge.forget();
    member.has_addresses = member.may_want = member.must_want = member.has_listened_again = false;
    member.silent_until.reset();
    member.listens_until.reset();
    member.last_answer.reset();
    const auto added = node.engine->add(member.config);
    if (!added) return fail(Rule::NoBusyLoop, added.error().what);
    group.push_back(*added);
  }
  for (Script& script : node.scripts) script.told.reset();
  if (node.is_group()) node.engine->set_groups({group}, clock_of(index), actions_);
  for (int i = 0; i < node.bystanders; ++i) {
    auto other = node.members[0].config;
    other.vrid = *vrrp::VirtualRouterId::from(100 + i);
    other.priority = *vrrp::Priority::from(10 + 40 * i);
    const auto id = node.engine->add(other);
    node.engine->handle(*id, vrrp::Startup{}, clock_of(index), actions_);
  }
  for (std::size_t link = 0; link < node.members.size(); ++link)
    if (!node.members[link].is_link_up) tell(index, link, vrrp::LinkDown{});
  for (std::size_t link = 0; link < node.members.size(); ++link) tell(index, link, vrrp::Startup{});
  if (!node.scripts.empty())
    push({.at = now_ + random_.between({}, 2 * longest_interval_),
          .kind = Kind::Scripts,
          .node = index,
          .life = node.life});
}

void Simulation::crash(std::size_t index) {
  Node& node = nodes_[index];
  disturb(fmt::format("node {} loses power", index));
  node.engine.reset();
  node.inbox.clear();
  node.is_paused = false;
  for (Member& member : node.members) member.has_addresses = false;
  ++node.wake_number;
}

void Simulation::pause(std::size_t index) {
  Node& node = nodes_[index];
  disturb(fmt::format("node {} sleeps", index));
  node.is_paused = true;
  node.keeps_inbox = random_.chance(70);
}

void Simulation::resume(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.engine || !node.is_paused) return;
  disturb(fmt::format("node {} wakes up", index));
  node.is_paused = false;
  const Instant now = clock_of(index);
  std::vector<bool> had_wanted;
  for (std::size_t link = 0; link < node.members.size(); ++link) {
    Member& member = node.members[link];
    const bool slept_long = now - member.last_sent > member.config.interval * 3;
    if (node.state(link) == State::Active && !node.router(link).is_resigning() && slept_long)
      member.silent_until = now + member.config.interval;
    had_wanted.push_back(member.may_want);
  }
  // What waited in the sockets comes first.
  for (std::size_t link = 0; link < node.members.size(); ++link)
    tell(index, link,
         node.members[link].is_link_up ? vrrp::Event(vrrp::LinkUp{})
                                       : vrrp::Event(vrrp::LinkDown{}));
  tell_scripts(index);
  for (const auto& packet : std::exchange(node.inbox, {})) {
    if (!node.engine) return;
    deliver(index, *packet);
  }
  if (!node.engine) return;
  for (std::size_t link = 0; link < node.members.size(); ++link) {
    Member& member = node.members[link];
    const auto priority = node.effective(link);
    if (node.state(link) != State::Backup || member.expectation.timer_end(priority) >= now)
      continue;
    const auto late = now - member.expectation.due(priority);
    if (late > member.expectation.interval() && member.expectation.is_exact() &&
        !had_wanted[link] && !node.is_drained && !std::exchange(member.has_listened_again, true))
      member.listens_until = now + member.expectation.interval();
    member.expectation.slept(priority, now);
  }
  advance(index);
}

void Simulation::set_link(std::size_t index, std::size_t link, bool is_up) {
  Node& node = nodes_[index];
  Member& member = node.members[link];
  if (member.is_link_up == is_up) return;
  disturb(fmt::format("link {} of node {} goes {}", link, index, is_up ? "up" : "down"));
  member.is_link_up = is_up;
  if (!node.runs()) return;
  tell(index, link, is_up ? vrrp::Event(vrrp::LinkUp{}) : vrrp::Event(vrrp::LinkDown{}));
}

// What has changed since it was told last.
void Simulation::tell_scripts(std::size_t index) {
  Node& node = nodes_[index];
  for (Script& script : node.scripts) {
    if (!node.runs() || script.told == script.works) continue;
    disturb(fmt::format("node {}: the script of weight {} {}", index, script.tracked.weight,
                        script.works ? "works" : "fails"));
    script.told = script.works;
    tell_all(index, vrrp::TrackedChanged{script.tracked.id, script.works});
    note_priorities(index);
  }
}

void Simulation::change_priority(std::size_t index) {
  Node& node = nodes_[index];
  if (node.members[0].config.priority.is_owner()) return;
  const auto draw = [&] { return *vrrp::Priority::from(1 + static_cast<int>(random_.below(254))); };
  const auto priority = draw();
  const bool is_reload = random_.chance(50);
  const bool preempts = random_.chance(70);
  for (std::size_t link = 0; link < node.members.size(); ++link) {
    const auto own = is_uniform_ ? priority : draw();
    if (is_reload) {
      node.members[link].config.preempt = preempts;
      reconfigure(index, link, own);
      continue;
    }
    disturb(fmt::format("node {}, link {} gets priority {}", index, link, own.value()));
    node.members[link].base = own;
    tell(index, link, vrrp::PriorityChanged{own});
    note_priorities(index);
  }
}

void Simulation::reconfigure(std::size_t index, std::size_t link, vrrp::Priority priority) {
  Node& node = nodes_[index];
  Member& member = node.members[link];
  if (member.config.priority != priority) member.base = priority;
  member.config.priority = priority;
  disturb(fmt::format("node {}, link {} is configured anew: priority {}, {}", index, link,
                      priority.value(), member.config.preempt ? "preempt" : "nopreempt"));
  const Turn turn{.node = index, .before = node.states()};
  const auto done = node.engine->reconfigure({static_cast<std::uint32_t>(link)}, member.config,
                                             clock_of(index), actions_);
  if (!done) fail(Rule::NoBusyLoop, done.error().what);
  if (member.expectation.reconfigured(member.config, node.effective(link)))
    member.may_want = member.must_want = false;
  if (node.states() != turn.before)
    fail(Rule::NobodyDisplaced, "a reconfiguration changed the state");
  carry_out(turn);
  note_priorities(index);
}

// A changed priority moves the end of the wait, maybe into the past.
void Simulation::note_priorities(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.engine) return;
  for (std::size_t link = 0; link < node.members.size(); ++link) {
    Member& member = node.members[link];
    const auto priority = node.effective(link);
    member.expectation.priority_changed();
    member.listens_until.reset();
    if (node.state(link) == State::Backup &&
        member.expectation.timer_end(priority) < clock_of(index))
      member.expectation.slept(priority, clock_of(index));
  }
}

void Simulation::drain(std::size_t index, bool is_drained) {
  Node& node = nodes_[index];
  if (!node.runs() || node.is_drained == is_drained) return;
  disturb(fmt::format("node {} is {}", index, is_drained ? "drained" : "back from maintenance"));
  node.is_drained = is_drained;
  tell_all(index, vrrp::Drain{is_drained});
  if (!node.engine) return;
  for (std::size_t link = 0; link < node.members.size(); ++link) {
    Member& member = node.members[link];
    member.may_want = member.must_want = false;
    member.expectation.stood_aside(node.effective(link), clock_of(index));
  }
}

void Simulation::leave(std::size_t index) {
  Node& node = nodes_[index];
  if (!node.runs()) return;
  const bool has_successor = std::ranges::any_of(nodes_, [&](const Node& other) {
    if (&other == &node || !other.takes_part()) return false;
    for (std::size_t link = 0; link < links_.size(); ++link)
      if (other.effective(link).value() < 32) return false;
    return true;
  });
  const bool is_watched =
      is_settled_ && is_uniform_ && node.state(0) == State::Active && has_successor;
  disturb(fmt::format("node {} is told to leave", index));
  if (random_.chance(50)) {
    node.is_leaving = true;
    tell_all(index, vrrp::Shutdown{});
  } else {
    tell_all(index, vrrp::Resign{});
  }
  if (is_watched) {
    handover_until_ = now_ + 2 * longest_interval_;
    ++totals_.handovers;
  }
}

}  // namespace scenario
