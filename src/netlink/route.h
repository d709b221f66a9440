// Routes and policy rules as the kernel takes them. Plain data; numbers are rtnetlink's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/interface_index.h"
#include "net/ip_address.h"

namespace netlink {

using net::InterfaceIndex;

inline constexpr std::uint32_t kMainTable = 254;
inline constexpr std::uint8_t kProtocolStatic = 4;

// One of RTAX_*. A locked one is not for the kernel to improve.
struct RouteMetric {
  std::uint16_t kind = 0;
  std::uint32_t value = 0;
  bool is_locked = false;

  auto operator<=>(const RouteMetric&) const = default;
};

// A light-weight tunnel: LWTUNNEL_ENCAP_*. What is not given is not set.
struct Encapsulation {
  enum class Kind : std::uint16_t { Mpls = 1, Ip = 2, Ila = 3, Ip6 = 4 };
  Kind kind = Kind::Ip;
  std::vector<std::uint32_t> labels = {};  // Mpls, the outermost first
  std::uint64_t locator = 0;               // Ila
  std::optional<std::uint64_t> id = {};    // Ip and Ip6, as what follows
  std::optional<net::IpAddress> destination = {};
  std::optional<net::IpAddress> source = {};
  std::optional<std::uint8_t> traffic_class = {};
  std::optional<std::uint8_t> hop_limit = {};
  std::optional<std::uint16_t> flags = {};

  auto operator<=>(const Encapsulation&) const = default;
};

struct NextHop {
  std::optional<net::IpAddress> gateway = {};  // may be IPv6 for a route of IPv4
  std::optional<InterfaceIndex> interface = {};
  std::uint32_t weight = 1;  // 1..256
  bool is_on_link = false;   // the gateway needs no route
  std::optional<std::uint32_t> realms = {};
  std::optional<Encapsulation> encapsulation = {};

  auto operator<=>(const NextHop&) const = default;
};

struct Route {
  std::optional<net::Prefix> destination = {};  // nothing: the default route of gateway's family
  std::optional<net::IpAddress> gateway = {};
  std::optional<InterfaceIndex> interface = {};
  std::optional<std::uint32_t> metric = {};
  std::uint32_t table = kMainTable;
  std::uint8_t protocol = kProtocolStatic;
  std::uint8_t type = 1;                          // RTN_UNICAST
  std::optional<std::uint8_t> scope = {};         // nothing: the link's if there is no gateway
  std::optional<net::Prefix> source_prefix = {};  // IPv6: only for packets from there
  std::optional<net::IpAddress> preferred_source = {};
  bool is_on_link = false;
  std::uint8_t type_of_service = 0;
  std::optional<std::uint32_t> realms = {};
  std::vector<RouteMetric> metrics = {};
  std::string congestion_control = {};
  bool congestion_control_is_locked = false;
  std::optional<std::uint8_t> preference = {};  // RFC 4191
  std::optional<bool> propagates_ttl = {};
  std::optional<std::uint32_t> expires = {};  // seconds
  std::optional<Encapsulation> encapsulation = {};
  std::vector<NextHop> next_hops = {};
  // Before others to the same destination, only where there are none, behind them, or in place of
  // them.
  enum class Insert : std::uint8_t { Prepend, Add, Append, Replace } insert = Insert::Replace;

  net::Family family() const;
  auto operator<=>(const Route&) const = default;
};

struct Rule {
  net::Family family = net::Family::Ipv4;
  std::uint32_t preference = 0;
  std::uint8_t action = 1;           // FR_ACT_TO_TBL
  std::uint32_t table = kMainTable;  // of FR_ACT_TO_TBL
  std::uint32_t target = 0;          // of FR_ACT_GOTO
  std::optional<net::Prefix> from = {};
  std::optional<net::Prefix> to = {};
  bool is_negated = false;
  std::uint8_t type_of_service = 0;
  std::optional<std::uint32_t> mark = {};
  std::optional<std::uint32_t> mark_mask = {};
  std::optional<std::uint32_t> realms = {};
  std::optional<std::uint32_t> suppress_prefix_length = {};
  std::optional<std::uint32_t> suppress_group = {};
  std::string input = {};  // interfaces by name: they need not be there
  std::string output = {};
  std::optional<std::uint64_t> tunnel = {};
  std::optional<std::pair<std::uint32_t, std::uint32_t>> users = {};
  bool is_of_vrf = false;  // FRA_L3MDEV: the table of the interface's VRF
  std::uint8_t protocol = kProtocolStatic;
  std::optional<std::uint8_t> ip_protocol = {};
  std::optional<std::pair<std::uint16_t, std::uint16_t>> source_ports = {};
  std::optional<std::pair<std::uint16_t, std::uint16_t>> destination_ports = {};

  auto operator<=>(const Rule&) const = default;
};

// "192.168.1.0/24 via 10.0.0.1 table 100", for messages.
std::string to_string(const Route& route);
std::string to_string(const Rule& rule);

}  // namespace netlink
