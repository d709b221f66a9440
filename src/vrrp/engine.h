// Many virtual routers: one door for packets, one deadline. Finding the router of a packet takes
// constant time, finding what is due logarithmic time, and neither allocates.
//
// A turn of the shell: read all that waits in the sockets and receive() it; handle() what else
// happened; then advance(); then perform the actions; then sleep until deadline() or input.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "vrrp/router.h"
#include "vrrp/timer_queue.h"

namespace vrrp {

// Given by Engine::add; may be given to another router after remove().
struct RouterId {
  std::uint32_t value = 0;

  friend constexpr auto operator<=>(RouterId, RouterId) = default;
};

struct RouterAction {
  RouterId router;
  Action action;

  bool operator==(const RouterAction&) const = default;
};
// Appended to, never cleared by the engine: keep one, perform it, clear it.
using RouterActions = std::vector<RouterAction>;

class Engine {
 public:
  // Invalid if check() says so, Conflict if the interface has this family and VRID already. The
  // router does nothing before it gets its Startup.
  base::Result<RouterId> add(RouterConfig config);
  // Forgets it at once, without a word to anybody. For a clean end: Shutdown, and remove on Done.
  void remove(RouterId id);
  // Interface, family and VRID must be the same; Invalid otherwise, and nothing has changed.
  base::Result<> reconfigure(RouterId id, RouterConfig config, Instant now, RouterActions& actions);

  // Routers that go on on other interfaces, all at once, so that two may change places: the
  // interface of their name is another one now. The keys afterwards must be unique (assert). To be
  // followed by what the new interface is like: LinkUp or LinkDown, SourceChanged.
  struct Move {
    RouterId router;
    net::InterfaceIndex to;
  };
  void move(std::span<const Move> moves);

  // Sync groups: the members of each are all active or none is, and the Fault of one is that of
  // all. Replaces the groups there were; a router is in one at most. Groups a router that is
  // removed from the engine must have left before.
  void set_groups(std::vector<std::vector<RouterId>> groups, Instant now, RouterActions& actions);

  // Resign and Drain of one member are those of its whole group.
  void handle(RouterId id, const Event& event, Instant now, RouterActions& actions);
  // To every router on this interface: LinkUp, LinkDown, SourceChanged (of one family, if given).
  void handle_interface(net::InterfaceIndex interface, std::optional<net::Family> family,
                        const Event& event, Instant now, RouterActions& actions);
  // To every router: TrackedChanged, TrackedValue, Startup, Shutdown.
  void handle_all(const Event& event, Instant now, RouterActions& actions);

  // Decodes, authenticates, checks, counts, dispatches.
  void receive(net::InterfaceIndex interface, const Datagram& datagram, Instant now,
               RouterActions& actions);

  // Advertisements that are nearly due go with one that is (Router::may_advertise_at): the shell
  // is woken once for all of them.
  void advance(Instant now, RouterActions& actions);
  std::optional<Instant> deadline() const;

  std::optional<RouterId> find(net::InterfaceIndex interface, net::Family family,
                               VirtualRouterId vrid) const;
  const Router& router(RouterId id) const;
  std::vector<RouterId> routers() const;  // in the order of their numbers
  std::size_t size() const { return by_key_.size(); }

  // What stands behind the IP header for an Advertise action (Router::packet).
  std::span<const std::uint8_t> packet(RouterId id, const Advertise& advertise,
                                       const net::IpAddress& destination,
                                       const Sending& sending = {});
  void clear_counters();
  // What was refused and belongs to no router here.
  const Counters& unmatched() const { return unmatched_; }

 private:
  static constexpr std::size_t kNoGroup = static_cast<std::size_t>(-1);

  void after(RouterId id, Instant now, RouterActions& actions);
  void collect(RouterId id, RouterActions& actions);
  void reconcile(std::size_t group, Instant now, RouterActions& actions);
  void handle_group(std::size_t group, const Event& event, Instant now, RouterActions& actions);
  void announce_others(RouterId heard_by, Instant now, RouterActions& actions);

  std::vector<std::optional<Router>> routers_;  // by id
  std::vector<std::size_t> group_of_;           // by id
  std::vector<std::vector<RouterId>> groups_;
  std::unordered_map<std::uint64_t, RouterId> by_key_;
  TimerQueue timers_;
  Actions scratch_;
  Counters unmatched_;
};

}  // namespace vrrp
