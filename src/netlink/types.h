// What the kernel says about links and addresses. Plain data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "net/interface_index.h"
#include "net/ip_address.h"
#include "net/mac_address.h"

namespace netlink {

using net::InterfaceIndex;

struct Link {
  InterfaceIndex index;
  std::string name;
  std::optional<net::MacAddress> mac = {};  // absent: not Ethernet
  std::uint32_t mtu = 0;
  bool is_up = false;       // set up by an administrator
  bool is_running = false;  // and there is a carrier
  bool is_loopback = false;
  std::optional<InterfaceIndex> master = {};  // the bridge, bond or VRF it is a port of
  // What it is made of, where it is no device of its own: "macvlan", "vrf", …, what it is on top
  // of, who made it.
  std::string kind = {};
  std::optional<InterfaceIndex> base = {};
  std::optional<std::uint32_t> mode = {};  // of a macvlan: MACVLAN_MODE_*; of an ipvlan likewise
  std::optional<std::uint32_t> vrf_table = {};  // of a VRF
  std::string alias = {};

  bool operator==(const Link&) const = default;
};

// rt_scope of an address or route.
enum class Scope : std::uint8_t { Global = 0, Site = 200, Link = 253, Host = 254, Nowhere = 255 };

struct Address {
  InterfaceIndex interface;
  net::Prefix prefix;  // our own side, with the host bits
  Scope scope = Scope::Global;
  bool is_secondary = false;  // the kernel's word: not the first one of its network
  bool is_usable = true;      // IPv6: duplicate address detection is over
  std::string label = {};
  // Who set it (IFA_PROTO), as others may be told to leave it alone. 0: not said.
  std::uint8_t protocol = 0;
  std::optional<net::IpAddress> broadcast = {};
  std::optional<net::IpAddress> peer = {};
  // What is asked for and not read back (IFA_F_* and the lifetime).
  bool detects_duplicates = false;  // IPv6
  bool is_home = false;             // IPv6, mobility
  bool manages_temporary = false;   // IPv6
  bool has_prefix_route = true;
  bool joins_group = false;                              // multicast
  bool is_tracked = true;                                // put back if others remove it
  std::optional<std::uint32_t> preferred_lifetime = {};  // IPv6: seconds; UINT32_MAX is for ever

  bool operator==(const Address&) const = default;
};

// The number under which keepalived's addresses and routes are known (rt_protos); ours are the same
// to whoever has been told to leave them alone.
inline constexpr std::uint8_t kProtocolKeepalived = 18;

}  // namespace netlink
