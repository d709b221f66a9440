// A configuration file, read and planned.
#pragma once

#include <string>
#include <vector>

#include "agent/plan.h"
#include "agent/programs.h"
#include "keepalived/read.h"

namespace agent {

struct Loaded {
  Plan plan;
  keepalived::Globals globals;
  std::vector<text::Diagnostic> diagnostics;
  keepalived::Verdict verdict = keepalived::Verdict::Sound;
};

// The file alone, without asking what interfaces there are.
keepalived::Reading read_file(const std::string& file, const std::string& config_id);

Loaded load(const std::string& file, const std::string& config_id, const Network& network,
            TrackNames& names, const ProgramRules& rules = ProgramRules::of_this_process());

}  // namespace agent
