#include "vrrp/hearing.h"

#include <algorithm>

namespace vrrp {

Instant Heard::last() const {
  if (!accepted) return refused ? refused->time : Instant{};
  return refused ? std::max(accepted->time, refused->time) : accepted->time;
}

Heard* Hearing::entry(const net::IpAddress& source, bool is_accepted) {
  const auto known = std::ranges::find(heard_, source, &Heard::address);
  if (known != heard_.end()) return &*known;
  if (heard_.size() < kLimit) return &heard_.emplace_back(Heard{.address = source});
  // The one who matters least: refused before accepted, then the one heard longest ago.
  const auto victim = std::ranges::min_element(heard_, [](const Heard& a, const Heard& b) {
    return a.accepted.has_value() != b.accepted.has_value() ? !a.accepted : a.last() < b.last();
  });
  if (victim->accepted && !is_accepted) return nullptr;
  *victim = Heard{.address = source};
  return &*victim;
}

void Hearing::accept(const net::IpAddress& source, Priority priority, Duration interval,
                     Instant now) {
  Heard& heard = *entry(source, true);
  heard.accepted = {priority, interval, now};
  ++heard.accepted_count;
}

void Hearing::refuse(const net::IpAddress& source, RejectReason reason, Instant now) {
  Heard* heard = entry(source, false);
  if (heard == nullptr) return;
  heard->refused = {reason, now};
  ++heard->refused_count;
}

}  // namespace vrrp
