// A lease in the kernel on the addresses that we hold. Advertising renews it; when this process is
// killed, stopped or stuck, it ends by itself, and from then on the kernel drops what comes in for
// the addresses and answers no ARP or neighbour solicitation for them, though they are still
// configured. Which is before a peer takes over.
//
// It is a table of the packet filter for IP and one for ARP. They are removed at the end of the
// program; those that a killed one has left are removed at the next start.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "agent/effects/lease_terms.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "net/ip_address.h"
#include "netlink/nft.h"

namespace agent::effects {

class AddressLease {
 public:
  // Removes what killed processes have left in this network namespace.
  static base::Result<std::unique_ptr<AddressLease>> open(io::Loop& loop);

  struct Leased {
    vrrp::RouterId router;
    vrrp::Duration interval{};
    int adverts = 3;
    std::vector<net::IpAddress> addresses = {};
  };
  // Exactly these routers and addresses from now on; only what differs is changed.
  base::Result<> set(const std::vector<Leased>& routers);

  void advertised(vrrp::RouterId id, vrrp::Instant now) { terms_.advertised(id, now); }
  void released(vrrp::RouterId id) { terms_.released(id); }
  // Renews what has been advertised, if it is time. To be called before addresses are claimed.
  void renew(vrrp::Instant now);

  void remove();  // all of it, at the end of the program
  std::uint64_t renewals() const { return renewals_; }

 private:
  using Addresses = std::map<LeaseTerms::Class, std::set<net::IpAddress>>;
  // What a lease is for: each costs an element that is renewed.
  struct Families {
    bool has_v4 = false;
    bool has_v6 = false;

    bool operator==(const Families&) const = default;
  };

  AddressLease(netlink::nft::Filter filter, io::Descriptor lock, std::string name);
  base::Result<> write_all(vrrp::Instant now);
  base::Result<> change_addresses(LeaseTerms::Class lease, const std::set<net::IpAddress>& from,
                                  const std::set<net::IpAddress>& to, bool adds);
  void put(LeaseTerms::Renewal renewal, vrrp::Instant now);
  void restore(const base::Error& refusal);

  netlink::nft::Filter filter_;
  io::Descriptor lock_;  // says that the tables of this name have an owner who lives
  std::string name_;
  netlink::nft::Batch batch_;
  LeaseTerms terms_;
  std::set<vrrp::RouterId> routers_;
  Addresses addresses_;
  std::map<LeaseTerms::Class, Families> families_;  // of addresses_
  vrrp::Instant restored_{};
  std::uint64_t renewals_ = 0;
};

}  // namespace agent::effects
