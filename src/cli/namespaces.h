// Running a command where a guest of the embedded cloud lives: in its user, network, process,
// mount, host name and IPC namespaces. Needs no privilege but being the user who started the cloud.
#pragma once

#include <sys/types.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace cli {

// Starts the command there with these descriptors as its standard input and output, and none of our
// others. The answer is a child of ours that waits for it and ends with its status, or 128 + the
// signal that killed it; both die with this process. A program named by an absolute path is opened
// before the move, so it need not be visible in there.
base::Result<pid_t> start_inside(pid_t pid, const std::vector<std::string>& command,
                                 int input = STDIN_FILENO, int output = STDOUT_FILENO);

}  // namespace cli
