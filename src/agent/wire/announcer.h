// Tells everybody on a link where an address is now: gratuitous ARP for IPv4, unsolicited neighbour
// advertisements for IPv6. All in one go, unless the file asks for pauses between them.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agent/wire/pacing.h"
#include "base/error.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "net/ip_address.h"
#include "net/mac_address.h"
#include "netlink/types.h"

namespace agent::wire {

class Announcer {
 public:
  static base::Result<std::unique_ptr<Announcer>> open(io::Loop& loop);

  void set_pacing(PacingTable pacing) { pacing_ = std::move(pacing); }

  // Each address in turn, `rounds` times over. `link_of` knows the interfaces; addresses on one
  // that it does not know or that has no MAC address are left out.
  using LinkOf = std::function<const netlink::Link*(net::InterfaceIndex)>;
  void announce(std::span<const netlink::Address> addresses, int rounds, const LinkOf& link_of);
  // They are somebody else's now: what waits for its turn must not be said any more.
  void withdraw(std::span<const netlink::Address> addresses);
  std::uint64_t failures() const { return failures_; }

 private:
  struct Claim {
    net::InterfaceIndex interface;
    net::IpAddress address;
    net::MacAddress mac;
    bool is_router = false;

    bool operator==(const Claim&) const = default;
  };
  struct Waiting {
    Claim claim;
    int rounds = 1;
  };
  // What waits because of the pauses, with at most one entry an address.
  struct Lane {
    io::Duration pause{};
    io::Instant next{};
    std::deque<Waiting> waiting = {};
  };
  using LaneKey = std::pair<std::uint32_t, net::Family>;

  Announcer(io::Loop& loop, io::Descriptor socket);
  bool is_router(const netlink::Link& link);
  io::Duration pause_for(const Claim& claim) const;
  void wait(const Claim& claim, int rounds);
  void send(std::span<const Claim> claims, int rounds);
  void send_due();
  void schedule();

  io::Descriptor socket_;
  io::Timer timer_;
  PacingTable pacing_;
  std::map<LaneKey, Lane> lanes_;
  // Whether an interface forwards IPv6, and when that was looked up.
  std::map<std::string, std::pair<bool, io::Instant>> forwards_;
  std::uint64_t failures_ = 0;
};

}  // namespace agent::wire
