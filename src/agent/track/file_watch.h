// track_file: files whose number counts. The kernel tells of changes in their directories
// (inotify); a file that is not there counts as 0.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "io/descriptor.h"
#include "io/loop.h"
#include "keepalived/config.h"
#include "vrrp/config.h"

namespace agent::track {

struct PlannedFile {
  vrrp::TrackId id;
  keepalived::TrackedFile file;
};

// As keepalived reads it: what stands at the beginning, decimal, 0x or octal; 0 if that is no
// number. Nothing if it is one beyond 32 bits, which leaves the last value in force.
std::optional<int> number_in(std::string_view text);

class FileWatch {
 public:
  using Told = std::function<void(vrrp::TrackId id, int value)>;
  FileWatch(io::Loop& loop, Told told);

  // Reads every file that is new here; init_file is for the start of the program only.
  void replace(const std::vector<PlannedFile>& files, bool is_start);
  std::optional<int> value(vrrp::TrackId id) const;

 private:
  struct Watched {
    keepalived::TrackedFile file;
    std::optional<int> watch;  // of its directory
    int value = 0;
  };
  void watch(Watched& watched);
  void retry();
  void read_events();
  void update(vrrp::TrackId id, Watched& watched);

  Told told_;
  io::Descriptor inotify_;
  std::optional<io::Readable> readable_;
  io::Timer again_;
  std::map<vrrp::TrackId, Watched> files_;
};

}  // namespace agent::track
