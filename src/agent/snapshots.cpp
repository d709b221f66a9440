#include "agent/view/snapshot.h"

#include <algorithm>
#include <map>
#include <set>

#include "agent/agent.h"
#include "base/log.h"
#include "netlink/select.h"

namespace agent {
namespace {

std::vector<vrrp::Heard> latest_first(std::vector<vrrp::Heard> heard) {
  std::ranges::sort(heard, std::ranges::greater(), &vrrp::Heard::last);
  return heard;
}

view::TrackerSnapshot tracker(vrrp::TrackId id, const std::string& full_name) {
  const std::size_t space = full_name.find(' ');
  view::TrackerSnapshot out{.id = id, .kind = full_name.substr(0, space), .routers = {}};
  if (space != std::string::npos) out.name = full_name.substr(space + 1);
  return out;
}

// What a router has been told about something that it tracks.
void note_state(view::TrackerSnapshot& tracker, const vrrp::Router::TrackedState& state) {
  using Known = vrrp::Router::TrackedState::Known;
  switch (state.known) {
    case Known::No:
      return;
    case Known::Up:
      tracker.is_up = true;
      return;
    case Known::Down:
      tracker.is_up = false;
      return;
    case Known::Value:
      tracker.value = state.value;
      return;
  }
}

}  // namespace

view::Snapshot Agent::snapshot() const {
  view::Snapshot out = outline();
  for (const auto& [id, running] : running_) out.routers.push_back(snapshot_of(id));
  return out;
}

view::Snapshot Agent::outline() const {
  view::Snapshot out{.time = std::chrono::steady_clock::now(),
                     .wall = std::chrono::system_clock::now(),
                     .started = started_,
                     .identity = identity_,
                     .is_stopping = is_stopping_,
                     .trackers = trackers(),
                     .scripts = trackers_.scripts(),
                     .static_addresses = static_addresses_,
                     .unmatched = engine_.unmatched().rejected(),
                     .resources = tally_};
  for (const RunningGroup& group : groups_) {
    view::GroupSnapshot shown{
        .name = group.name, .members = {}, .state = group.state, .notify = group.notify};
    for (const vrrp::RouterId id : group.members)
      shown.members.push_back(running_.at(id).planned.name);
    out.groups.push_back(std::move(shown));
  }
  std::set<std::string> names;
  for (const auto& [id, running] : running_) names.insert(running.planned.interface_name);
  for (const plan::PlannedInterface& tracked : interfaces_) names.insert(tracked.name);
  for (const netlink::Link& link : monitor_->links())
    if (names.contains(link.name)) out.interfaces.push_back(link);
  out.resources.foreign_claims = owners_->book().claims();
  out.resources.defences = owners_->book().defences();
  out.resources.longest_lateness = latest_;
  out.resources.send_failures = transport_->send_failures();
  out.resources.announce_failures = announcer_->failures();
  out.resources.netlink_overruns = monitor_->overruns();
  out.resources.log_lines_dropped = base::log::dropped();
  return out;
}

std::vector<view::TrackerSnapshot> Agent::trackers() const {
  std::map<vrrp::TrackId, view::TrackerSnapshot> found;
  for (const auto& [id, running] : running_) {
    const vrrp::Router& router = engine_.router(id);
    const auto& tracked = router.config().tracked;
    for (std::size_t i = 0; i < tracked.size(); ++i) {
      const vrrp::TrackId tracked_id = tracked[i].id;
      auto known = found.find(tracked_id);
      if (known == found.end())
        known =
            found.emplace(tracked_id, tracker(tracked_id, track_names_.name_of(tracked_id))).first;
      note_state(known->second, router.tracked_states()[i]);
      known->second.routers.push_back(running.planned.name);
    }
  }
  std::vector<view::TrackerSnapshot> out;
  for (auto& [id, shown] : found) out.push_back(std::move(shown));
  return out;
}

view::RouterSnapshot Agent::snapshot_of(vrrp::RouterId id) const {
  const vrrp::Router& router = engine_.router(id);
  const plan::PlannedRouter& planned = running_.at(id).planned;
  view::RouterSnapshot out{.id = id,
                           .name = planned.name,
                           .interface_name = planned.interface_name,
                           .config = router.config(),
                           .notify = planned.notify,
                           .shown = planned.shown,
                           .state = router.state(),
                           .is_resigning = router.is_resigning(),
                           .is_drained = router.is_drained(),
                           .effective_priority = router.effective_priority(),
                           .source = router.source(),
                           .deadline = router.deadline(),
                           .counters = router.counters(),
                           .active_peer = router.last_active_peer(),
                           .peers = latest_first(router.hearing()),
                           .transitions = history_.transitions(id),
                           .notices = history_.notices(id)};
  if (const auto obstacle = router.obstacle()) out.obstacle = in_words(id, *obstacle);
  for (std::size_t i = 0; i < out.config.tracked.size(); ++i) {
    view::TrackerSnapshot state;
    note_state(state, router.tracked_states()[i]);
    const vrrp::Tracked& tracked = out.config.tracked[i];
    out.tracked.push_back({tracked, track_names_.name_of(tracked.id), state.is_up, state.value});
  }
  for (const RunningGroup& group : groups_)
    if (std::ranges::find(group.members, id) != group.members.end()) out.group = group.name;
  out.owners = owners_->book().owners(id, std::chrono::steady_clock::now());
  for (view::OwnerSnapshot& owner : out.owners) owner.interface_name = planned.interface_name;
  const auto present = monitor_->addresses();
  for (std::size_t i = 0; i < planned.addresses.size(); ++i) {
    const netlink::Address& address = planned.addresses[i];
    const netlink::Link* link = find(monitor_->links(), address.interface);
    out.addresses.push_back(
        {.address = address,
         .interface_name = link != nullptr                                 ? link->name
                           : address.interface == planned.config.interface ? planned.interface_name
                                                                           : std::string(),
         .is_excluded = i >= router.config().addresses.size(),
         .is_present = std::ranges::any_of(present, [&](const netlink::Address& other) {
           return other.interface == address.interface &&
                  other.prefix.address() == address.prefix.address();
         })});
  }
  return out;
}

}  // namespace agent
