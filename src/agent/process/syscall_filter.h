// What this process may ask the kernel for once it serves: no program can be started in it, nothing
// mounted, traced, loaded or renamed, no user changed. A call that is refused fails as if it were
// not permitted, is counted and said in the log; nothing dies of it. Scripts are not under it:
// another process starts them (io::Forker).
#pragma once

#include <cstdint>

#include "base/error.h"

namespace agent::process {

// For the rest of this process's life and for its copies.
base::Result<> filter_syscalls();

struct RefusedSyscalls {
  std::uint64_t count = 0;
  const char* latest = "";  // its name
};
RefusedSyscalls refused_syscalls();
// Readable after a refusal (an eventfd), for who tells of it; -1 before filter_syscalls().
int refused_event();

}  // namespace agent::process
