// Whether two nodes work together: one virtual router, as each of them has it.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "keepalived/lint_checks.h"
#include "keepalived/lint_weights.h"
#include "keepalived/values.h"
#include "vrrp/packet.h"

namespace keepalived::rules {
namespace {

constexpr std::string_view kBothActive = "neither hears the other: both become active";

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

}  // namespace

namespace peers {

void find_missing(const Together& nodes, Report& report) {
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
void find_vrid(const Together& nodes, Report& report) {
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

void find_version(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches)
    if (mine.version != other.version)
      report
          .error(mine.at,
                 fmt::format("{} speaks version {}, its peer version {}", mine.name,
                             static_cast<int>(mine.version), static_cast<int>(other.version)),
                 std::string(kBothActive))
          .also(other.at, nodes.other_place(other));
}

void find_interval(const Together& nodes, Report& report) {
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

void find_authentication(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches)
    if (const std::string_view why = disagreement(mine, other); !why.empty())
      report
          .error(mine.at,
                 fmt::format("{} and its peer authenticate differently: {}", mine.name, why),
                 std::string(kBothActive))
          .also(other.at, nodes.other_place(other));
}

void find_unicast(const Together& nodes, Report& report) {
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

void find_addresses(const Together& nodes, Report& report) {
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

void find_priorities(const Together& nodes, Report& report) {
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
void find_groups(const Together& nodes, Report& report) {
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

void find_checksum(const Together& nodes, Report& report) {
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

}  // namespace peers

}  // namespace keepalived::rules
