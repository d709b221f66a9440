// The part of the table that is about lines within blocks: addresses, routes, rules, trackers,
// peers.
#include "keepalived/keywords.h"

namespace keepalived {
namespace {

using enum Type;
constexpr Block kAddress = Block::Address, kRoute = Block::Route, kNextHop = Block::NextHop,
                kRule = Block::Rule, kPeer = Block::Peer, kTracked = Block::Tracked;
constexpr double kMost32 = 4294967295, kMost64 = 18446744073709551615.0;

// clang-format off
constexpr Keyword kKeywords[] = {
  // ---- virtual_ipaddress, virtual_ipaddress_excluded, static_ipaddress
  {.block = kAddress, .name = "dev", .type = Text, .default_text = "the instance's interface; of static ones default_interface", .sentence = "the interface it is put on"},
  {.block = kAddress, .name = "brd", .type = Words, .sentence = "its broadcast address; + sets all host bits, - clears them"},
  {.block = kAddress, .name = "broadcast", .type = Words, .sentence = "as brd"},
  {.block = kAddress, .name = "scope", .type = Name, .choices = "global|site|link|host|nowhere", .sentence = "how far it is valid"},
  {.block = kAddress, .name = "label", .type = Text, .sentence = "a name for it, INTERFACE:TEXT"},
  {.block = kAddress, .name = "peer", .type = Address, .sentence = "the other end of a point-to-point link"},
  {.block = kAddress, .name = "preferred_lft", .type = Words, .default_text = "0 of IPv6 addresses of /128, else forever", .sentence = "seconds, or forever; 0: no source for new connections"},
  {.block = kAddress, .name = "use_vmac", .type = Flag, .sentence = "put it on an interface with the virtual MAC address"},
  {.block = kAddress, .name = "home", .type = Flag, .sentence = "IPv6: a home address of mobile IP"},
  {.block = kAddress, .name = "-nodad", .type = Flag, .sentence = "IPv6: look for duplicates, which is off otherwise"},
  {.block = kAddress, .name = "mngtmpaddr", .type = Flag, .sentence = "IPv6: make temporary addresses of it"},
  {.block = kAddress, .name = "noprefixroute", .type = Flag, .sentence = "make no route to its network"},
  {.block = kAddress, .name = "autojoin", .type = Flag, .sentence = "join the multicast group"},
  {.block = kAddress, .name = "no_track", .type = Flag, .sentence = "its loss is nobody's concern"},
  {.block = kAddress, .name = "track_group", .type = Text, .sentence = "of static ones: its loss is a fault of the instances of that group"},

  // ---- virtual_routes, static_routes
  {.block = kRoute, .name = "inet", .type = Flag, .sentence = "a route of IPv4"},
  {.block = kRoute, .name = "inet6", .type = Flag, .sentence = "a route of IPv6"},
  {.block = kRoute, .name = "to", .type = Text, .sentence = "its destination, also without `to`: NETWORK/LENGTH or default; a type may stand in front: unicast, local, broadcast, anycast, multicast, blackhole, unreachable, prohibit, throw"},
  {.block = kRoute, .name = "src", .type = Address, .sentence = "the source of local connections"},
  {.block = kRoute, .name = "from", .type = Text, .sentence = "IPv6: only for packets of this network"},
  {.block = kRoute, .name = "via", .type = Words, .arguments = "[inet|inet6] ADDRESS", .sentence = "the gateway"},
  {.block = kRoute, .name = "gw", .type = Words, .sentence = "the old name of via"},
  {.block = kRoute, .name = "or", .type = Address, .sentence = "an old form: a second gateway"},
  {.block = kRoute, .name = "dev", .type = Text, .sentence = "the interface"},
  {.block = kRoute, .name = "oif", .type = Text, .sentence = "as dev"},
  {.block = kRoute, .name = "vrf", .type = Text, .sentence = "into the table of this VRF"},
  {.block = kRoute, .name = "onlink", .type = Flag, .sentence = "IPv4: the gateway is there, whatever its network"},
  {.block = kRoute, .name = "table", .type = Name, .choices = "main|local|default", .default_text = "main", .sentence = "the routing table"},
  {.block = kRoute, .name = "protocol", .type = Name, .choices = "kernel|boot|static|keepalived", .default_text = "keepalived (18)", .sentence = "who made it; a route that is watched is always keepalived's"},
  {.block = kRoute, .name = "scope", .type = Name, .choices = "global|site|link|host|nowhere", .sentence = "how far the destination is"},
  {.block = kRoute, .name = "metric", .type = Integer, .most = kMost32, .sentence = "of two routes the lower one counts"},
  {.block = kRoute, .name = "priority", .type = Integer, .most = kMost32, .sentence = "as metric"},
  {.block = kRoute, .name = "preference", .type = Integer, .most = kMost32, .sentence = "as metric"},
  {.block = kRoute, .name = "tos", .type = Name, .sentence = "only for this type of service"},
  {.block = kRoute, .name = "dsfield", .type = Name, .sentence = "as tos"},
  {.block = kRoute, .name = "realms", .type = Name, .sentence = "IPv4: TO or FROM/TO"},
  {.block = kRoute, .name = "expires", .type = Integer, .most = kMost32, .sentence = "IPv6: seconds it lives"},
  {.block = kRoute, .name = "mtu", .type = Integer, .most = kMost32, .sentence = "[lock] MTU of the path"},
  {.block = kRoute, .name = "hoplimit", .type = Integer, .most = 255, .sentence = "hop limit of packets"},
  {.block = kRoute, .name = "advmss", .type = Integer, .most = kMost32, .sentence = "[lock] MSS that is announced"},
  {.block = kRoute, .name = "rtt", .type = Text, .sentence = "[lock] first guess of the round trip time, 300ms or 1.5s; 200ms..120s"},
  {.block = kRoute, .name = "rttvar", .type = Text, .sentence = "[lock] its variance"},
  {.block = kRoute, .name = "rto_min", .type = Text, .sentence = "[lock] least time to a retransmission"},
  {.block = kRoute, .name = "reordering", .type = Integer, .most = kMost32, .sentence = "[lock] first guess of the reordering of packets"},
  {.block = kRoute, .name = "window", .type = Integer, .most = kMost32, .sentence = "most bytes of the TCP window"},
  {.block = kRoute, .name = "cwnd", .type = Integer, .most = kMost32, .sentence = "[lock] most packets of the congestion window"},
  {.block = kRoute, .name = "ssthresh", .type = Integer, .most = kMost32, .sentence = "[lock] first slow start threshold"},
  {.block = kRoute, .name = "initcwnd", .type = Integer, .most = kMost32, .sentence = "first congestion window"},
  {.block = kRoute, .name = "initrwnd", .type = Integer, .most = kMost32, .sentence = "first receive window"},
  {.block = kRoute, .name = "features", .type = Text, .sentence = "ecn"},
  {.block = kRoute, .name = "quickack", .type = Integer, .most = 1, .sentence = "acknowledge at once"},
  {.block = kRoute, .name = "congctl", .type = Text, .sentence = "[lock] the algorithm of congestion control"},
  {.block = kRoute, .name = "fastopen_no_cookie", .type = Integer, .most = 1, .sentence = "TCP fast open without a cookie"},
  {.block = kRoute, .name = "pref", .type = Choice, .choices = "low|medium|high", .sentence = "IPv6: preference among routers"},
  {.block = kRoute, .name = "ttl-propagate", .type = Choice, .choices = "enabled|disabled", .sentence = "MPLS: the TTL goes along"},
  {.block = kRoute, .name = "encap", .type = Words, .sentence = "a tunnel: ip|ip6 [id N] [dst A] [src A] [tos|tc N] [ttl|hoplimit N] [flags N], mpls LABEL[/LABEL…], ila LOCATOR"},
  {.block = kRoute, .name = "nexthop", .type = Words, .sentence = "one of several next hops; its words follow"},
  {.block = kRoute, .name = "add", .type = Flag, .sentence = "only if there is no such route"},
  {.block = kRoute, .name = "prepend", .type = Flag, .sentence = "in front of such routes; the default"},
  {.block = kRoute, .name = "append", .type = Flag, .sentence = "behind such routes"},
  {.block = kRoute, .name = "no_track", .type = Flag, .sentence = "its loss is nobody's concern"},
  {.block = kRoute, .name = "track_group", .type = Text, .sentence = "of static ones: its loss is a fault of the instances of that group; needs dev"},

  // ---- nexthop
  {.block = kNextHop, .name = "via", .type = Words, .arguments = "[inet|inet6] ADDRESS", .sentence = "the gateway"},
  {.block = kNextHop, .name = "dev", .type = Text, .sentence = "the interface"},
  {.block = kNextHop, .name = "weight", .type = Integer, .least = 1, .most = 256, .default_text = "1", .sentence = "its share"},
  {.block = kNextHop, .name = "onlink", .type = Flag, .sentence = "the gateway is there, whatever its network"},
  {.block = kNextHop, .name = "realms", .type = Name, .sentence = "IPv4: TO or FROM/TO"},
  {.block = kNextHop, .name = "encap", .type = Words, .sentence = "a tunnel, as in a route"},

  // ---- virtual_rules, static_rules
  {.block = kRule, .name = "inet", .type = Flag, .sentence = "a rule of IPv4; the default"},
  {.block = kRule, .name = "inet6", .type = Flag, .sentence = "a rule of IPv6"},
  {.block = kRule, .name = "not", .type = Flag, .sentence = "for packets that do not fit"},
  {.block = kRule, .name = "from", .type = Text, .sentence = "packets of this network"},
  {.block = kRule, .name = "to", .type = Text, .sentence = "packets to this network"},
  {.block = kRule, .name = "iif", .type = Text, .sentence = "packets that came in here"},
  {.block = kRule, .name = "dev", .type = Text, .sentence = "as iif"},
  {.block = kRule, .name = "oif", .type = Text, .sentence = "packets of sockets bound to this interface"},
  {.block = kRule, .name = "tos", .type = Name, .sentence = "packets of this type of service"},
  {.block = kRule, .name = "dsfield", .type = Name, .sentence = "as tos"},
  {.block = kRule, .name = "fwmark", .type = Text, .sentence = "packets with MARK[/MASK]"},
  {.block = kRule, .name = "uidrange", .type = Text, .sentence = "packets of the users FIRST-LAST"},
  {.block = kRule, .name = "ipproto", .type = Name, .choices = "tcp|udp|icmp", .sentence = "packets of this protocol"},
  {.block = kRule, .name = "sport", .type = Text, .sentence = "from these ports, FIRST-LAST"},
  {.block = kRule, .name = "dport", .type = Text, .sentence = "to these ports, FIRST-LAST"},
  {.block = kRule, .name = "tunnel-id", .type = Integer, .most = kMost64, .sentence = "packets of this tunnel"},
  {.block = kRule, .name = "preference", .type = Integer, .most = kMost32, .default_text = "from 16384 down, with a warning", .sentence = "rules are tried from the lowest on"},
  {.block = kRule, .name = "priority", .type = Integer, .most = kMost32, .sentence = "as preference"},
  {.block = kRule, .name = "order", .type = Integer, .most = kMost32, .sentence = "as preference"},
  {.block = kRule, .name = "table", .type = Name, .choices = "main|local|default", .sentence = "look there"},
  {.block = kRule, .name = "lookup", .type = Name, .choices = "main|local|default", .sentence = "as table"},
  {.block = kRule, .name = "l3mdev", .type = Flag, .sentence = "look in the table of the interface's VRF"},
  {.block = kRule, .name = "goto", .type = Integer, .most = kMost32, .sentence = "go on at the rule of this preference"},
  {.block = kRule, .name = "nop", .type = Flag, .sentence = "go on"},
  {.block = kRule, .name = "blackhole", .type = Flag, .sentence = "drop"},
  {.block = kRule, .name = "unreachable", .type = Flag, .sentence = "refuse as unreachable"},
  {.block = kRule, .name = "prohibit", .type = Flag, .sentence = "refuse as forbidden"},
  {.block = kRule, .name = "type", .type = Flag, .sentence = "may stand in front of an action"},
  {.block = kRule, .name = "realms", .type = Name, .sentence = "IPv4: mark with TO or FROM/TO"},
  {.block = kRule, .name = "suppress_prefixlength", .type = Integer, .most = 2147483647, .sentence = "take no route as short as this"},
  {.block = kRule, .name = "sup_pl", .type = Integer, .most = 2147483647, .sentence = "as suppress_prefixlength"},
  {.block = kRule, .name = "suppress_ifgroup", .type = Name, .sentence = "take no route through this group of interfaces"},
  {.block = kRule, .name = "sup_group", .type = Name, .sentence = "as suppress_ifgroup"},
  {.block = kRule, .name = "protocol", .type = Name, .choices = "kernel|boot|static|keepalived", .default_text = "keepalived (18)", .sentence = "who made it; a rule that is watched is always keepalived's"},
  {.block = kRule, .name = "no_track", .type = Flag, .sentence = "its loss is nobody's concern"},
  {.block = kRule, .name = "track_group", .type = Text, .sentence = "of static ones: its loss is a fault of the instances of that group; needs iif"},

  // ---- unicast_peer
  {.block = kPeer, .name = "min_ttl", .type = Integer, .most = 255, .default_text = "0", .sentence = "drop advertisements with less; sets check_unicast_src"},
  {.block = kPeer, .name = "max_ttl", .type = Integer, .most = 255, .default_text = "255", .sentence = "drop advertisements with more; sets check_unicast_src"},

  // ---- track_interface, track_script, track_file, track_process, track_bfd
  {.block = kTracked, .name = "weight", .type = Integer, .least = -254, .most = 254, .default_text = "that of what is tracked, else 0", .sentence = "added to the priority while it is well, subtracted while it is not; 0: its failure is a fault; of interfaces, scripts and BFD -253..253"},
  {.block = kTracked, .name = "reverse", .type = Flag, .sentence = "the other way round"},
  {.block = kTracked, .name = "noreverse", .type = Flag, .sentence = "not the other way round, whatever is said there"},
  {.block = kTracked, .name = "no_reverse", .type = Flag, .sentence = "as noreverse"},
};
// clang-format on

}  // namespace

std::span<const Keyword> entry_keywords() {
  return kKeywords;
}

}  // namespace keepalived
