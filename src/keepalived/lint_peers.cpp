// Whether two nodes work together: one virtual router, as each of them has it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "keepalived/lint_rules.h"
#include "keepalived/lint_weights.h"
#include "keepalived/values.h"
#include "vrrp/packet.h"

namespace keepalived::rules {
namespace {

constexpr std::string_view kBothActive = "neither hears the other: both become active";

void check_missing(const Together& nodes, Report& report) {
  const auto say = [&](const Instance& one, std::string_view name) {
    report.error(
        one.at,
        fmt::format("{} has no virtual router {} over {} like {}", name, one.vrid.value(),
                    net::name(one.family), one.name),
        "nobody takes over from it; add the instance there with the same virtual_router_id");
  };
  for (const Instance* one : nodes.only_here) say(*one, nodes.there_name);
  for (const Instance* one : nodes.only_there) say(*one, nodes.here_name);
}

// One address under two VRIDs: two elections, each with a winner.
void check_vrid(const Together& nodes, Report& report) {
  std::map<net::IpAddress, const Instance*> theirs;
  for (const Instance* other : nodes.only_there)
    for (const VirtualAddress& address : other->addresses)
      theirs.emplace(address.prefix.address(), other);
  for (const Instance* mine : nodes.only_here)
    for (const VirtualAddress& address : mine->addresses) {
      const auto other = theirs.find(address.prefix.address());
      if (other == theirs.end()) continue;
      report
          .error(mine->vrid_at,
                 fmt::format("{} is virtual router {} here and {} there",
                             net::to_string(address.prefix.address()), mine->vrid.value(),
                             other->second->vrid.value()),
                 "write one virtual_router_id on both nodes; as it is both hold the address")
          .also(other->second->vrid_at, nodes.other_place(*other->second));
      break;
    }
}

void check_version(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches)
    if (mine.version != other.version)
      report
          .error(mine.at,
                 fmt::format("{} speaks version {}, its peer version {}", mine.name,
                             static_cast<int>(mine.version), static_cast<int>(other.version)),
                 std::string(kBothActive))
          .also(other.at, nodes.other_place(other));
}

void check_interval(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches) {
    if (mine.interval == other.interval || mine.version != other.version) continue;
    const std::string what = fmt::format("{} advertises every {} s, its peer every {} s", mine.name,
                                         in_seconds(mine.interval), in_seconds(other.interval));
    auto remark =
        mine.version == vrrp::Version::V2
            ? report.error(mine.at, what, "version 2 refuses another interval: both become active")
            : report.warning(mine.at, what,
                             "version 3 learns the active router's: how long a failure takes then "
                             "depends on who failed");
    remark.also(other.at, nodes.other_place(other));
  }
}

bool have_same_keys(const Hmac& a, const Hmac& b) {
  const auto knows = [](const Hmac& who, const Hmac& sender) {
    const auto sent = std::ranges::find(sender.keys, sender.active_key, &HmacKey::id);
    const auto known = std::ranges::find(who.keys, sender.active_key, &HmacKey::id);
    if (sent == sender.keys.end() || known == who.keys.end()) return false;
    // A secret in a file is on that machine only.
    return sent->secret.empty() || known->secret.empty() || sent->secret == known->secret;
  };
  return knows(a, b) && knows(b, a);
}

// Nothing if they understand each other.
std::string_view disagreement(const Instance& mine, const Instance& other) {
  if (mine.authentication != other.authentication) return "auth_type differs";
  if (mine.authentication == Authentication::Password &&
      vrrp::password_from(mine.password) != vrrp::password_from(other.password))
    return "the passwords differ";
  if (mine.authentication == Authentication::Header && mine.password != other.password)
    return "the passwords differ";
  const auto enforces = [](const Instance& one) {
    return one.hmac && one.hmac->mode == Hmac::Mode::Enforce;
  };
  const auto signs = [](const Instance& one) {
    return one.hmac && one.hmac->mode != Hmac::Mode::ReceiveOnly;
  };
  if (enforces(mine) && !signs(other)) return "auth_hmac is enforced here and not sent there";
  if (enforces(other) && !signs(mine)) return "auth_hmac is enforced there and not sent here";
  if (mine.hmac && other.hmac && !have_same_keys(*mine.hmac, *other.hmac))
    return "the keys of auth_hmac differ";
  if (signs(mine) != signs(other) && mine.hmac.has_value() != other.hmac.has_value())
    return "auth_hmac is on one node only";
  return {};
}

