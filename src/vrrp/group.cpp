// Sync groups: all members are active, or none is. Router has the member's side, Engine the
// group's.
#include <algorithm>

#include "vrrp/engine.h"
#include "vrrp/router.h"

namespace vrrp {

void Router::activate(Instant now, Actions& actions) {
  if (state_ == State::Active || !wanted_) return;
  const Reason reason = *wanted_;
  become_active(reason, {now, actions});
}

void Router::follow_to_backup(Instant now, Actions& actions) {
  if (state_ != State::Active) return;
  const Turn turn{now, actions};
  const Reason reason{.cause = Cause::SyncGroup};
  if (resign_deadline_) return finish_resignation(reason, turn);
  // No resignation: whoever is better on the other link has its group active here too, and where
  // two groups each lost on one link, both would call all others out at once.
  actions.push_back(ReleaseAddresses{});
  active_interval_ = config_.interval;
  become_backup(reason, down_interval(), turn);
}

void Router::note_torn(Instant now) {
  torn_at_ = now;
}

// Two groups that are better than each other on one link each yield to each other. Then they must
// not come back in the same instant, and again and again (docs/decisions/0053).
Duration Router::spread(Instant now) const {
  std::uint64_t mixed = static_cast<std::uint64_t>(now.time_since_epoch().count());
  for (const std::uint8_t byte : last_source_->bytes()) mixed = (mixed ^ byte) * 0x9e3779b97f4a7c15;
  mixed ^= mixed >> 32;
  return config_.interval * static_cast<std::int64_t>(1 + mixed % 1024) / 1024;
}

// A member that does not take part yet, or no more, keeps its group from being active, but is no
// reason for the others to be in Fault.
bool Router::has_own_fault() const {
  if (!has_begun()) return false;
  const auto reason = fault();
  return reason && reason->cause != Cause::SyncGroup && reason->cause != Cause::TrackedUnknown;
}

void Router::set_group_fault(bool is_faulty, Instant now, Actions& actions) {
  if (has_group_fault_ == is_faulty) return;
  has_group_fault_ = is_faulty;
  settle({.cause = Cause::SyncGroup}, {now, actions});
}

void Router::announce_with_group(Instant now, Actions& actions) {
  if (state_ == State::Active && !resign_deadline_)
    announce(config_.announce.lower_priority_repeat, config_.announce.lower_priority_delay,
             {now, actions});
}

// A lower router that was active on one link of the group was so on all of them, and has yielded on
// the others before we could hear it there: what it told hosts and bridges is still believed.
void Engine::announce_others(RouterId heard_by, Instant now, RouterActions& actions) {
  for (const RouterId id : groups_[group_of_[heard_by.value]]) {
    if (id == heard_by) continue;
    routers_[id.value]->announce_with_group(now, scratch_);
    collect(id, actions);
  }
}

void Engine::set_groups(std::vector<std::vector<RouterId>> groups, Instant now,
                        RouterActions& actions) {
  std::vector<bool> was_grouped(routers_.size());
  for (std::uint32_t slot = 0; slot < routers_.size(); ++slot) {
    was_grouped[slot] = std::exchange(group_of_[slot], kNoGroup) != kNoGroup;
    if (routers_[slot]) routers_[slot]->set_grouped(false);
  }
  groups_ = std::move(groups);
  for (std::size_t group = 0; group < groups_.size(); ++group) {
    for (const RouterId id : groups_[group]) {
      group_of_[id.value] = group;
      routers_[id.value]->set_grouped(true);
    }
    reconcile(group, now, actions);
  }
  for (std::uint32_t slot = 0; slot < routers_.size(); ++slot) {
    if (!was_grouped[slot] || group_of_[slot] != kNoGroup || !routers_[slot]) continue;
    routers_[slot]->set_group_fault(false, now, scratch_);
    routers_[slot]->activate(now, scratch_);
    collect(RouterId{slot}, actions);
  }
}

void Engine::handle_group(std::size_t group, const Event& event, Instant now,
                          RouterActions& actions) {
  for (const RouterId id : groups_[group]) {
    routers_[id.value]->handle(event, now, scratch_);
    collect(id, actions);
  }
  reconcile(group, now, actions);
}

// After anything happened to a member. No member becomes active alone, so a group that is partly
// active has lost one.
void Engine::reconcile(std::size_t group, Instant now, RouterActions& actions) {
  const auto& members = groups_[group];
  const auto each = [&](auto&& change) {
    for (const RouterId id : members) {
      change(*routers_[id.value]);
      collect(id, actions);
    }
  };
  const auto router_of = [&](RouterId id) -> const Router& { return *routers_[id.value]; };
  const bool is_faulty = std::ranges::any_of(members, &Router::has_own_fault, router_of);
  each([&](Router& member) { member.set_group_fault(is_faulty, now, scratch_); });
  const auto is_active = [](const Router& member) { return member.state() == State::Active; };
  if (std::ranges::all_of(members, is_active, router_of)) return;
  if (std::ranges::any_of(members, is_active, router_of))
    each([&](Router& member) { member.note_torn(now); });
  each([&](Router& member) { member.follow_to_backup(now, scratch_); });
  if (std::ranges::all_of(members, &Router::wants_to_be_active, router_of))
    each([&](Router& member) { member.activate(now, scratch_); });
}

}  // namespace vrrp
