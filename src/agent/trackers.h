// What is watched for the routers besides interfaces: scripts, files, processes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "agent/plan/plan.h"
#include "agent/track/file_watch.h"
#include "agent/track/process_watch.h"
#include "agent/track/script.h"
#include "agent/view/snapshot.h"
#include "io/forker.h"
#include "io/loop.h"
#include "vrrp/event.h"

namespace agent {

class Trackers {
 public:
  using Told = std::function<void(const vrrp::Event& event, vrrp::TrackId id)>;
  // `told` is called for each result that changes something, from the loop or from replace().
  Trackers(io::Loop& loop, io::Forker& forker, Told told);

  // What is tracked from now on; what did not change goes on with its results.
  void replace(const plan::Plan& plan, bool is_start);
  // TrackedChanged or TrackedValue, once something is known.
  std::optional<vrrp::Event> known(vrrp::TrackId id) const;
  void stop();
  std::vector<view::ScriptSnapshot> scripts() const;

 private:
  void replace_scripts(const std::vector<plan::PlannedScript>& scripts);

  io::Loop& loop_;
  io::Forker& forker_;
  Told told_;
  std::map<vrrp::TrackId, std::unique_ptr<track::ScriptRunner>> scripts_;
  track::FileWatch files_;
  track::ProcessWatch processes_;
};

}  // namespace agent
