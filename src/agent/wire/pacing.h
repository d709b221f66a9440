// Pauses between announcements (vrrp_garp_interval, vrrp_gna_interval, garp_group).
#pragma once

#include <cstdint>
#include <map>

#include "io/loop.h"
#include "net/interface_index.h"

namespace agent::wire {

// Interfaces of one lane wait for each other.
struct Pacing {
  std::uint32_t lane = 0;
  io::Duration arp{};
  io::Duration neighbour{};

  bool operator==(const Pacing&) const = default;
};

struct PacingTable {
  io::Duration arp{};  // of interfaces that are not named, each in a lane of its own
  io::Duration neighbour{};
  std::map<net::InterfaceIndex, Pacing> named = {};

  Pacing of(net::InterfaceIndex interface) const {
    const auto known = named.find(interface);
    return known == named.end() ? Pacing{interface.value, arp, neighbour} : known->second;
  }
  bool operator==(const PacingTable&) const = default;
};

}  // namespace agent::wire
