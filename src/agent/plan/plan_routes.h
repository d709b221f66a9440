// Routes and rules of the file in the kernel's terms. Pure.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "agent/effects/held_routes.h"
#include "keepalived/routing.h"
#include "netlink/types.h"

namespace agent::plan {

// The interface that a name stands for; nothing if there is none, which has been said then.
using Devices = std::function<const netlink::Link*(const std::string& name)>;

std::optional<effects::RoutingEntry> plan_route(const keepalived::Route& route,
                                                const Devices& devices);

// Rules without a preference get one each, downwards from 16384, as keepalived numbers them.
class RulePlanner {
 public:
  effects::RoutingEntry plan(const keepalived::Rule& rule);

 private:
  std::uint32_t next_ipv4_ = 16384;
  std::uint32_t next_ipv6_ = 16384;
};

}  // namespace agent::plan
