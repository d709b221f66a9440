// A configuration file, read and planned.
#pragma once

#include <string>
#include <vector>

#include "agent/plan/plan.h"
#include "agent/plan/programs.h"
#include "keepalived/lint.h"
#include "keepalived/read.h"

namespace agent::plan {

struct Loaded {
  Plan plan;
  keepalived::Globals globals;
  std::vector<text::Diagnostic> diagnostics;
  keepalived::Verdict verdict = keepalived::Verdict::Sound;
};

// What this machine has, asked once.
class KernelNetwork {
 public:
  static base::Result<KernelNetwork> ask();
  Network view() const { return {links_, addresses_}; }

 private:
  std::vector<netlink::Link> links_;
  std::vector<netlink::Address> addresses_;
};

// The machine as the lint knows it: networks of its interfaces, and what its firmware says it is.
keepalived::Surroundings surroundings(const Network& network);

// The file alone, without asking what interfaces there are.
keepalived::Reading read_file(const std::string& file, const std::string& config_id);

Loaded load(keepalived::Reading reading, const Network& network, TrackNames& names,
            const ProgramRules& rules = ProgramRules::of_this_process());
Loaded load(const std::string& file, const std::string& config_id, const Network& network,
            TrackNames& names, const ProgramRules& rules = ProgramRules::of_this_process());

}  // namespace agent::plan
