#include "agent/trackers.h"

#include <utility>

namespace agent {

Trackers::Trackers(io::Loop& loop, io::Forker& forker, Told told)
    : loop_(loop), forker_(forker), told_(std::move(told)) {}

void Trackers::replace(const Plan& plan) {
  replace_scripts(plan.scripts);
}

void Trackers::replace_scripts(const std::vector<PlannedScript>& scripts) {
  std::map<vrrp::TrackId, std::unique_ptr<ScriptRunner>> kept;
  std::vector<ScriptRunner*> fresh;
  for (const PlannedScript& planned : scripts) {
    const vrrp::TrackId id = planned.id;
    const auto known = scripts_.find(id);
    if (known != scripts_.end() && known->second->script() == planned.script) {
      kept.emplace(id, std::move(known->second));
      continue;
    }
    auto runner = std::make_unique<ScriptRunner>(loop_, forker_, planned.script,
                                                 [this, id](bool is_up, const std::string&) {
                                                   told_(vrrp::TrackedChanged{id, is_up}, id);
                                                 });
    fresh.push_back(runner.get());
    kept.emplace(id, std::move(runner));
  }
  scripts_ = std::move(kept);
  for (ScriptRunner* runner : fresh) runner->start();
}

std::optional<vrrp::Event> Trackers::known(vrrp::TrackId id) const {
  const auto script = scripts_.find(id);
  if (script != scripts_.end() && script->second->is_up())
    return vrrp::TrackedChanged{id, *script->second->is_up()};
  return std::nullopt;
}

void Trackers::stop() {
  scripts_.clear();
}

}  // namespace agent
