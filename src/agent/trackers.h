// What is watched for the routers besides interfaces: scripts, files, processes.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "agent/file_watch.h"
#include "agent/plan.h"
#include "agent/process_watch.h"
#include "agent/script.h"
#include "agent/snapshot.h"
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
  void replace(const Plan& plan, bool is_start);
  // TrackedChanged or TrackedValue, once something is known.
  std::optional<vrrp::Event> known(vrrp::TrackId id) const;
  void stop();
  std::vector<ScriptSnapshot> scripts() const;

 private:
  void replace_scripts(const std::vector<PlannedScript>& scripts);

  io::Loop& loop_;
  io::Forker& forker_;
  Told told_;
  std::map<vrrp::TrackId, std::unique_ptr<ScriptRunner>> scripts_;
  FileWatch files_;
  ProcessWatch processes_;
};

}  // namespace agent
