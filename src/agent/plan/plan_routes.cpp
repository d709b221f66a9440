#include "agent/plan/plan_routes.h"

#include <utility>

namespace agent::plan {
namespace {

// rt_scope: what the type implies; `ip route` knows more cases, keepalived fewer.
std::uint8_t scope_of(const keepalived::Route& route) {
  constexpr std::uint8_t kUniverse = 0;
  constexpr std::uint8_t kLink = 253;
  constexpr std::uint8_t kHost = 254;
  if (route.scope) return *route.scope;
  switch (route.type) {
    case keepalived::RouteType::Local:
    case keepalived::RouteType::Nat:
      return kHost;
    case keepalived::RouteType::Broadcast:
    case keepalived::RouteType::Anycast:
      return kLink;
    case keepalived::RouteType::Unicast:
    case keepalived::RouteType::Multicast:
    case keepalived::RouteType::Blackhole:
    case keepalived::RouteType::Unreachable:
    case keepalived::RouteType::Prohibit:
    case keepalived::RouteType::Throw:
    case keepalived::RouteType::ExternalResolve:
      return kUniverse;
  }
  return kUniverse;
}

netlink::Route::Insert insert_of(keepalived::Route::Insert insert) {
  switch (insert) {
    case keepalived::Route::Insert::Prepend:
      return netlink::Route::Insert::Prepend;
    case keepalived::Route::Insert::Add:
      return netlink::Route::Insert::Add;
    case keepalived::Route::Insert::Append:
      return netlink::Route::Insert::Append;
  }
  return netlink::Route::Insert::Prepend;
}

std::optional<netlink::Encapsulation> encapsulation_of(
    const std::optional<keepalived::Encapsulation>& written) {
  if (!written) return std::nullopt;
  netlink::Encapsulation out;
  out.kind = static_cast<netlink::Encapsulation::Kind>(written->kind);  // the kernel's numbers both
  out.labels = written->labels;
  out.locator = written->locator;
  out.id = written->id;
  out.destination = written->destination;
  out.source = written->source;
  out.traffic_class = written->traffic_class;
  out.hop_limit = written->hop_limit;
  out.flags = written->flags;
  return out;
}

// False: it names an interface that is not there.
bool find_device(const std::string& name, const Devices& devices,
                 std::optional<net::InterfaceIndex>& index) {
  if (name.empty()) return true;
  const netlink::Link* link = devices(name);
  if (link == nullptr) return false;
  index = link->index;
  return true;
}

}  // namespace

std::optional<effects::RoutingEntry> plan_route(const keepalived::Route& route,
                                                const Devices& devices) {
  netlink::Route out{.destination = route.destination, .gateway = route.via};
  if (!find_device(route.device, devices, out.interface)) return std::nullopt;
  out.metric = route.metric;
  if (route.table) out.table = *route.table;
  if (!route.vrf.empty()) {
    const netlink::Link* vrf = devices(route.vrf);
    if (vrf == nullptr || !vrf->vrf_table) return std::nullopt;
    out.table = *vrf->vrf_table;
  }
  out.protocol = route.protocol;
  out.type = static_cast<std::uint8_t>(route.type);
  out.scope = scope_of(route);
  out.source_prefix = route.from;
  out.preferred_source = route.source;
  out.is_on_link = route.on_link;
  out.type_of_service = route.tos;
  out.realms = route.realms;
  for (const keepalived::RouteMetric& metric : route.metrics)
    out.metrics.push_back(
        {static_cast<std::uint16_t>(metric.kind), metric.value, metric.is_locked});
  out.congestion_control = route.congestion_control;
  out.congestion_control_is_locked = route.congestion_control_is_locked;
  if (route.preference) out.preference = static_cast<std::uint8_t>(*route.preference);
  out.propagates_ttl = route.propagates_ttl;
  out.expires = route.expires;
  out.encapsulation = encapsulation_of(route.encapsulation);
  for (const keepalived::NextHop& hop : route.next_hops) {
    netlink::NextHop planned{.gateway = hop.via, .weight = hop.weight, .is_on_link = hop.on_link};
    if (!find_device(hop.device, devices, planned.interface)) return std::nullopt;
    planned.realms = hop.realms;
    planned.encapsulation = encapsulation_of(hop.encapsulation);
    out.next_hops.push_back(std::move(planned));
  }
  out.insert = insert_of(route.insert);
  return effects::RoutingEntry{.item = std::move(out), .is_tracked = route.track};
}

effects::RoutingEntry RulePlanner::plan(const keepalived::Rule& rule) {
  std::uint32_t& next = rule.family == net::Family::Ipv4 ? next_ipv4_ : next_ipv6_;
  netlink::Rule out{.family = rule.family};
  out.preference = rule.preference ? *rule.preference : next--;
  out.action = static_cast<std::uint8_t>(rule.action);
  out.table = rule.table;
  out.target = rule.target;
  out.from = rule.from;
  out.to = rule.to;
  out.is_negated = rule.negated;
  out.type_of_service = rule.tos;
  out.mark = rule.mark;
  out.mark_mask = rule.mark_mask;
  out.realms = rule.realms;
  out.suppress_prefix_length = rule.suppress_prefix_length;
  out.suppress_group = rule.suppress_group;
  out.input = rule.input;
  out.output = rule.output;
  out.tunnel = rule.tunnel;
  out.users = rule.users;
  out.is_of_vrf = rule.l3mdev;
  out.protocol = rule.protocol;
  out.ip_protocol = rule.ip_protocol;
  out.source_ports = rule.source_ports;
  out.destination_ports = rule.destination_ports;
  return {.item = std::move(out), .is_tracked = rule.track};
}

}  // namespace agent::plan
