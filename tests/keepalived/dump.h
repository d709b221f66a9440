// What keepalived's dump (SIGUSR1) would say if it had our configuration in force, and the
// comparison of two dumps value by value.
#pragma once

#include <string>
#include <vector>

#include "keepalived/config.h"

namespace dump {

// In keepalived's words and indentation, without what changes while it runs.
std::string of(const keepalived::Config& config);

// "VRRP Instance = a > Priority = 100": each line with those it belongs to, sorted. Of a dump that
// keepalived wrote what changes while it runs, and what belongs to IPVS, is left out.
std::vector<std::string> values(const std::string& text);

// Lines only one of them has: "- " of the first, "+ " of the second. Empty: they are the same.
std::string difference(const std::vector<std::string>& theirs,
                       const std::vector<std::string>& ours);

}  // namespace dump
