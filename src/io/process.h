// Child processes: started with chosen descriptors, waited for through a pidfd, never left as
// zombies.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"

namespace io {

struct Command {
  std::vector<std::string>
      arguments;  // the first is the program: a path, or a name looked up in PATH
  // The whole environment of the child ("NAME=value"); nothing: this process's own.
  std::optional<std::vector<std::string>> environment = std::nullopt;
  std::string directory = {};               // to start in; empty: this process's own
  std::optional<int> input = std::nullopt;  // descriptors to become 0, 1, 2; nothing: inherited
  std::optional<int> output = std::nullopt;
  std::optional<int> errors = std::nullopt;
  bool own_group =
      false;  // a process group of its own, so that it can be signalled with its children
  // False: start() comes back at once, and a program that cannot be started ends with status 127.
  // For an event loop: finding and loading a program may wait for a disk.
  bool waits_for_exec = true;
  bool dies_with_us = true;  // SIGKILL when this process's thread ends (PR_SET_PDEATHSIG)
};

// How a process ended.
struct Exit {
  int code = 0;    // exit status, meaningful when signal is 0
  int signal = 0;  // the signal that killed it
  bool succeeded() const { return code == 0 && signal == 0; }
};
std::string to_string(const Exit& exit);  // "exit status 3", "killed by signal 9 (Killed)"

class Process {
 public:
  Process(Process&&) noexcept = default;
  Process& operator=(Process&&) noexcept = default;
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  ~Process() = default;  // does not kill; call stop() or kill() first if it must not outlive

  // The error names the program and what exec said.
  static base::Result<Process> start(const Command& command);

  pid_t pid() const { return pid_; }
  int pidfd() const { return pidfd_.get(); }  // readable when the process has ended
  bool send(int signal) const;                // false when it has ended
  bool send_to_group(int signal) const;
  // Waits until it ends or the time is over; after the end answers at once, again and again.
  std::optional<Exit> wait(std::chrono::milliseconds at_most);
  // SIGTERM, then SIGKILL after `patience`; returns when it has ended.
  Exit stop(std::chrono::milliseconds patience);

 private:
  Process(pid_t pid, Descriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}
  pid_t pid_ = -1;
  Descriptor pidfd_;
  std::optional<Exit> exit_;
};

struct Output {
  Exit exit;
  std::string output;
  std::string errors;
};

// Runs to the end with `input` on standard input (closed after it), reading both outputs meanwhile,
// at most `limit` bytes of each. Past the deadline the process is killed and the error is
// Kind::Timeout.
base::Result<Output> run(Command command, std::string_view input,
                         std::chrono::milliseconds deadline,
                         std::size_t limit = std::size_t{64} << 20);

}  // namespace io
