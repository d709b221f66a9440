// What an operator asks of virtual routers: by name of an instance or a sync group, or of all.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "agent/agent.h"
#include "base/log.h"
#include "text/place.h"

namespace agent {

base::Result<std::vector<vrrp::RouterId>> Agent::named(std::string_view name) const {
  std::vector<vrrp::RouterId> found;
  std::vector<std::string_view> names;
  for (const auto& [id, running] : running_) {
    if (name.empty() || running.planned.name == name) found.push_back(id);
    names.push_back(running.planned.name);
  }
  for (const RunningGroup& group : groups_) {
    if (group.name == name && found.empty()) return group.members;
    names.push_back(group.name);
  }
  if (!found.empty() || name.empty()) return found;
  const std::string_view near = text::nearest(name, names);
  return base::fail(base::Kind::NotFound,
                    fmt::format("there is no instance or sync group \"{}\"", name),
                    near.empty() ? fmt::format("there are {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean \"{}\"?", near));
}

base::Result<std::vector<std::string>> Agent::operate(const vrrp::Event& event,
                                                      const std::string& name) {
  if (is_stopping_)
    return base::fail(base::Kind::Conflict, "this agent is stopping", "it takes no more commands");
  const auto ids = named(name);
  if (!ids) return std::unexpected(ids.error());
  std::set<vrrp::RouterId> wanted(ids->begin(), ids->end());
  // Who is drained must stay so when a reload adds to it; members of a group yield together.
  const auto* drain = std::get_if<vrrp::Drain>(&event);
  if (drain != nullptr && name.empty()) drains_all_ = drain->is_drained;
  if (drain != nullptr || std::holds_alternative<vrrp::Resign>(event))
    for (const RunningGroup& group : groups_)
      if (std::ranges::any_of(group.members, [&](auto id) { return wanted.contains(id); }))
        wanted.insert(group.members.begin(), group.members.end());
  const vrrp::Instant now = std::chrono::steady_clock::now();
  receive(now);
  std::vector<std::string> names;
  for (const vrrp::RouterId id : wanted) {
    engine_.handle(id, event, now, actions_);
    names.push_back(running_.at(id).planned.name);
  }
  perform();
  schedule();
  return names;
}

}  // namespace agent
