#include "agent/view/explanation.h"

#include <fmt/format.h>

#include <algorithm>

namespace agent::view {
namespace {

using namespace std::chrono_literals;

// A refused packet, a notice: news for so long.
constexpr vrrp::Duration kRecent = 1min;

std::string heard_ago(vrrp::Instant heard, vrrp::Instant now) {
  return fmt::format("heard {} ago", for_people(now - heard));
}

// Whether what was heard of the active router is still believed.
bool is_current(const RouterSnapshot& router, vrrp::Instant now) {
  if (!router.active_peer || router.active_peer->priority.is_resigning()) return false;
  const vrrp::Peer& peer = *router.active_peer;
  return now - peer.heard <= vrrp::down_interval(router.config.version, router.effective_priority,
                                                 std::max(peer.interval, router.config.interval),
                                                 router.config.down_timer_adverts);
}

std::string comparison(const RouterSnapshot& router) {
  const vrrp::Priority theirs = router.active_peer->priority;
  const vrrp::Priority ours = router.effective_priority;
  if (theirs > ours)
    return fmt::format("has the higher priority ({}, ours is {})", theirs.value(), ours.value());
  if (theirs == ours)
    return fmt::format("has our priority ({}) and was active first, or has the higher address",
                       ours.value());
  const std::string lower =
      fmt::format("has a lower priority ({}, ours is {})", theirs.value(), ours.value());
  if (router.is_drained) return lower;
  if (!router.config.preempt) return lower + ", but nopreempt leaves it alone";
  if (router.config.preempt_delay > 0s)
    return lower + fmt::format(", and is tolerated for the preempt_delay of {}",
                               for_people(router.config.preempt_delay));
  return lower + " and is about to be displaced";
}

std::string explain_active(const RouterSnapshot& router) {
  if (router.is_resigning)
    return "resigning: it said so (priority 0) and serves on until it hears its successor";
  const std::string reason =
      router.transitions.empty() ? std::string("started") : router.transitions.front().reason;
  return fmt::format("active because: {}", reason);
}

std::string explain_backup(const RouterSnapshot& router, vrrp::Instant now) {
  std::string out;
  if (is_current(router, now))
    out = fmt::format("backup: {} is active and {}; {}", to_string(router.active_peer->address),
                      comparison(router), heard_ago(router.active_peer->heard, now));
  else if (router.active_peer && router.active_peer->priority.is_resigning())
    out = fmt::format("backup: {} resigned {} ago", to_string(router.active_peer->address),
                      for_people(now - router.active_peer->heard));
  else if (router.active_peer)
    out = fmt::format("backup: nobody is heard any more; {} was active, {}",
                      to_string(router.active_peer->address),
                      heard_ago(router.active_peer->heard, now));
  else
    out = "backup: no active router was heard yet";
  if (router.is_drained)
    return out + "; drained by an operator, stays backup until `holdfast ctl undrain`";
  if (router.deadline && *router.deadline > now)
    out += fmt::format("; takes over unless it hears one within {}",
                       for_people(*router.deadline - now));
  return out;
}

}  // namespace

std::string for_people(vrrp::Duration duration) {
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(duration).count();
  if (duration < 10s)
    return fmt::format("{:.1f} s", std::chrono::duration<double>(duration).count());
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole / 60 % 60);
  return fmt::format("{} d {} h", whole / 86400, whole / 3600 % 24);
}

std::string explain(const RouterSnapshot& router, vrrp::Instant now) {
  switch (router.state) {
    case vrrp::State::Active:
      return explain_active(router);
    case vrrp::State::Backup:
      return explain_backup(router, now);
    case vrrp::State::Fault:
      return fmt::format("in fault, takes no part: {}",
                         router.obstacle.empty() ? "waiting" : router.obstacle);
    case vrrp::State::Initialize:
      if (!router.obstacle.empty()) return fmt::format("has not begun: {}", router.obstacle);
      if (router.deadline && *router.deadline > now)
        return fmt::format("has not begun: vrrp_startup_delay ends in {}",
                           for_people(*router.deadline - now));
      return "has not begun, or has left";
  }
  return {};
}

std::vector<std::string> problems(const RouterSnapshot& router, vrrp::Instant now) {
  std::vector<std::string> out;
  if (router.state == vrrp::State::Fault)
    out.push_back(fmt::format("in fault: {}", router.obstacle));
  const bool is_active = router.state == vrrp::State::Active;
  for (const OwnerSnapshot& owner : router.owners) {
    if (owner.is_expected) continue;
    out.push_back(fmt::format("{} {} {} too ({} ago): {}", to_string(owner.mac),
                              owner.was_announced ? "announced" : "answers for",
                              to_string(owner.address), for_people(now - owner.last),
                              is_active ? "two active routers that do not hear each other (IP "
                                          "protocol 112 blocked?), or a foreign host"
                                        : "two hosts have the address"));
  }
  if (is_active)
    for (const AddressSnapshot& address : router.addresses)
      if (!address.is_present)
        out.push_back(fmt::format("{} is not on {}", to_string(address.address.prefix),
                                  address.interface_name));
  for (const vrrp::Heard& peer : router.peers)
    if (peer.refused && now - peer.refused->time < kRecent)
      out.push_back(fmt::format("{} is heard and refused: {}", to_string(peer.address),
                                describe(peer.refused->reason)));
  for (const NoticeSnapshot& notice : router.notices)
    if (now - notice.time < kRecent && notice.trouble != vrrp::Trouble::IncompatiblePeer)
      out.push_back(notice.what);
  if (router.state == vrrp::State::Backup && router.is_drained && !is_current(router, now))
    out.push_back("drained, and nobody else is active: nobody serves the addresses");
  return out;
}

}  // namespace agent::view
