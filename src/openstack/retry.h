// Which failed requests may be sent again, and when. Pure.
#pragma once

#include <optional>
#include <string_view>

#include "openstack/session.h"

namespace openstack {

// How long to wait before the next attempt; nothing when there shall be none. `attempt` counts from
// 1. A request that may have been carried out is sent again only if that does no harm.
std::optional<io::Duration> delay_before_retry(std::string_view method, const Failure& failure,
                                               int attempt, const RetryPolicy& policy);

}  // namespace openstack
