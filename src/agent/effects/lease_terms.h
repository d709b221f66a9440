// How long the kernel may go on answering for addresses without hearing from us. Pure.
//
// Peers take over once they have heard nothing for three intervals and their skew. The lease on an
// address ends when three intervals have passed since its router's last advertisement, so that it
// has ended when the first of them speaks. Routers die together, for they are one process: those
// with intervals of one order share a lease, which lasts as long as the shortest of theirs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "vrrp/engine.h"

namespace agent::effects {

class LeaseTerms {
 public:
  // Intervals of one order: from 1 << class milliseconds on.
  using Class = int;
  static Class class_of(vrrp::Duration interval);

  void set(vrrp::RouterId id, vrrp::Duration interval, int adverts);
  void forget(vrrp::RouterId id);
  void advertised(vrrp::RouterId id, vrrp::Instant now);
  void released(vrrp::RouterId id);  // has no addresses any more

  struct Renewal {
    Class lease = 0;
    vrrp::Instant until;
  };
  // The leases that are worth renewing now. They count as renewed.
  std::vector<Renewal> due(vrrp::Instant now);
  // Until when each lease is good that has been given, for writing all of them anew.
  std::vector<Renewal> good(vrrp::Instant now) const;

 private:
  struct Router {
    Class lease = 0;
    vrrp::Duration interval{};
    vrrp::Duration term{};
    std::optional<vrrp::Instant> advertised = {};  // while it is active
  };
  struct Lease {
    std::optional<vrrp::Instant> until = {};  // as it was given last
    bool has_changed = false;                 // advertisements since
  };
  std::map<vrrp::RouterId, Router> routers_;
  std::map<Class, Lease> leases_;
};

}  // namespace agent::effects
