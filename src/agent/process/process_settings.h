// What the configuration asks for the process itself: priorities, memory, processors.
#pragma once

#include "agent/process/options.h"
#include "keepalived/globals.h"

namespace agent::process {

// Each of these helps and none is needed, so what is refused is said, with the capability that it
// takes, and done without.
void apply_process_settings(const keepalived::Globals& globals, const Options& options);

}  // namespace agent::process
