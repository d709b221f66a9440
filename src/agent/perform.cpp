// What the engine decides becomes packets, addresses, scripts and log lines.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "agent/agent.h"
#include "base/log.h"
#include "netlink/select.h"

namespace agent {
namespace {

using namespace std::chrono_literals;

constexpr auto kRejectPause = 10s;  // between two lines about one reason

}  // namespace

// Advertisements first, all in one go: they are what peers wait for. Then addresses in one batch,
// which the kernel has carried out when the call returns; then everybody is told where they are.
void Agent::perform() {
  if (actions_.empty()) return;
  performing_.clear();  // two lists that take turns: neither gives its memory back
  performing_.swap(actions_);
  const vrrp::RouterActions& actions = performing_;
  for (const auto& [id, action] : actions)
    if (const auto* advertise = std::get_if<vrrp::Advertise>(&action)) send(id, *advertise);
  const vrrp::Instant sent = std::chrono::steady_clock::now();  // or a little later
  transport_->flush();
  frames_->flush();
  renew_lease(actions, sent);
  for (const auto& [id, action] : actions) {
    const Running& running = running_.at(id);
    if (std::holds_alternative<vrrp::ClaimAddresses>(action)) {
      if (!running.planned.accepts) no_accept_.claim(id.value, running.planned.addresses);
      held_->claim(id.value, running.planned.addresses);
      routes_->claim(id.value, running.planned.routes);
    }
    if (std::holds_alternative<vrrp::ReleaseAddresses>(action) &&
        !(is_stopping_ && keeps_addresses_)) {
      held_->release(id.value, running.planned.addresses);
      routes_->release(id.value, running.planned.routes);
      announcer_->withdraw(running.planned.addresses);
    }
  }
  flush_held();
  for (const auto& [id, action] : actions)
    if (std::holds_alternative<vrrp::ReleaseAddresses>(action))
      no_accept_.release(id.value, running_.at(id).planned.addresses);
  for (const auto& [id, action] : actions)
    if (const auto* wanted = std::get_if<vrrp::Announce>(&action)) announce(id, *wanted);
  tell_groups(GroupsToTell::ThatBegin);
  for (const auto& [id, action] : actions) {
    if (const auto* transition = std::get_if<vrrp::Transition>(&action)) tell(id, *transition);
    if (const auto* notice = std::get_if<vrrp::Notice>(&action)) tell(id, *notice);
  }
  for (const auto& [id, action] : actions)
    if (std::holds_alternative<vrrp::Done>(action)) leave(id);
  tell_groups();
  finish_if_stopped();
}

void Agent::flush_held() {
  routes_->flush_removals();
  held_->flush();
  routes_->flush_additions();
}

// A router has left: for good, or a reload wanted it back while it was still handing over.
void Agent::leave(vrrp::RouterId id) {
  if (is_stopping_) return;
  if (!running_.at(id).is_deleted) {
    const vrrp::Instant now = std::chrono::steady_clock::now();
    // Without the start-up delay that it may have begun with.
    (void)engine_.reconfigure(id, running_.at(id).planned.config, now, actions_);
    engine_.handle(id, vrrp::Startup{}, now, actions_);
    return turn_soon();
  }
  engine_.remove(id);
  running_.erase(id);
  history_.forget(id);
  retire_vmacs();
  owners_->forget(id);
  if (const auto done = listen(); !done)
    base::log::warning("vrrp.listen_failed", {{"error", base::to_string(done.error())}});
}

void Agent::send(vrrp::RouterId id, const vrrp::Advertise& advertise) {
  const vrrp::Router& router = engine_.router(id);
  const plan::PlannedRouter& planned = running_.at(id).planned;
  if (!router.source()) return;
  for (const net::IpAddress& destination : router.destinations()) {
    if (++identification_ == 0) ++identification_;  // the kernel would choose one
    const auto payload = engine_.packet(id, advertise, destination,
                                        {.utc = std::chrono::system_clock::now(),
                                         .identification = identification_,
                                         .hop_limit = planned.hop_limit});
    wire::Transport::Address address{.interface = planned.config.interface,
                                     .source = *router.source(),
                                     .destination = destination,
                                     .protocol = router.ip_protocol(),
                                     .hop_limit = planned.hop_limit,
                                     .identification = identification_};
    if (!planned.advertises_from) {
      transport_->send(address, payload);
      continue;
    }
    address.interface = *planned.vmac;
    frames_->send(address, *planned.advertises_from, payload);
  }
}

void Agent::announce(vrrp::RouterId id, const vrrp::Announce& announce) {
  announcer_->announce(
      running_.at(id).planned.addresses, announce.rounds,
      [this](net::InterfaceIndex index) { return find(monitor_->links(), index); });
}

void Agent::tell(vrrp::RouterId id, const vrrp::Transition& transition) {
  const Running& running = running_.at(id);
  const vrrp::Priority priority = engine_.router(id).effective_priority();
  base::log::info("vrrp.transition", {{"instance", running.planned.name},
                                      {"from", std::string(name(transition.from))},
                                      {"to", std::string(name(transition.to))},
                                      {"priority", fmt::to_string(priority.value())},
                                      {"cause", std::string(name(transition.reason.cause))},
                                      {"reason", in_words(id, transition.reason)}});
  watch_owners(id);
  history_.add(id, {.from = transition.from,
                    .to = transition.to,
                    .cause = transition.reason.cause,
                    .reason = in_words(id, transition.reason),
                    .time = transition.time});
  const bool is_deleted = running.is_deleted && transition.to == vrrp::State::Initialize;
  notifications_.tell(subject(id), running.planned.notify, running.planned.sends_mail,
                      is_deleted ? notify::Told::Deleted : notify::told_of(transition.to));
}

notify::Subject Agent::subject(vrrp::RouterId id) const {
  return {.kind = notify::Subject::Kind::Instance,
          .name = running_.at(id).planned.name,
          .priority = engine_.router(id).effective_priority().value()};
}

// fifo_write_vrrp_states_on_reload: who has begun to listen only now knows as well.
void Agent::repeat_states() {
  for (const auto& [id, running] : running_)
    if (engine_.router(id).state() != vrrp::State::Initialize)
      notifications_.repeat(subject(id), notify::told_of(engine_.router(id).state()));
  for (const RunningGroup& group : groups_)
    if (group.state != vrrp::State::Initialize)
      notifications_.repeat({.kind = notify::Subject::Kind::Group, .name = group.name},
                            notify::told_of(group.state));
}

// The core knows tracked things by number only.
std::string Agent::in_words(vrrp::RouterId id, const vrrp::Reason& reason) const {
  const std::string& interface = running_.at(id).planned.interface_name;
  const bool is_of_link =
      reason.cause == vrrp::Cause::LinkDown || reason.cause == vrrp::Cause::NoSource;
  if (is_of_link && find(monitor_->links(), interface) == nullptr)
    return fmt::format("there is no interface {}", interface);
  const std::string name = reason.tracked ? track_names_.name_of(*reason.tracked) : std::string();
  if (!name.empty() && reason.cause == vrrp::Cause::TrackedDown) return name + " is down";
  if (!name.empty() && reason.cause == vrrp::Cause::TrackedUnknown)
    return name + " has no result yet";
  return describe(reason);
}

void Agent::tell(vrrp::RouterId id, const vrrp::Notice& notice) {
  base::log::warning("vrrp.trouble", {{"instance", running_.at(id).planned.name},
                                      {"trouble", std::string(name(notice.trouble))},
                                      {"what", describe(notice)}});
  history_.add(id, {.trouble = notice.trouble, .what = describe(notice), .time = notice.time});
  if (notice.trouble == vrrp::Trouble::OtherActive)
    notifications_.tell_lower_priority(subject(id), running_.at(id).planned.notify);
}

std::array<std::uint64_t, vrrp::kRejectReasons> Agent::rejects() const {
  auto total = engine_.unmatched().rejected();
  for (const auto& [id, running] : running_) {
    const auto& rejected = engine_.router(id).counters().rejected();
    for (std::size_t i = 0; i < total.size(); ++i) total[i] += rejected[i];
  }
  return total;
}

// A second after packets came in: who floods us gets a line for each reason now and then, and a
// count.
void Agent::report_rejects() {
  is_report_armed_ = false;
  const vrrp::Instant now = std::chrono::steady_clock::now();
  const auto total = rejects();
  for (std::size_t i = 0; i < total.size(); ++i) {
    if (total[i] <= rejects_told_[i] ||
        (rejects_told_[i] != 0 && now - rejects_told_at_[i] < kRejectPause))
      continue;
    const auto reason = static_cast<vrrp::RejectReason>(i);
    base::log::warning("vrrp.rejected", {{"reason", std::string(name(reason))},
                                         {"count", fmt::to_string(total[i] - rejects_told_[i])},
                                         {"total", fmt::to_string(total[i])},
                                         {"what", std::string(describe(reason))}});
    rejects_told_[i] = total[i];
    rejects_told_at_[i] = now;
  }
}

}  // namespace agent
