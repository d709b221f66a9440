// Tells which routes and rules are removed, on the event loop; nothing else about them, since a
// router's tables may change thousands of times a second. The kernel says nothing about the routes
// that an IPv4 interface or address takes with it: Monitor tells of those.
#pragma once

#include <functional>
#include <memory>
#include <variant>

#include "base/error.h"
#include "io/loop.h"
#include "netlink/route.h"

namespace netlink {

struct RouteRemoved {
  Route route;  // its destination, table, metric, protocol and type
};
struct RuleRemoved {
  Rule rule;  // its family, preference, action and table
};
// The kernel had to drop news: anything may have been removed.
struct AnythingRemoved {};
using Removal = std::variant<RouteRemoved, RuleRemoved, AnythingRemoved>;

class RouteMonitor {
 public:
  using Callback = std::function<void(const Removal&)>;
  static base::Result<std::unique_ptr<RouteMonitor>> open(io::Loop& loop, Callback callback);
  ~RouteMonitor();

 private:
  struct Impl;
  explicit RouteMonitor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netlink