void check_authentication(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches)
    if (const std::string_view why = disagreement(mine, other); !why.empty())
      report
          .error(mine.at,
                 fmt::format("{} and its peer authenticate differently: {}", mine.name, why),
                 std::string(kBothActive))
          .also(other.at, nodes.other_place(other));
}

void check_unicast(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches) {
    if (mine.peers.empty() != other.peers.empty()) {
      report
          .error(mine.at,
                 fmt::format("{} uses {}, its peer {}", mine.name,
                             mine.peers.empty() ? "multicast" : "unicast",
                             mine.peers.empty() ? "unicast" : "multicast"),
                 std::string(kBothActive))
          .also(other.at, nodes.other_place(other));
      continue;
    }
    if (mine.peers.empty()) {
      if (mine.group != other.group)
        report
            .error(mine.at,
                   fmt::format("{} advertises to {}, its peer to {}", mine.name,
                               net::to_string(mine.group), net::to_string(other.group)),
                   std::string(kBothActive))
            .also(other.at, nodes.other_place(other));
      continue;
    }
    const auto reaches = [&](const Instance& from, const Instance& to) {
      if (!to.source ||
          std::ranges::find(from.peers, *to.source, &UnicastPeer::address) != from.peers.end())
        return;
      report
          .error(from.peers.front().at,
                 fmt::format("{} does not send to {}, the peer's address", from.name,
                             net::to_string(*to.source)),
                 "what is sent elsewhere the peer does not hear: it becomes active as well")
          .also(to.at, "the peer, with that unicast_src_ip");
    };
    reaches(mine, other);
    reaches(other, mine);
  }
}

std::set<net::IpAddress> advertised(const Instance& instance) {
  std::set<net::IpAddress> out;
  for (const VirtualAddress& address : instance.addresses) out.insert(address.prefix.address());
  return out;
}

std::string list(const std::set<net::IpAddress>& addresses) {
  constexpr std::size_t kMostShown = 4;
  std::string out;
  std::size_t shown = 0;
  for (const net::IpAddress& one : addresses) {
    if (shown++ == kMostShown) return out + ", …";
    out += (out.empty() ? "" : ", ") + net::to_string(one);
  }
  return out;
}

void check_addresses(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches) {
    const auto here = advertised(mine), there = advertised(other);
    if (here == there) continue;
    std::set<net::IpAddress> only_here, only_there;
    std::ranges::set_difference(here, there, std::inserter(only_here, only_here.end()));
    std::ranges::set_difference(there, here, std::inserter(only_there, only_there.end()));
    std::string what = fmt::format("{} and its peer advertise different addresses", mine.name);
    if (!only_here.empty()) what += fmt::format("; only here: {}", list(only_here));
    if (!only_there.empty()) what += fmt::format("; only there: {}", list(only_there));
    report
        .warning(mine.at, std::move(what),
                 "what only one of them has is gone when it is not active; keepalived up to 2.3.2 "
                 "even refuses such advertisements, and both become active")
        .also(other.at, nodes.other_place(other));
  }
}

