// Why a virtual router is what it is, and what is wrong with it: sentences for people, from a
// snapshot. Pure.
#pragma once

#include <string>
#include <vector>

#include "agent/view/snapshot.h"

namespace agent::view {

// "backup: 10.0.0.11 is active with priority 150 (ours is 100), heard 0.2 s ago; …".
std::string explain(const RouterSnapshot& router, vrrp::Instant now);

// What an operator should look at, the gravest first; empty when all is well.
std::vector<std::string> problems(const RouterSnapshot& router, vrrp::Instant now);

// "0.3 s", "12 s", "4 min 10 s", "3 h 5 min", "2 d 1 h".
std::string for_people(vrrp::Duration duration);

}  // namespace agent::view
