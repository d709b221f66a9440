// The place of one run of the demo: a private folder with a lock, and the clean-up of runs that
// were killed. supervise() runs the demo in a child process, so that whatever happens to it
// (Ctrl-C, kill -9, a crash) somebody is left to clear up; if the supervisor itself is killed, the
// kernel ends its children and the next run clears the folder.
#pragma once

#include <functional>
#include <string>

#include "base/error.h"
#include "io/descriptor.h"

namespace cli {

class DemoSite {
 public:
  // Makes the folder and takes its lock; removes folders of runs whose lock nobody holds. `removed`
  // counts them.
  static base::Result<DemoSite> open();

  const std::string& folder() const { return folder_; }
  int removed() const { return removed_; }

  // Removes the folder with all that is in it.
  void clear();

 private:
  DemoSite(std::string folder, io::Descriptor lock, int removed)
      : folder_(std::move(folder)), lock_(std::move(lock)), removed_(removed) {}
  std::string folder_;
  io::Descriptor lock_;
  int removed_ = 0;
};

// Runs `work` in a child process and returns its exit status. On SIGINT, SIGTERM or SIGHUP the
// child and everything it started are killed; the answer is then 128 + the signal.
int supervise(const std::function<int()>& work);

}  // namespace cli
