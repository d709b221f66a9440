// Gratuitous ARP: tells everybody on a link where an address is now.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"
#include "net/arp.h"
#include "netlink/types.h"

namespace agent {

class Announcer {
 public:
  static base::Result<Announcer> open();
  // Each address in turn, `rounds` times over, all in one go. `mac_of` knows the interfaces;
  // addresses on one that it does not know are left out.
  using MacOf = std::function<std::optional<net::MacAddress>(net::InterfaceIndex)>;
  void announce(std::span<const netlink::Address> addresses, int rounds, const MacOf& mac_of);
  std::uint64_t failures() const { return failures_; }

 private:
  explicit Announcer(io::Descriptor socket) : socket_(std::move(socket)) {}
  io::Descriptor socket_;
  std::uint64_t failures_ = 0;
};

}  // namespace agent
