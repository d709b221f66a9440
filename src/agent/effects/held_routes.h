// The virtual and static routes and policy rules that shall be there now, each for the routers that
// want it. As HeldAddresses: what changes is collected and goes to the kernel in one batch; what
// somebody removes is put back.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "io/loop.h"
#include "netlink/requests.h"
#include "netlink/route_monitor.h"

namespace agent::effects {

// A route or a rule of the file.
struct RoutingEntry {
  std::variant<netlink::Route, netlink::Rule> item;
  bool is_tracked = true;  // no_track: whoever removes it may

  auto operator<=>(const RoutingEntry&) const = default;
};
std::string to_string(const RoutingEntry& entry);

class HeldRoutes {
 public:
  // Whoever holds an entry: a router's number, or HeldAddresses::kStatic.
  using Holder = std::uint32_t;

  HeldRoutes(io::Loop& loop, netlink::Requests& requests);

  void claim(Holder holder, std::span<const RoutingEntry> entries);
  void release(Holder holder, std::span<const RoutingEntry> entries);
  // Routes need their addresses: they go before those and come after them.
  void flush_removals();
  void flush_additions();
  // Removes what a killed run may have left, held or not.
  void clear(std::span<const RoutingEntry> entries);
  // Addresses or interfaces have come back, and with them the kernel takes what it had refused or
  // dropped; what is there already stays as it is. A moment later, so that a thousand news cost
  // one.
  void reassert_soon();

 private:
  void watch();
  void on_removal(const netlink::Removal& removal);
  void reassert();

  io::Loop& loop_;
  netlink::Requests& requests_;
  std::unique_ptr<netlink::RouteMonitor> monitor_;  // from the first entry on
  std::map<RoutingEntry, std::set<Holder>> held_;
  std::vector<netlink::Request> removals_;
  std::vector<netlink::Request> additions_;
  io::Timer reassert_timer_;
  bool is_reassert_coming_ = false;
};

}  // namespace agent::effects
