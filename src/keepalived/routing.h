// virtual_routes, static_routes, virtual_rules and static_rules: what `ip route` and `ip rule`
// would be told, with every name resolved to its number. Numbers are rtnetlink's.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "keepalived/where.h"
#include "net/ip_address.h"

namespace keepalived {

// What rtnetlink calls RTPROT_KEEPALIVED: routes and rules carry it, so that others leave them
// alone.
inline constexpr std::uint8_t kRouteProtocol = 18;

// RTN_*.
enum class RouteType : std::uint8_t {
  Unicast = 1,
  Local = 2,
  Broadcast = 3,
  Anycast = 4,
  Multicast = 5,
  Blackhole = 6,
  Unreachable = 7,
  Prohibit = 8,
  Throw = 9,
  Nat = 10,
  ExternalResolve = 11,
};

// RTAX_* beyond what has a field of its own.
enum class RouteMetricKind : std::uint8_t {
  Mtu = 2,
  Window = 3,
  RoundTripTime = 4,          // in eighths of a millisecond, as the kernel keeps it
  RoundTripTimeVariance = 5,  // in quarters of a millisecond
  SlowStartThreshold = 6,
  CongestionWindow = 7,
  AdvertisedMss = 8,
  Reordering = 9,
  HopLimit = 10,
  InitialCongestionWindow = 11,
  Features = 12,               // bit 0: ECN
  MinimumRetransmission = 13,  // milliseconds
  InitialReceiveWindow = 14,
  QuickAck = 15,
  FastOpenNoCookie = 17,
};

struct RouteMetric {
  RouteMetricKind kind;
  std::uint32_t value = 0;
  bool is_locked = false;  // the kernel may not learn better
  bool operator==(const RouteMetric&) const = default;
};

// LWTUNNEL_ENCAP_*; fields that were not written are not set.
struct Encapsulation {
  enum class Kind : std::uint8_t { Mpls = 1, Ip = 2, Ila = 3, Ip6 = 4 } kind = Kind::Ip;
  std::vector<std::uint32_t> labels = {};  // Mpls, outermost first
  std::uint64_t locator = 0;               // Ila
  std::optional<std::uint64_t> id = {};    // Ip and Ip6, as all below
  std::optional<net::IpAddress> destination = {};
  std::optional<net::IpAddress> source = {};
  std::optional<std::uint8_t> traffic_class = {};  // tos, tc
  std::optional<std::uint8_t> hop_limit = {};      // ttl, hoplimit
  std::optional<std::uint16_t> flags = {};
  bool operator==(const Encapsulation&) const = default;
};

struct NextHop {
  std::optional<net::IpAddress> via = {};
  std::string device = {};
  unsigned weight = 1;  // 1..256; the kernel wants one less
  bool on_link = false;
  std::optional<std::uint32_t> realms = {};
  std::optional<Encapsulation> encapsulation = {};
  bool operator==(const NextHop&) const = default;
};

struct Route {
  net::Prefix destination;  // `default` is 0.0.0.0/0 or ::/0
  RouteType type = RouteType::Unicast;
  std::optional<net::Prefix> from = {};       // IPv6: routes by source
  std::optional<net::IpAddress> source = {};  // `src`: what local connections come from
  std::optional<net::IpAddress> via = {};     // `via` or `gw`; none with next_hops
  std::string device = {};                    // `dev` or `oif`; empty: the kernel finds it
  std::string vrf = {};                       // its table is used
  bool on_link = false;
  std::optional<std::uint32_t> table = {};  // nothing: main
  std::uint8_t protocol = kRouteProtocol;
  std::optional<std::uint8_t> scope = {};
  std::optional<std::uint32_t> metric = {};  // also `priority` and `preference`
  std::uint8_t tos = 0;
  std::optional<std::uint32_t> realms = {};  // from << 16 | to
  std::vector<RouteMetric> metrics = {};     // in the order of their numbers
  std::string congestion_control = {};       // `congctl`
  bool congestion_control_is_locked = false;
  enum class Preference : std::uint8_t { Medium = 0, High = 1, Low = 3 };  // RFC 4191
  std::optional<Preference> preference = {};
  std::optional<bool> propagates_ttl = {};
  std::optional<std::uint32_t> expires = {};  // seconds
  std::optional<Encapsulation> encapsulation = {};
  std::vector<NextHop> next_hops = {};  // `nexthop …`, or the two of `via A or B`
  enum class Insert { Prepend, Add, Append } insert = Insert::Prepend;
  bool track = true;             // `no_track`: its loss is nobody's concern
  std::string track_group = {};  // of static ones: a TrackGroup's name
  Where at = {};

  net::Family family() const { return destination.address().family(); }
  bool operator==(const Route&) const = default;
};

struct Rule {
  net::Family family = net::Family::Ipv4;
  std::optional<net::Prefix> from = {};
  std::optional<net::Prefix> to = {};
  bool negated = false;  // `not`
  // FR_ACT_*.
  enum class Action : std::uint8_t {
    Table = 1,
    Goto = 2,
    Nop = 3,
    Blackhole = 6,
    Unreachable = 7,
    Prohibit = 8,
  } action = Action::Table;
  std::uint32_t table = 254;  // of Action::Table
  std::uint32_t target = 0;   // of Action::Goto: the preference it goes on at
  // Where none is written the reader counts as keepalived does, from 16384 down.
  std::optional<std::uint32_t> preference = {};
  std::uint8_t tos = 0;
  std::optional<std::uint32_t> mark = {};
  std::optional<std::uint32_t> mark_mask = {};
  std::optional<std::uint32_t> realms = {};
  std::optional<std::uint32_t> suppress_prefix_length = {};
  std::optional<std::uint32_t> suppress_group = {};
  std::string input = {};   // `iif` or `dev`
  std::string output = {};  // `oif`
  std::optional<std::uint64_t> tunnel = {};
  std::optional<std::pair<std::uint32_t, std::uint32_t>> users = {};  // uidrange
  bool l3mdev = false;  // the table is that of the interface's VRF
  std::uint8_t protocol = kRouteProtocol;
  std::optional<std::uint8_t> ip_protocol = {};
  std::optional<std::pair<std::uint16_t, std::uint16_t>> source_ports = {};
  std::optional<std::pair<std::uint16_t, std::uint16_t>> destination_ports = {};
  bool track = true;
  std::string track_group = {};
  Where at = {};

  bool operator==(const Rule&) const = default;
};

}  // namespace keepalived
