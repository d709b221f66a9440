// What routes, next hops and rules have in common: `encap …`, `realms …`, `track_group …`.
#pragma once

#include <optional>
#include <string>

#include "keepalived/config.h"
#include "keepalived/entry.h"

namespace keepalived {

std::optional<Encapsulation> read_encapsulation(Entry& entry, const Word& key);
// `realms TO` or `realms FROM/TO`, as from << 16 | to.
std::optional<std::uint32_t> read_realms(Entry& entry, const Word& key);
// A group's name; behind anything that is not static it has no meaning, and that is said.
std::optional<std::string> read_track_group(Entry& entry, const Word& key, bool is_static);

}  // namespace keepalived
