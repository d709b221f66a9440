// Hears who claims our addresses (ARP, neighbour advertisements), asks who has them, and answers
// foreign announcements; OwnerBook decides. Two packet sockets, with filters in the kernel.
#pragma once

#include <linux/filter.h>

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "agent/owners/owner_book.h"
#include "base/error.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "netlink/types.h"

namespace agent::owners {

class OwnerWatch {
 public:
  struct Hooks {
    // Called before claims are read: advertisements that came with them are to be heard first,
    // since a new active router speaks and then announces.
    std::function<void()> catch_up;
    std::function<bool(vrrp::RouterId)> is_resigning;
    std::function<std::span<const netlink::Link>()> links;
    // Who we ask as on this interface.
    std::function<std::optional<net::IpAddress>(net::InterfaceIndex, net::Family)> source;
    std::function<void(const WatchedAddress&)> defend;
    std::function<void(const OwnerNews&)> tell;
  };
  static base::Result<std::unique_ptr<OwnerWatch>> open(io::Loop& loop, Hooks hooks);

  void watch(vrrp::RouterId router, std::vector<WatchedAddress> addresses, bool is_held);
  void forget(vrrp::RouterId router);
  const OwnerBook& book() const { return book_; }

 private:
  // One kind of claims.
  struct Ear {
    io::Descriptor socket;
    std::unique_ptr<io::Readable> readable = {};
    bool is_open = false;  // bound: before that it hears nothing and costs nothing
    std::set<net::IpAddress> wanted = {};
  };

  OwnerWatch(io::Loop& loop, Hooks hooks);
  void adjust();
  void adjust(Ear& ear, net::Family family, std::set<net::IpAddress> wanted);
  void read(Ear& ear);
  void hear(net::InterfaceIndex interface, std::span<const std::uint8_t> frame,
            OwnerActions& actions);
  void advance();
  void perform(const OwnerActions& actions);
  void ask(const WatchedAddress& where);
  void settle();

  io::Loop& loop_;
  Hooks hooks_;
  OwnerBook book_;
  Ear arp_;
  Ear neighbour_;
  io::Timer timer_;
  bool is_adjusting_ = false;
};

// Passes ARP whose sender has one of these IPv4 addresses, and all ARP where they are too many for
// a filter; of IPv6 neighbour advertisements.
std::vector<sock_filter> claim_filter(net::Family family,
                                      const std::set<net::IpAddress>& addresses);

}  // namespace agent::owners
