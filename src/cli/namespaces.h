// Running a command where a guest of the embedded cloud lives: in its user, network, process,
// mount, host name and IPC namespaces. Needs no privilege but being the user who started the cloud.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

#include "base/error.h"

namespace cli {

// Joins the namespaces of `pid` and runs the command there to its end; its exit status, or 128 +
// the signal that killed it. The calling process itself has moved when this returns: call it in a
// process that does nothing else. A program named by an absolute path is opened before the move, so
// it need not be visible in there. The command is killed when the caller dies.
base::Result<int> run_inside(pid_t pid, const std::vector<std::string>& command);

}  // namespace cli