void check_priorities(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches) {
    if (mine.priority.is_owner() && other.priority.is_owner()) {
      report
          .error(mine.at, fmt::format("{} and its peer both have priority 255", mine.name),
                 "two owners: both become active; give at least one of them less")
          .also(other.at, nodes.other_place(other));
      continue;
    }
    const int here = healthy(mine, effects(mine, nodes.here));
    if (here != healthy(other, effects(other, nodes.there))) continue;
    report
        .warning(mine.at,
                 here == mine.priority.value() && here == other.priority.value()
                     ? fmt::format("{} and its peer both have priority {}", mine.name, here)
                     : fmt::format("{} and its peer both come to priority {} with all well",
                                   mine.name, here),
                 "between equals the greater IP address decides, and who is active stays so; give "
                 "them different ones")
        .also(other.at, nodes.other_place(other));
  }
}

// Members of a group are active together: if one of them is better here and another one there, no
// node can have both.
void check_groups(const Together& nodes, Report& report) {
  struct Better {
    const Instance* here = nullptr;
    const Instance* there = nullptr;
  };
  std::map<const SyncGroup*, Better> better;
  for (const auto& [mine, other] : nodes.matches) {
    const auto group = nodes.here.group_of.find(mine.name);
    const bool is_there = nodes.there.group_of.contains(other.name);
    const bool is_here = group != nodes.here.group_of.end();
    if (is_here != is_there) {
      report
          .warning(mine.at, fmt::format("{} is in a sync group on one node only", mine.name),
                   "its fellows follow it on that node and not on the other one")
          .also(other.at, nodes.other_place(other));
      continue;
    }
    if (!is_here) continue;
    const int difference =
        healthy(mine, effects(mine, nodes.here)) - healthy(other, effects(other, nodes.there));
    if (difference > 0) better[group->second].here = &mine;
    if (difference < 0) better[group->second].there = &mine;
  }
  for (const auto& [group, who] : better)
    if (who.here != nullptr && who.there != nullptr)
      report
          .error(group->at,
                 fmt::format("in the group {} this node is better for {} and the peer for {}",
                             group->name, who.here->name, who.there->name),
                 "the group never comes to rest; give one node the greater priority in all members")
          .also(who.here->at, "better here")
          .also(who.there->at, "better there");
}

void check_checksum(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches)
    if (mine.version == vrrp::Version::V3 && other.version == vrrp::Version::V3 &&
        mine.family == net::Family::Ipv4 && mine.checksum_as_v2 != other.checksum_as_v2)
      report
          .warning(mine.at,
                   fmt::format("v3_checksum_as_v2 of {} differs from its peer's", mine.name),
                   "holdfastd understands both forms, keepalived only its own: it would become "
                   "active as well")
          .also(other.at, nodes.other_place(other));
}

