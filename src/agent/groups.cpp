// Sync groups: the engine keeps their members together; here they get names, log lines and scripts.
#include <algorithm>
#include <utility>

#include "agent/agent.h"
#include "base/log.h"

namespace agent {

void Agent::replace_groups(const std::vector<plan::PlannedGroup>& groups,
                           const std::vector<vrrp::RouterId>& routers) {
  std::vector<std::vector<vrrp::RouterId>> members;
  std::vector<RunningGroup> before = std::exchange(groups_, {});
  for (const plan::PlannedGroup& planned : groups) {
    RunningGroup group{.name = planned.name,
                       .members = {},
                       .notify = planned.notify,
                       .sends_mail = planned.sends_mail};
    for (const std::size_t place : planned.members)
      if (running_.contains(routers[place])) group.members.push_back(routers[place]);
    const auto known = std::ranges::find(before, planned.name, &RunningGroup::name);
    if (known != before.end()) {
      group.state = known->state;
      before.erase(known);
    }
    members.push_back(group.members);
    groups_.push_back(std::move(group));
  }
  for (const RunningGroup& gone : before) {
    base::log::info("vrrp.group_deleted", {{"group", gone.name}});
    notifications_.tell({.kind = notify::Subject::Kind::Group, .name = gone.name}, gone.notify,
                        gone.sends_mail, notify::Told::Deleted);
  }
  engine_.set_groups(std::move(members), std::chrono::steady_clock::now(), actions_);
}

// Nothing while some have begun, or left, and others have not: that is about to end.
std::optional<vrrp::State> Agent::state_of(const RunningGroup& group) const {
  const auto count = [&](vrrp::State state) {
    return static_cast<std::size_t>(std::ranges::count(
        group.members, state, [&](vrrp::RouterId id) { return engine_.router(id).state(); }));
  };
  if (count(vrrp::State::Fault) > 0) return vrrp::State::Fault;
  for (const vrrp::State all : {vrrp::State::Initialize, vrrp::State::Active, vrrp::State::Backup})
    if (count(all) == group.members.size()) return all;
  return std::nullopt;
}

void Agent::tell_groups(GroupsToTell which) {
  for (RunningGroup& group : groups_) {
    const bool begins = group.state == vrrp::State::Initialize;
    if (which == GroupsToTell::ThatBegin && !begins) continue;
    const auto state = state_of(group);
    if (!state || *state == group.state) continue;
    base::log::info("vrrp.group", {{"group", group.name},
                                   {"from", std::string(name(group.state))},
                                   {"to", std::string(name(*state))}});
    group.state = *state;
    notifications_.tell({.kind = notify::Subject::Kind::Group, .name = group.name}, group.notify,
                        group.sends_mail, notify::told_of(*state));
  }
}

}  // namespace agent
