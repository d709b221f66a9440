// Routes and rules as the words of `ip`, every name resolved to its number.
#include <fmt/format.h>

#include "keepalived/form.h"
#include "keepalived/values.h"

namespace keepalived {
namespace {

std::string_view type_word(RouteType type) {
  switch (type) {
    case RouteType::Unicast:
      return "unicast";
    case RouteType::Local:
      return "local";
    case RouteType::Broadcast:
      return "broadcast";
    case RouteType::Anycast:
      return "anycast";
    case RouteType::Multicast:
      return "multicast";
    case RouteType::Blackhole:
      return "blackhole";
    case RouteType::Unreachable:
      return "unreachable";
    case RouteType::Prohibit:
      return "prohibit";
    case RouteType::Throw:
      return "throw";
    case RouteType::Nat:
      return "nat";
    case RouteType::ExternalResolve:
      return "xresolve";
  }
  return "";
}

std::string_view metric_word(RouteMetricKind kind) {
  switch (kind) {
    case RouteMetricKind::Mtu:
      return "mtu";
    case RouteMetricKind::Window:
      return "window";
    case RouteMetricKind::RoundTripTime:
      return "rtt";
    case RouteMetricKind::RoundTripTimeVariance:
      return "rttvar";
    case RouteMetricKind::SlowStartThreshold:
      return "ssthresh";
    case RouteMetricKind::CongestionWindow:
      return "cwnd";
    case RouteMetricKind::AdvertisedMss:
      return "advmss";
    case RouteMetricKind::Reordering:
      return "reordering";
    case RouteMetricKind::HopLimit:
      return "hoplimit";
    case RouteMetricKind::InitialCongestionWindow:
      return "initcwnd";
    case RouteMetricKind::Features:
      return "features";
    case RouteMetricKind::MinimumRetransmission:
      return "rto_min";
    case RouteMetricKind::InitialReceiveWindow:
      return "initrwnd";
    case RouteMetricKind::QuickAck:
      return "quickack";
    case RouteMetricKind::FastOpenNoCookie:
      return "fastopen_no_cookie";
  }
  return "";
}

std::string prefix_or_default(const net::Prefix& prefix) {
  // `inet6 default` would do as well, but keepalived 2.2.7 skips the word behind `inet6`.
  const bool is_default = prefix.length() == 0 && prefix.address().is_v4();
  return is_default ? "default" : net::to_string(prefix);
}

FormNode address_setting(std::string_view key, const net::IpAddress& address) {
  return setting(key, net::to_string(address));
}

std::string realms_text(std::uint32_t realms) {
  return realms >> 16 != 0 ? fmt::format("{}/{}", realms >> 16, realms & 0xffff)
                           : fmt::format("{}", realms);
}

FormNode encapsulation(const Encapsulation& given) {
  using Kind = Encapsulation::Kind;
  std::vector<Scalar> words;
  if (given.kind == Kind::Mpls) {
    std::string labels;
    for (const std::uint32_t label : given.labels)
      labels += fmt::format("{}{}", labels.empty() ? "" : "/", label);
    words = {std::string("mpls"), labels};
    return settings("encap", std::move(words));
  }
  if (given.kind == Kind::Ila) {
    words = {std::string("ila"),
             fmt::format("{:x}:{:x}:{:x}:{:x}", given.locator >> 48, given.locator >> 32 & 0xffff,
                         given.locator >> 16 & 0xffff, given.locator & 0xffff)};
    return settings("encap", std::move(words));
  }
  const bool is_v6 = given.kind == Kind::Ip6;
  words.emplace_back(std::string(is_v6 ? "ip6" : "ip"));
  const auto add = [&](std::string_view key, std::string value) {
    words.emplace_back(std::string(key));
    words.emplace_back(std::move(value));
  };
  if (given.id) add("id", std::to_string(*given.id));
  if (given.destination) add("dst", net::to_string(*given.destination));
  if (given.source) add("src", net::to_string(*given.source));
  if (given.traffic_class) add(is_v6 ? "tc" : "tos", std::to_string(*given.traffic_class));
  if (given.hop_limit) add(is_v6 ? "hoplimit" : "ttl", std::to_string(*given.hop_limit));
  if (given.flags) add("flags", std::to_string(*given.flags));
  return settings("encap", std::move(words));
}

FormNode metric(const RouteMetric& given) {
  if (given.kind == RouteMetricKind::Features) return setting("features", std::string("ecn"));
  if (!given.is_locked) return setting(metric_word(given.kind), number(given.value));
  return settings(metric_word(given.kind), {std::string("lock"), number(given.value)});
}

// A `nexthop` is a flag; its words follow, as those of a list of one would.
FormNode next_hop(const NextHop& given) {
  FormNode out = flag("nexthop");
  const auto add = [&](FormNode node) { out.inner.push_back(std::move(node)); };
  if (given.via) add(address_setting("via", *given.via));
  if (!given.device.empty()) add(setting("dev", given.device));
  if (given.weight != 1) add(setting("weight", number(given.weight)));
  if (given.on_link) add(flag("onlink"));
  if (given.realms) add(setting("realms", realms_text(*given.realms)));
  if (given.encapsulation) add(encapsulation(*given.encapsulation));
  return out;
}

// The order does not matter to who reads it, but that next hops end a route.
void add_details(const Route& given, std::vector<FormNode>& out) {
  if (given.tos != 0) out.push_back(setting("tos", number(given.tos)));
  if (given.protocol != kRouteProtocol) out.push_back(setting("protocol", number(given.protocol)));
  if (given.scope) out.push_back(setting("scope", number(*given.scope)));
  if (given.realms) out.push_back(setting("realms", realms_text(*given.realms)));
  for (const RouteMetric& one : given.metrics) out.push_back(metric(one));
  if (!given.congestion_control.empty()) {
    std::vector<Scalar> words;
    if (given.congestion_control_is_locked) words.emplace_back(std::string("lock"));
    words.emplace_back(given.congestion_control);
    out.push_back(settings("congctl", std::move(words)));
  }
  using Preference = Route::Preference;
  if (given.preference)
    out.push_back(setting("pref", std::string(*given.preference == Preference::Low    ? "low"
                                              : *given.preference == Preference::High ? "high"
                                                                                      : "medium")));
  if (given.propagates_ttl)
    out.push_back(
        setting("ttl-propagate", std::string(*given.propagates_ttl ? "enabled" : "disabled")));
  if (given.expires) out.push_back(setting("expires", number(*given.expires)));
  if (given.encapsulation) out.push_back(encapsulation(*given.encapsulation));
}

}  // namespace

FormNode line_of(const Route& given) {
  const std::string to = prefix_or_default(given.destination);
  FormNode line{.kind = FormNode::Kind::Line, .key = "to", .values = {to}};
  std::vector<FormNode>& out = line.inner;
  // A type stands in front of the destination, and only there.
  if (given.type != RouteType::Unicast) {
    line.key = "type";
    line.values = {std::string(type_word(given.type)), to};
  }
  if (given.from) out.push_back(setting("from", net::to_string(*given.from)));
  if (given.source) out.push_back(address_setting("src", *given.source));
  if (given.via) out.push_back(address_setting("via", *given.via));
  if (!given.device.empty()) out.push_back(setting("dev", given.device));
  if (!given.vrf.empty()) out.push_back(setting("vrf", given.vrf));
  if (given.on_link) out.push_back(flag("onlink"));
  if (given.table) out.push_back(setting("table", number(*given.table)));
  if (given.metric) out.push_back(setting("metric", number(*given.metric)));
  add_details(given, out);
  if (given.insert == Route::Insert::Add) out.push_back(flag("add"));
  if (given.insert == Route::Insert::Prepend && given.type != RouteType::Unicast)
    out.push_back(flag("prepend"));
  if (given.insert == Route::Insert::Append) out.push_back(flag("append"));
  if (!given.track) out.push_back(flag("no_track"));
  if (!given.track_group.empty()) out.push_back(setting("track_group", given.track_group));
  for (const NextHop& one : given.next_hops) out.push_back(next_hop(one));
  return line;
}

namespace {

void add_action(const Rule& given, std::vector<FormNode>& out) {
  using Action = Rule::Action;
  switch (given.action) {
    case Action::Table:
      out.push_back(given.l3mdev ? flag("l3mdev") : setting("table", number(given.table)));
      return;
    case Action::Goto:
      out.push_back(setting("goto", number(given.target)));
      return;
    case Action::Nop:
      out.push_back(flag("nop"));
      return;
    case Action::Blackhole:
      out.push_back(flag("blackhole"));
      return;
    case Action::Unreachable:
      out.push_back(flag("unreachable"));
      return;
    case Action::Prohibit:
      out.push_back(flag("prohibit"));
      return;
  }
}

template <typename T>
FormNode range(std::string_view key, const std::pair<T, T>& given) {
  return setting(key, fmt::format("{}-{}", given.first, given.second));
}

}  // namespace

FormNode line_of(const Rule& given) {
  FormNode line{.kind = FormNode::Kind::Line};
  std::vector<FormNode>& out = line.inner;
  if (given.negated) out.push_back(flag("not"));
  if (given.from) out.push_back(setting("from", net::to_string(*given.from)));
  if (given.to) out.push_back(setting("to", net::to_string(*given.to)));
  // Something must say which family it is.
  if (!given.from && !given.to && given.family == net::Family::Ipv6)
    out.push_back(setting("from", std::string("::/0")));
  if (given.preference) out.push_back(setting("preference", number(*given.preference)));
  if (given.tos != 0) out.push_back(setting("tos", number(given.tos)));
  if (given.mark)
    out.push_back(setting("fwmark", given.mark_mask
                                        ? fmt::format("{:#x}/{:#x}", *given.mark, *given.mark_mask)
                                        : fmt::format("{:#x}", *given.mark)));
  if (!given.input.empty()) out.push_back(setting("iif", given.input));
  if (!given.output.empty()) out.push_back(setting("oif", given.output));
  if (given.suppress_prefix_length)
    out.push_back(setting("suppress_prefixlength", number(*given.suppress_prefix_length)));
  if (given.suppress_group)
    out.push_back(setting("suppress_ifgroup", number(*given.suppress_group)));
  if (given.tunnel) out.push_back(setting("tunnel-id", std::to_string(*given.tunnel)));
  if (given.users) out.push_back(range("uidrange", *given.users));
  if (given.ip_protocol) out.push_back(setting("ipproto", number(*given.ip_protocol)));
  if (given.source_ports) out.push_back(range("sport", *given.source_ports));
  if (given.destination_ports) out.push_back(range("dport", *given.destination_ports));
  if (given.realms) out.push_back(setting("realms", realms_text(*given.realms)));
  if (given.protocol != kRouteProtocol) out.push_back(setting("protocol", number(given.protocol)));
  add_action(given, out);
  if (!given.track) out.push_back(flag("no_track"));
  if (!given.track_group.empty()) out.push_back(setting("track_group", given.track_group));
  return line;
}

}  // namespace keepalived