constexpr LintRule kRules[] = {
    {.name = "peer-missing",
     .sentence = "a node has a virtual router that the other one does not have",
     .why = "Nobody takes over what only one node has. The instances of two nodes belong "
            "together if they have the same `virtual_router_id` and address family.",
     .remedy = "Add the instance to the other node.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 150
  virtual_ipaddress { 10.0.0.60/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 150
  virtual_ipaddress { 10.0.0.60/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 100
  virtual_ipaddress { 10.0.0.60/24 }
}
)",
     .check_pair = check_missing},
    {.name = "peer-vrid",
     .sentence = "one address belongs to different virtual routers",
     .why = "With two VRIDs there are two elections, each node is alone in its own and wins "
            "it: both hold the address.",
     .remedy = "Write the same `virtual_router_id` on both nodes.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 15
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_vrid},
    {.name = "pair-version",
     .sentence = "the nodes speak different versions",
     .why = "An advertisement of another version is refused, so that each node believes "
            "itself alone.",
     .remedy = "Write the same `version` (or `vrrp_version`) on all nodes. The default is 2 "
               "over IPv4.",
     .example = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_version},
    {.name = "pair-interval",
     .sentence = "the nodes advertise at different intervals",
     .why = "Version 2 refuses an advertisement with another interval than its own, so that "
            "both nodes become active. Version 3 learns the interval of the active router, "
            "so that the same failure takes longer on one side.",
     .remedy = "Write the same `advert_int` on all nodes.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 2
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 2
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  advert_int 2
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_interval},
    {.name = "pair-authentication",
     .sentence = "the nodes authenticate differently",
     .why = "An advertisement without the expected password or signature is refused, so "
            "that both nodes become active. The passwords are compared; no message shows "
            "them.",
     .remedy = "Write the same `authentication` or `auth_hmac` on all nodes.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass 2222
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_authentication},
    {.name = "pair-unicast",
     .sentence = "the nodes do not send where the other one listens",
     .why = "With `unicast_peer` advertisements go to these addresses and nowhere else; "
            "without, to a multicast group. A node that is sent nothing becomes active. "
            "Where a node names its own address (`unicast_src_ip`), the other one must have "
            "it among its peers.",
     .remedy = "Write `unicast_peer` on all nodes or on none, with the address of every other "
               "node, or the same `mcast_dst_ip`.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  unicast_src_ip 10.0.0.5
  unicast_peer { 10.0.0.6 }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  unicast_src_ip 10.0.0.7
  unicast_peer { 10.0.0.5 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  unicast_src_ip 10.0.0.5
  unicast_peer { 10.0.0.6 }
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  unicast_src_ip 10.0.0.6
  unicast_peer { 10.0.0.5 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_unicast},
    {.name = "pair-addresses",
     .sentence = "the nodes advertise different addresses",
     .why = "An address that only one node has is gone when the other one is active. "
            "keepalived up to 2.3.2 refuses an advertisement whose addresses are not its "
            "own, and both nodes become active.",
     .remedy = "Write the same addresses on all nodes. Those that may differ, or are of the "
               "other family, belong in `virtual_ipaddress_excluded`.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.51/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_addresses},
    {.name = "pair-priority",
     .sentence = "the nodes have the same priority",
     .why = "Between equals the greater IP address becomes active when both start, and "
            "afterwards whoever is active stays so. That is seldom what was meant, and two "
            "nodes of priority 255 are both active.",
     .remedy = "Give every node a priority of its own.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_priorities},
    {.name = "pair-groups",
     .sentence = "the sync groups of the nodes do not fit each other",
     .why = "Members of a sync group are active together. If one member has the greater "
            "priority here and another one there, neither node can have both, and the group "
            "moves for ever; if an instance is in a group on one node only, its fellows do "
            "not follow it on the other.",
     .remedy = "Write the same groups on all nodes, and let one node have the greater priority "
               "in all members.",
     .example = R"(vrrp_sync_group both {
  group { web web6 }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance web6 {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    fe80::50
    2001:db8::50
  }
}
# ---- the other node
vrrp_sync_group both {
  group { web web6 }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance web6 {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress {
    fe80::50
    2001:db8::50
  }
}
)",
     .mended = R"(vrrp_sync_group both {
  group { web web6 }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance web6 {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress {
    fe80::50
    2001:db8::50
  }
}
# ---- the other node
vrrp_sync_group both {
  group { web web6 }
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance web6 {
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    fe80::50
    2001:db8::50
  }
}
)",
     .check_pair = check_groups},
    {.name = "pair-checksum",
     .sentence = "`v3_checksum_as_v2` differs between the nodes",
     .why = "keepalived and RFC 9568 disagree about the checksum of version 3 over IPv4, "
            "and the keyword says which is used. holdfastd understands both; keepalived "
            "drops what is not its own form, and becomes active.",
     .remedy = "Write the keyword on all nodes or on none.",
     .example = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  v3_checksum_as_v2
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  v3_checksum_as_v2
  virtual_ipaddress { 10.0.0.50/24 }
}
# ---- the other node
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 100
  v3_checksum_as_v2
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check_pair = check_checksum},
};
}  // namespace

std::span<const LintRule> peer_rules() {
  return kRules;
}

}  // namespace keepalived::rules
