// A snapshot as JSON: what the control socket answers to "status", documented in docs/control.md.
// Pure.
#pragma once

#include "agent/view/snapshot.h"
#include "json/value.h"

namespace agent::view {

// All but the routers.
json::Value status_json(const Snapshot& outline);
json::Value status_json(const RouterSnapshot& router, const Snapshot& outline);

}  // namespace agent::view
