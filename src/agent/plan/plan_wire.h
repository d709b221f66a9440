// The part of planning that is about the wire: how packets are authenticated, and the pauses
// between announcements. Pure.
#pragma once

#include <map>

#include "agent/plan/plan.h"
#include "agent/wire/pacing.h"
#include "keepalived/config.h"
#include "vrrp/config.h"

namespace agent::plan {

// auth_type, auth_pass, auth_hmac.
void plan_authentication(const keepalived::Instance& instance, vrrp::RouterConfig& config);

// vrrp_garp_interval and vrrp_gna_interval hold for each interface by itself, those of a garp_group
// for all of the group together. Interfaces that are not there are left out.
wire::PacingTable plan_pacing(const keepalived::Config& config, const Network& network);

}  // namespace agent::plan
