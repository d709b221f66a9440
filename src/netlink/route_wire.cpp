// Routes and rules as messages of the kernel, and in words.
#include <arpa/inet.h>
#include <endian.h>
#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/ila.h>
#include <linux/lwtunnel.h>
#include <linux/mpls_iptunnel.h>
#include <linux/rtnetlink.h>

#include <algorithm>

#include "netlink/wire.h"

namespace netlink {
namespace {

std::uint8_t number(net::Family family) {
  return family == net::Family::Ipv4 ? AF_INET : AF_INET6;
}

// Each next hop with all that it can have.
constexpr std::size_t kRouteSize = 1024;
constexpr std::size_t kHopSize = 256;

}  // namespace

net::Family Route::family() const {
  if (destination) return destination->address().family();
  return gateway ? gateway->family() : net::Family::Ipv4;
}

namespace wire {
namespace {

void put_gateway(Message& message, net::Family family, const net::IpAddress& gateway) {
  if (gateway.family() == family) return message.put(RTA_GATEWAY, gateway.bytes());
  std::vector<std::uint8_t> via(sizeof(rtvia));
  const std::uint16_t other = number(gateway.family());
  std::copy_n(reinterpret_cast<const std::uint8_t*>(&other), sizeof other, via.begin());
  via.insert(via.end(), gateway.bytes().begin(), gateway.bytes().end());
  message.put(RTA_VIA, via);
}

// The attributes of both families have the same numbers.
static_assert(int{LWTUNNEL_IP_FLAGS} == int{LWTUNNEL_IP6_FLAGS} &&
              int{LWTUNNEL_IP_TTL} == int{LWTUNNEL_IP6_HOPLIMIT});

void put_ip_tunnel(Message& message, const Encapsulation& tunnel) {
  if (tunnel.id) message.put_value(LWTUNNEL_IP_ID, htobe64(*tunnel.id));
  if (tunnel.destination) message.put(LWTUNNEL_IP_DST, tunnel.destination->bytes());
  if (tunnel.source) message.put(LWTUNNEL_IP_SRC, tunnel.source->bytes());
  if (tunnel.hop_limit) message.put_byte(LWTUNNEL_IP_TTL, *tunnel.hop_limit);
  if (tunnel.traffic_class) message.put_byte(LWTUNNEL_IP_TOS, *tunnel.traffic_class);
  if (tunnel.flags) message.put_value(LWTUNNEL_IP_FLAGS, htobe16(*tunnel.flags));
}

void put_encapsulation(Message& message, const Encapsulation& tunnel) {
  message.put_value(RTA_ENCAP_TYPE, static_cast<std::uint16_t>(tunnel.kind));
  const Message::Nest nest(message, RTA_ENCAP);
  switch (tunnel.kind) {
    case Encapsulation::Kind::Mpls: {
      std::vector<std::uint8_t> stack;  // RFC 3032: label, class, bottom of stack, TTL
      for (std::size_t i = 0; i < tunnel.labels.size(); ++i) {
        const bool is_last = i + 1 == tunnel.labels.size();
        const std::uint32_t entry = htonl(tunnel.labels[i] << 12 | (is_last ? 1U << 8 : 0));
        const auto* bytes = reinterpret_cast<const std::uint8_t*>(&entry);
        stack.insert(stack.end(), bytes, bytes + sizeof entry);
      }
      return message.put(MPLS_IPTUNNEL_DST, stack);
    }
    case Encapsulation::Kind::Ila:
      return message.put_value(ILA_ATTR_LOCATOR, htobe64(tunnel.locator));
    case Encapsulation::Kind::Ip:
    case Encapsulation::Kind::Ip6:
      return put_ip_tunnel(message, tunnel);
  }
}

// A rtnexthop is a length and a header with attributes behind it, not an attribute itself: it is
// built as a message of its own and its bytes follow.
std::vector<std::uint8_t> next_hops(const Route& route) {
  std::vector<std::uint8_t> all;
  for (const NextHop& hop : route.next_hops) {
    Message attributes(0, 0, kHopSize);
    if (hop.gateway) put_gateway(attributes, route.family(), *hop.gateway);
    if (hop.realms) attributes.put(RTA_FLOW, *hop.realms);
    if (hop.encapsulation) put_encapsulation(attributes, *hop.encapsulation);
    const auto bytes = attributes.bytes().subspan(sizeof(nlmsghdr));
    rtnexthop header{};
    header.rtnh_len = static_cast<unsigned short>(sizeof header + bytes.size());
    header.rtnh_flags = hop.is_on_link ? RTNH_F_ONLINK : 0;
    header.rtnh_hops = static_cast<unsigned char>(hop.weight - 1);
    header.rtnh_ifindex = hop.interface ? static_cast<int>(hop.interface->value) : 0;
    const auto* start = reinterpret_cast<const std::uint8_t*>(&header);
    all.insert(all.end(), start, start + sizeof header);
    all.insert(all.end(), bytes.begin(), bytes.end());
  }
  return all;
}

void put_metrics(Message& message, const Route& route) {
  if (route.metrics.empty() && route.congestion_control.empty()) return;
  const Message::Nest nest(message, RTA_METRICS);
  std::uint32_t locked = route.congestion_control_is_locked ? 1U << RTAX_CC_ALGO : 0;
  for (const RouteMetric& metric : route.metrics) {
    message.put(metric.kind, metric.value);
    if (metric.is_locked) locked |= 1U << metric.kind;
  }
  if (!route.congestion_control.empty()) message.put(RTAX_CC_ALGO, route.congestion_control);
  if (locked != 0) message.put(RTAX_LOCK, locked);
}

int flags_of(Route::Insert insert) {
  switch (insert) {
    case Route::Insert::Prepend:
      return NLM_F_CREATE;
    case Route::Insert::Add:
      return NLM_F_CREATE | NLM_F_EXCL;
    case Route::Insert::Append:
      return NLM_F_CREATE | NLM_F_APPEND;
    case Route::Insert::Replace:
      return NLM_F_CREATE | NLM_F_REPLACE;
  }
  return NLM_F_CREATE;
}

void put_range(Message& message, int attribute, const auto& range) {
  const std::array both{range.first, range.second};
  message.put_value(attribute, both);
}

}  // namespace

Message route_message(int type, const Route& route) {
  Message message(type, NLM_F_ACK | (type == RTM_NEWROUTE ? flags_of(route.insert) : 0),
                  kRouteSize + kHopSize * route.next_hops.size());
  rtmsg header{};
  header.rtm_family = number(route.family());
  if (route.destination)
    header.rtm_dst_len = static_cast<std::uint8_t>(route.destination->length());
  if (route.source_prefix)
    header.rtm_src_len = static_cast<std::uint8_t>(route.source_prefix->length());
  header.rtm_tos = route.type_of_service;
  header.rtm_table = static_cast<std::uint8_t>(route.table < 256 ? route.table : RT_TABLE_COMPAT);
  header.rtm_protocol = route.protocol;
  header.rtm_scope = route.scope.value_or(route.gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK);
  header.rtm_type = route.type;
  header.rtm_flags = route.is_on_link ? RTNH_F_ONLINK : 0;
  message.header(header);
  if (route.table > 255) message.put(RTA_TABLE, route.table);
  if (route.destination && route.destination->length() > 0)
    message.put(RTA_DST, route.destination->network().bytes());
  if (route.source_prefix && route.source_prefix->length() > 0)
    message.put(RTA_SRC, route.source_prefix->network().bytes());
  if (route.gateway) put_gateway(message, route.family(), *route.gateway);
  if (route.interface) message.put(RTA_OIF, route.interface->value);
  if (route.preferred_source) message.put(RTA_PREFSRC, route.preferred_source->bytes());
  if (route.metric) message.put(RTA_PRIORITY, *route.metric);
  if (route.realms) message.put(RTA_FLOW, *route.realms);
  if (route.preference) message.put_byte(RTA_PREF, *route.preference);
  if (route.propagates_ttl) message.put_byte(RTA_TTL_PROPAGATE, *route.propagates_ttl ? 1 : 0);
  if (route.expires) message.put(RTA_EXPIRES, *route.expires);
  if (route.encapsulation) put_encapsulation(message, *route.encapsulation);
  put_metrics(message, route);
  if (!route.next_hops.empty()) message.put(RTA_MULTIPATH, next_hops(route));
  return message;
}

Message rule_message(int type, const Rule& rule) {
  Message message(type, NLM_F_ACK | (type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0));
  fib_rule_hdr header{};
  header.family = number(rule.family);
  if (rule.from) header.src_len = static_cast<std::uint8_t>(rule.from->length());
  if (rule.to) header.dst_len = static_cast<std::uint8_t>(rule.to->length());
  header.tos = rule.type_of_service;
  header.action = rule.action;
  header.flags = rule.is_negated ? FIB_RULE_INVERT : 0;
  const bool has_table = rule.action == FR_ACT_TO_TBL && !rule.is_of_vrf;
  if (has_table && rule.table < 256) header.table = static_cast<std::uint8_t>(rule.table);
  message.header(header);
  if (has_table && rule.table > 255) message.put(FRA_TABLE, rule.table);
  message.put(FRA_PRIORITY, rule.preference);
  if (rule.from && rule.from->length() > 0) message.put(FRA_SRC, rule.from->network().bytes());
  if (rule.to && rule.to->length() > 0) message.put(FRA_DST, rule.to->network().bytes());
  if (rule.action == FR_ACT_GOTO) message.put(FRA_GOTO, rule.target);
  if (rule.mark) message.put(FRA_FWMARK, *rule.mark);
  if (rule.mark_mask) message.put(FRA_FWMASK, *rule.mark_mask);
  if (rule.realms) message.put(FRA_FLOW, *rule.realms);
  if (rule.suppress_prefix_length)
    message.put(FRA_SUPPRESS_PREFIXLEN, *rule.suppress_prefix_length);
  if (rule.suppress_group) message.put(FRA_SUPPRESS_IFGROUP, *rule.suppress_group);
  if (!rule.input.empty()) message.put(FRA_IIFNAME, rule.input);
  if (!rule.output.empty()) message.put(FRA_OIFNAME, rule.output);
  if (rule.tunnel) message.put_value(FRA_TUN_ID, htobe64(*rule.tunnel));
  if (rule.users) put_range(message, FRA_UID_RANGE, *rule.users);
  if (rule.is_of_vrf) message.put_byte(FRA_L3MDEV, 1);
  if (rule.protocol != 0) message.put_byte(FRA_PROTOCOL, rule.protocol);
  if (rule.ip_protocol) message.put_byte(FRA_IP_PROTO, *rule.ip_protocol);
  if (rule.source_ports) put_range(message, FRA_SPORT_RANGE, *rule.source_ports);
  if (rule.destination_ports) put_range(message, FRA_DPORT_RANGE, *rule.destination_ports);
  return message;
}

}  // namespace wire

std::string to_string(const Route& route) {
  std::string text = route.destination && route.destination->length() > 0
                         ? to_string(*route.destination)
                         : std::string("default");
  if (route.gateway) text += fmt::format(" via {}", to_string(*route.gateway));
  for (const NextHop& hop : route.next_hops)
    if (hop.gateway) text += fmt::format(" via {}", to_string(*hop.gateway));
  if (route.interface) text += fmt::format(" on interface {}", route.interface->value);
  if (route.metric) text += fmt::format(" metric {}", *route.metric);
  if (route.table != kMainTable) text += fmt::format(" in table {}", route.table);
  return text;
}

std::string to_string(const Rule& rule) {
  std::string text = fmt::format("{}:", rule.preference);
  if (rule.is_negated) text += " not";
  text += fmt::format(" from {}", rule.from ? to_string(*rule.from) : "all");
  if (rule.to) text += fmt::format(" to {}", to_string(*rule.to));
  if (rule.mark) text += fmt::format(" fwmark {:#x}", *rule.mark);
  if (!rule.input.empty()) text += fmt::format(" iif {}", rule.input);
  if (!rule.output.empty()) text += fmt::format(" oif {}", rule.output);
  if (rule.action == FR_ACT_TO_TBL && !rule.is_of_vrf) text += fmt::format(" table {}", rule.table);
  if (rule.action == FR_ACT_GOTO) text += fmt::format(" goto {}", rule.target);
  return text;
}

}  // namespace netlink
