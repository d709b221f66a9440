// track_process: counts processes. The kernel tells of each that begins, changes or ends, where the
// proc connector is open to us (root in the host's own namespaces). Where it is not, /proc is
// looked through once a second, a few entries at a time, and the end of a known process is seen at
// once by its pidfd; that is said in the log.
#pragma once

#include <dirent.h>

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "agent/track/process_match.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "vrrp/config.h"

namespace agent::track {

struct PlannedProcess {
  vrrp::TrackId id;
  keepalived::TrackedProcess process;
};

class ProcessWatch {
 public:
  using Told = std::function<void(vrrp::TrackId id, bool is_up)>;
  ProcessWatch(io::Loop& loop, Told told);
  ~ProcessWatch();

  void replace(const std::vector<PlannedProcess>& processes);
  std::optional<bool> is_up(vrrp::TrackId id) const;
  bool uses_connector() const { return is_connected_; }

 private:
  struct Watched {
    keepalived::TrackedProcess process;
    Quorum quorum;
    std::set<pid_t> pids;
    std::optional<bool> told;
  };
  struct Known {
    io::Descriptor pidfd;
    std::unique_ptr<io::Readable> end;
    unsigned round = 0;  // of the scan that saw it last
  };

  void open_connector();
  void give_up_connector();
  void read_events();
  void on_event(const void* event, std::size_t size);
  void begin_scan();
  void scan_some();
  void look_at(pid_t pid);
  void forget(pid_t pid);
  bool is_counted(pid_t pid) const;
  void settle();

  io::Loop& loop_;
  Told told_;
  std::map<vrrp::TrackId, Watched> watched_;
  std::map<pid_t, Known> known_;  // those that count somewhere
  io::Descriptor connector_;
  std::unique_ptr<io::Readable> readable_;
  bool is_connected_ = false;
  bool is_tried_ = false;
  io::Timer patience_;  // for the connector's first word
  io::Timer next_scan_;
  io::Timer more_;  // of the scan that is going on
  io::Timer delays_;
  DIR* listing_ = nullptr;
  unsigned round_ = 0;
  bool has_scanned_ = false;
};

}  // namespace agent::track
