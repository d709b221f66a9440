// Which interfaces with virtual MAC addresses there shall be (use_vmac, use_vmac_addr): their names
// and MAC addresses. Pure. One that is there already, from before a reload or a kill, is taken
// over.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "net/mac_address.h"
#include "netlink/types.h"
#include "vrrp/types.h"

namespace agent::effects {

// Begins the alias of every interface that we make.
inline constexpr std::string_view kAliasPrefix = "holdfastd ";

struct PlannedVmac {
  std::string name;
  net::InterfaceIndex index;  // a stand-in as long as it is not there
  net::InterfaceIndex base;
  std::string base_name;
  net::MacAddress mac;
  bool has_ipv4 = false;
  bool has_ipv6 = false;
  std::optional<std::uint32_t> link_group = {};
};

// RFC 9568, 7.3.
net::MacAddress virtual_mac(vrrp::VirtualRouterId vrid, net::Family family);

class VmacPlanner {
 public:
  explicit VmacPlanner(std::span<const netlink::Link> links) : links_(links) {}

  struct Wish {
    const netlink::Link& base;
    net::MacAddress mac;
    net::Family family = net::Family::Ipv4;
    std::string name = {};        // empty: made of the two below
    std::string prefix = "vrrp";  // vmac_prefix, vmac_addr_prefix
    vrrp::VirtualRouterId vrid;
    std::optional<std::uint32_t> link_group = {};
  };
  // There is one for a base and a MAC address, whoever wishes for it. Conflict if the name belongs
  // to an interface that is none of ours. Valid until the planner ends.
  base::Result<const netlink::Link*> plan(const Wish& wish);

  // One that was planned, by name; or any that is there.
  const netlink::Link* find(const std::string& name) const;
  // Says that there are addresses of this family on it; nothing if it is none of ours.
  void note_family(net::InterfaceIndex index, net::Family family);
  std::vector<PlannedVmac> take() { return std::move(planned_); }

 private:
  bool is_free(const std::string& name, const Wish& wish) const;
  std::string name_for(const Wish& wish) const;

  std::span<const netlink::Link> links_;
  std::vector<PlannedVmac> planned_;
  std::deque<netlink::Link> stand_ins_;  // a link for each of them
};

}  // namespace agent::effects
