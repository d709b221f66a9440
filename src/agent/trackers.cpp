#include "agent/trackers.h"

#include <utility>

namespace agent {

Trackers::Trackers(io::Loop& loop, io::Forker& forker, Told told)
    : loop_(loop),
      forker_(forker),
      told_(std::move(told)),
      files_(loop,
             [this](vrrp::TrackId id, int value) {
               told_(vrrp::TrackedValue{id, value}, id);
             }),
      processes_(loop, [this](vrrp::TrackId id, bool is_up) {
        told_(vrrp::TrackedChanged{id, is_up}, id);
      }) {}

void Trackers::replace(const plan::Plan& plan, bool is_start) {
  files_.replace(plan.files, is_start);
  processes_.replace(plan.processes);
  replace_scripts(plan.scripts);
}

void Trackers::replace_scripts(const std::vector<plan::PlannedScript>& scripts) {
  std::map<vrrp::TrackId, std::unique_ptr<track::ScriptRunner>> kept;
  std::vector<track::ScriptRunner*> fresh;
  for (const plan::PlannedScript& planned : scripts) {
    const vrrp::TrackId id = planned.id;
    const auto known = scripts_.find(id);
    if (known != scripts_.end() && known->second->script() == planned.script) {
      kept.emplace(id, std::move(known->second));
      continue;
    }
    auto runner = std::make_unique<track::ScriptRunner>(
        loop_, forker_, planned.script, [this, id](bool is_up, const std::string&) {
          told_(vrrp::TrackedChanged{id, is_up}, id);
        });
    fresh.push_back(runner.get());
    kept.emplace(id, std::move(runner));
  }
  scripts_ = std::move(kept);
  for (track::ScriptRunner* runner : fresh) runner->start();
}

std::optional<vrrp::Event> Trackers::known(vrrp::TrackId id) const {
  const auto script = scripts_.find(id);
  if (script != scripts_.end() && script->second->is_up())
    return vrrp::TrackedChanged{id, *script->second->is_up()};
  if (const auto value = files_.value(id)) return vrrp::TrackedValue{id, *value};
  if (const auto is_up = processes_.is_up(id)) return vrrp::TrackedChanged{id, *is_up};
  return std::nullopt;
}

std::vector<view::ScriptSnapshot> Trackers::scripts() const {
  std::vector<view::ScriptSnapshot> out;
  for (const auto& [id, runner] : scripts_)
    out.push_back({.script = runner->script(),
                   .is_up = runner->is_up(),
                   .is_running = runner->is_running(),
                   .result = runner->result()});
  return out;
}

void Trackers::stop() {
  scripts_.clear();
  files_.replace({}, false);
  processes_.replace({});
}

}  // namespace agent
