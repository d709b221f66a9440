// A process in namespaces of its own (network, PID, mount, IPC, UTS) that dies with us.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"

namespace cloud::guest {

struct Spawned {
  pid_t pid = -1;  // as we see it; it sees itself as 1
  io::Descriptor pidfd;
};

struct SpawnSpec {
  std::string program;  // a path
  std::vector<std::string> arguments;
  std::vector<std::string> environment;
  int input = -1;   // becomes descriptor 0
  int output = -1;  // becomes 1 and 2
  int extra = -1;   // becomes 3; the new process inherits nothing else
};

// Returns once the program runs; the error says why it does not.
base::Result<Spawned> spawn_in_namespaces(const SpawnSpec& spec);

// The processes of the PID namespace whose process 1 is `init`, as /proc shows them; empty when it
// has ended.
std::vector<pid_t> processes_of(pid_t init);

}  // namespace cloud::guest
