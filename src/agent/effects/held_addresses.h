// The addresses that shall be on interfaces now, each for the routers that want it there. Changes
// are collected and go to the kernel in one batch.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "netlink/requests.h"

namespace agent::effects {

class HeldAddresses {
 public:
  // Whoever holds an address: a router's number, or kStatic.
  using Holder = std::uint32_t;
  static constexpr Holder kStatic = 0xffffffff;

  explicit HeldAddresses(netlink::Requests& changes) : changes_(changes) {}

  // Claiming again sets the address again: safe, and what repairs one that vanished.
  void claim(Holder holder, std::span<const netlink::Address> addresses);
  void release(Holder holder, std::span<const netlink::Address> addresses);
  void flush();

  struct Held {
    netlink::Address address;  // as it was claimed last
    std::set<Holder> holders = {};
  };
  // Nothing: nobody here wants it on that interface.
  const Held* find(const netlink::Address& address) const;

 private:
  using Key = std::pair<net::InterfaceIndex, net::Prefix>;
  static Key key(const netlink::Address& address) { return {address.interface, address.prefix}; }

  netlink::Requests& changes_;
  std::map<Key, Held> held_;
  std::vector<netlink::Request> pending_;
};

}  // namespace agent::effects
