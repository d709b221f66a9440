#include "agent/agent.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace agent {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Packets of one socket that a turn reads: what came before the timers' time, unless it is a flood.
constexpr std::size_t kReceiveLimit = 4096;
// From here on an advertisement is late enough to be worth a word.
constexpr auto kLate = 20ms;

std::string milliseconds(vrrp::Duration duration) {
  return fmt::format("{:.1f}", std::chrono::duration<double, std::milli>(duration).count());
}

}  // namespace

Agent::Agent(io::Loop& loop, io::Forker& forker)
    : loop_(loop),
      notifications_(loop, forker),
      trackers_(loop, forker,
                [this](const vrrp::Event& event, vrrp::TrackId id) {
                  on_tracked(event, id);
                  turn_soon();
                }),
      deadline_(loop, [this] { turn(); }),
      reject_report_(loop, [this] { report_rejects(); }),
      last_patience_(loop, [this] {
        if (on_stopped_) on_stopped_();
      }) {}

base::Result<std::unique_ptr<Agent>> Agent::open(io::Loop& loop, io::Forker& forker) {
  std::unique_ptr<Agent> agent(new Agent(loop, forker));
  auto monitor = netlink::Monitor::open(
      loop, [raw = agent.get()](const auto& change) { raw->on_change(change); });
  if (!monitor) return std::unexpected(monitor.error());
  agent->monitor_ = std::move(*monitor);
  auto changes = netlink::Requests::open(loop);
  if (!changes) return std::unexpected(changes.error());
  agent->changes_ = std::move(*changes);
  agent->held_.emplace(*agent->changes_);
  agent->routes_.emplace(loop, *agent->changes_);
  auto announcer = wire::Announcer::open(loop);
  if (!announcer) return std::unexpected(announcer.error());
  agent->announcer_ = std::move(*announcer);
  auto frames = wire::FrameSender::open();
  if (!frames) return std::unexpected(frames.error());
  agent->frames_ = std::move(*frames);
  if (auto done = agent->open_owner_watch(); !done) return std::unexpected(done.error());
  agent->transport_.emplace(loop, [raw = agent.get()] { raw->turn(); });
  return agent;
}

// What waits in the sockets is heard before any timer is believed: a process that slept must not
// take its own sleep for a peer's death.
void Agent::turn() {
  const vrrp::Instant now = Clock::now();
  note_lateness(now);
  receive(now);
  update_sources();
  engine_.advance(now, actions_);
  perform();
  schedule();
}

void Agent::turn_soon() {
  if (std::exchange(is_turn_coming_, true)) return;
  loop_.post([this] {
    is_turn_coming_ = false;
    turn();
  });
}

void Agent::receive(vrrp::Instant now) {
  bool is_anything = false;
  transport_->receive(kReceiveLimit, [&](net::InterfaceIndex interface, const auto& datagram) {
    is_anything = true;
    engine_.receive(interface, datagram, now, actions_);
    unknown_.note(interface, datagram, now, engine_, monitor_->links());
  });
  if (!is_anything || is_report_armed_) return;
  is_report_armed_ = true;
  reject_report_.after(1s);
}

void Agent::schedule() {
  const auto next = engine_.deadline();
  // A down timer moves on with each packet that is heard: it is set again when it has run out, and
  // not once a packet.
  if (next && armed_ && *armed_ <= *next) return;
  if (next == armed_) return;
  armed_ = next;
  if (next)
    deadline_.at(*next);
  else
    deadline_.cancel();
}

void Agent::note_lateness(vrrp::Instant now) {
  if (!armed_ || now < *armed_) return;
  const vrrp::Duration late = now - *armed_;
  armed_.reset();
  latest_ = std::max(latest_, late);
  if (late >= kLate) ++tally_.late_turns;
  if (late < kLate || now - lateness_told_ < 1s) return;
  lateness_told_ = now;
  base::log::warning("loop.late", {{"late_ms", milliseconds(late)},
                                   {"longest_ms", milliseconds(latest_)},
                                   {"hint", "this process did not get the processor in time"}});
}

void Agent::log_summary() const {
  for (const auto& [id, running] : running_) {
    const vrrp::Router& router = engine_.router(id);
    const vrrp::Counters& counters = router.counters();
    const auto& peer = router.last_active_peer();
    base::log::info("vrrp.summary",
                    {{"instance", running.planned.name},
                     {"state", std::string(name(router.state()))},
                     {"priority", fmt::to_string(router.effective_priority().value())},
                     {"last_heard", peer ? to_string(peer->address) : "nobody"},
                     {"received", fmt::to_string(counters.received)},
                     {"sent", fmt::to_string(counters.sent)},
                     {"became_active", fmt::to_string(counters.became_active)},
                     {"released_active", fmt::to_string(counters.released_active)}});
  }
  const auto rejected = rejects();
  for (std::size_t i = 0; i < rejected.size(); ++i)
    if (rejected[i] != 0)
      base::log::info("vrrp.rejected_total",
                      {{"reason", std::string(name(static_cast<vrrp::RejectReason>(i)))},
                       {"count", fmt::to_string(rejected[i])}});
  base::log::info("loop.summary", {{"longest_late_ms", milliseconds(latest_)},
                                   {"send_failures", fmt::to_string(transport_->send_failures())},
                                   {"netlink_overruns", fmt::to_string(monitor_->overruns())},
                                   {"log_lines_dropped", fmt::to_string(base::log::dropped())}});
}

}  // namespace agent
