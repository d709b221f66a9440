// no_accept: addresses that forward and answer nothing but ARP and neighbour discovery (RFC 9568's
// Accept_Mode). Tables of the packet filter drop what is for them; they exist while an instance
// wants them, under keepalived's name.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/ip_address.h"
#include "netlink/nft.h"
#include "netlink/types.h"

namespace agent::effects {

struct NoAcceptSettings {
  bool is_wanted = false;
  std::string table = "keepalived";
  int priority = -1;
  // Where there are link-local addresses among them, which mean something on one link only.
  std::set<net::InterfaceIndex> link_local = {};

  bool operator==(const NoAcceptSettings&) const = default;
};

class NoAccept {
 public:
  // Tables as they must be; one of that name that a killed run has left goes at the first call.
  base::Result<> configure(const NoAcceptSettings& settings);
  // Whoever holds an address: a router's number.
  using Holder = std::uint32_t;
  // Before they are there, and after they have gone.
  void claim(Holder holder, std::span<const netlink::Address> addresses);
  void release(Holder holder, std::span<const netlink::Address> addresses);
  void clear() { (void)configure({.table = settings_.table}); }

 private:
  // A set of a table that an address is in.
  struct Place {
    netlink::nft::Family family = netlink::nft::Family::Ipv4;
    std::string set;
    net::IpAddress address;
    auto operator<=>(const Place&) const = default;
  };
  static Place place_of(const netlink::Address& address);
  base::Result<> open();
  void write_tables(netlink::nft::Batch& batch) const;
  void commit(const netlink::nft::Batch& batch);

  std::optional<netlink::nft::Filter> filter_;
  NoAcceptSettings settings_;
  bool is_configured_ = false;
  std::map<Place, std::set<Holder>> held_;
};

}  // namespace agent::effects
