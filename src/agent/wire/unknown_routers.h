// Advertisements of virtual routers that are not here, for log_unknown_vrids: each is named once,
// and again when it has been away.
#pragma once

#include <map>
#include <span>
#include <string>

#include "net/interface_index.h"
#include "netlink/types.h"
#include "vrrp/engine.h"

namespace agent::wire {

class UnknownRouters {
 public:
  void set_wanted(bool is_wanted) { is_wanted_ = is_wanted; }
  bool is_wanted() const { return is_wanted_; }
  // At most as many as there are VRIDs on an interface are remembered, whoever floods us.
  void note(net::InterfaceIndex interface, const vrrp::Datagram& datagram, vrrp::Instant now,
            const vrrp::Engine& engine, std::span<const netlink::Link> links);

 private:
  struct Key {
    net::InterfaceIndex interface;
    net::Family family;
    vrrp::VirtualRouterId vrid;

    friend auto operator<=>(const Key&, const Key&) = default;
  };

  bool is_wanted_ = false;
  std::map<Key, vrrp::Instant> heard_;
};

}  // namespace agent::wire
