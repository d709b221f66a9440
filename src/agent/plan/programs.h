// The programs that a configuration names: found in PATH, run as which user, and whether somebody
// other than root could put another program in their place. What cannot or must not run is taken
// out of the configuration and named, as keepalived does it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "agent/process/users.h"
#include "keepalived/config.h"
#include "text/place.h"

namespace agent::plan {

struct ProgramRules {
  process::Users users;
  base::Identity own;       // who we are
  bool may_change_user;     // CAP_SETUID and CAP_SETGID
  std::string search_path;  // PATH

  static ProgramRules of_this_process();
};

// Part of a path, as lstat sees it.
struct PathStep {
  std::string path;
  std::uint32_t user = 0;
  std::uint32_t group = 0;
  unsigned mode = 0;
};
// keepalived's rule: everything from / on belongs to root and can be written by root alone; in a
// directory with the sticky bit others cannot replace what is root's. The first step that breaks
// it.
const PathStep* first_unsafe(std::span<const PathStep> steps);

std::vector<text::Diagnostic> settle_programs(keepalived::Config& config,
                                              const ProgramRules& rules);

}  // namespace agent::plan
