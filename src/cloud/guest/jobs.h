// The jobs of a guest: started in order, their output on the console, stopped in reverse order.
// None is started again.
#pragma once

#include <sys/types.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cloud/guest/console.h"
#include "cloud/guest/user_data.h"
#include "io/loop.h"

namespace cloud::guest {

class Jobs {
 public:
  // `tools` is the directory where programs without '/' are looked for first.
  Jobs(io::Loop& loop, Console& console, std::string tools);
  ~Jobs();

  // Writes the job's files and starts it; what goes wrong is a line on the console.
  void start(const Job& job, const std::string& instance);
  // Process 1 has collected a child: a job, or what a job left behind.
  void reaped(pid_t pid, int wait_status);
  // SIGTERM to the last job, to the one before when that has ended, and so on; then `done`.
  void stop(std::function<void()> done);

 private:
  struct Running;
  bool read_output(Running& job);  // false when nothing is left for now
  void stop_next();

  io::Loop& loop_;
  Console& console_;
  std::string tools_;
  std::vector<std::unique_ptr<Running>> jobs_;  // in the order of their start; ended ones too
  std::function<void()> when_stopped_;
};

}  // namespace cloud::guest
