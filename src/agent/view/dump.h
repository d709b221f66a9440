// keepalived's dumps, in its own shapes, for the exporters and scripts that read them: the words of
// keepalived.data, the counters of keepalived.stats, the array of keepalived.json. Pure.
#pragma once

#include <string>

#include "agent/view/snapshot.h"
#include "keepalived/globals.h"

namespace agent::view {

std::string data_dump(const Snapshot& snapshot, const keepalived::Globals& globals);
std::string stats_dump(const Snapshot& snapshot);
std::string json_dump(const Snapshot& snapshot, int version);

// "10.0.0.50/24 dev eth0 scope global set".
std::string describe(const AddressSnapshot& address);

}  // namespace agent::view
