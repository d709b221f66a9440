// The checks whose rules stand in a file of their own. Internal to the lint.
#pragma once

#include "keepalived/lint_rules.h"

namespace keepalived::rules {

namespace weights {
void find_never_moves(const Together&, Report&);
void find_wrong_way(const Together&, Report&);
void find_overturned(const Together&, Report&);
void find_effect(const Alone&, Report&);
void find_direction(const Alone&, Report&);
void find_range(const Alone&, Report&);
void find_nopreempt(const Alone&, Report&);
}  // namespace weights

namespace peers {
void find_missing(const Together&, Report&);
void find_vrid(const Together&, Report&);
void find_version(const Together&, Report&);
void find_interval(const Together&, Report&);
void find_authentication(const Together&, Report&);
void find_unicast(const Together&, Report&);
void find_addresses(const Together&, Report&);
void find_priorities(const Together&, Report&);
void find_groups(const Together&, Report&);
void find_checksum(const Together&, Report&);
}  // namespace peers

}  // namespace keepalived::rules
