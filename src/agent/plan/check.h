// The actions that only look at configuration files: -t with --lint, --peer and --json, and
// --help-lint.
#pragma once

#include "agent/process/options.h"
#include "base/error.h"

namespace agent::plan {

// Prints what is found; the exit status.
base::Result<int> check(const process::Options& options);
base::Result<> help_lint(const std::string& rule);

}  // namespace agent::plan
