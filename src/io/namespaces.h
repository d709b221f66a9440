// Linux namespaces as this project uses them: a private world that needs no root, and stepping into
// the namespaces of a process in it.
#pragma once

#include <sys/types.h>

#include "base/error.h"

namespace io {

// Moves the process into user, network, mount, IPC and UTS namespaces of its own, as root over
// these only; mounts made from now on stay inside. The process must have one thread. The error says
// what the host must allow.
base::Result<> enter_private_namespaces();

// Moves the process into all namespaces of the process `pid`. Its children, not itself, are in that
// PID namespace: fork before exec. The process must have one thread.
base::Result<> join_namespaces_of(pid_t pid);

}  // namespace io
