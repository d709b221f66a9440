// A line of virtual_routes or static_routes: the words of `ip route`, and keepalived's own.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"
#include "keepalived/entry.h"
#include "keepalived/tunnel.h"

namespace keepalived {
namespace {

std::optional<RouteType> route_type(std::string_view word) {
  static const std::map<std::string_view, RouteType> types = {
      {"unicast", RouteType::Unicast},
      {"local", RouteType::Local},
      {"broadcast", RouteType::Broadcast},
      {"brd", RouteType::Broadcast},
      {"anycast", RouteType::Anycast},
      {"multicast", RouteType::Multicast},
      {"blackhole", RouteType::Blackhole},
      {"unreachable", RouteType::Unreachable},
      {"prohibit", RouteType::Prohibit},
      {"throw", RouteType::Throw},
      {"nat", RouteType::Nat},
      {"xresolve", RouteType::ExternalResolve},
  };
  const auto found = types.find(word);
  if (found == types.end()) return std::nullopt;
  return found->second;
}

class RouteReader {
 public:
  RouteReader(Entry& entry, bool is_static) : entry_(entry), is_static_(is_static) {}

  std::optional<Route> read() {
    while (!entry_.is_at_end() && !entry_.is_wrong()) {
      const Word& word = entry_.take();
      const auto handler = handlers().find(word.text);
      if (handler != handlers().end())
        handler->second(*this, word);
      else
        destination(word);
    }
    if (entry_.is_wrong()) return std::nullopt;
    return finish();
  }

 private:
  using Handlers = EntryHandlers<RouteReader>;
  static const Handlers& handlers();

  Findings& findings() { return entry_.context().findings; }

  // The family that everything in a route must have.
  bool claim(net::Family family, const Word& at) {
    if (family_ && *family_ != family) {
      entry_.wrong(at, fmt::format("`{}` is {}, and the route {}", at.text, net::name(family),
                                   net::name(*family_)));
      return false;
    }
    family_ = family;
    return true;
  }

  void destination(const Word& word) {
    const Word* at = &word;
    if (word.text == "to") {
      at = entry_.value(word);
      if (at == nullptr) return;
    }
    if (const auto type = route_type(at->text)) {
      route_.type = *type;
      route_.insert = Route::Insert::Add;  // as keepalived has it where a type is written
      at = entry_.value(*at);
      if (at == nullptr) return;
    }
    std::string_view text = at->text;
    if (text == "default6" && !claim(net::Family::Ipv6, *at)) return;
    has_destination_ = true;
    is_default_ = text == "default" || text == "any" || text == "all" || text == "default6";
    if (is_default_) return;
    const auto prefix = prefix_of(text);
    if (!prefix)
      entry_.unknown(*at);
    else if (claim(prefix->address().family(), *at))
      route_.destination = *prefix;
  }

  void gateway(const Word& key) {
    const auto address = next_hop_address(key);
    if (address) route_.via = *address;
  }

  // `via [inet|inet6] ADDRESS`.
  std::optional<net::IpAddress> next_hop_address(const Word& key) {
    if (!entry_.is_at_end() && (entry_.peek().text == "inet" || entry_.peek().text == "inet6"))
      read_family(entry_.take());
    const Word& at = entry_.is_at_end() ? key : entry_.peek();
    const auto address = entry_.address(key);
    if (!address || !claim(address->family(), at)) return std::nullopt;
    return address;
  }

  void read_family(const Word& word) {
    claim(word.text == "inet6" ? net::Family::Ipv6 : net::Family::Ipv4, word);
  }

  // keepalived's old form of two next hops: `via A or B`.
  void alternative(const Word& key) {
    const auto other = next_hop_address(key);
    if (!other) return;
    if (!route_.via) {
      entry_.wrong(key, "`or` follows `via ADDRESS`");
      return;
    }
    route_.next_hops.push_back({.via = std::exchange(route_.via, std::nullopt)});
    route_.next_hops.push_back({.via = *other});
  }

  void next_hop(const Word&) {
    NextHop hop;
    while (!entry_.is_at_end() && !entry_.is_wrong()) {
      const Word& key = entry_.peek();
      if (key.text == "nexthop") break;
      entry_.take();
      if (key.text == "via") {
        hop.via = next_hop_address(key);
      } else if (key.text == "dev") {
        if (auto device = entry_.interface(key)) hop.device = std::move(*device);
      } else if (key.text == "weight") {
        if (const auto weight = next_hop_weight(key)) hop.weight = *weight;
      } else if (key.text == "onlink") {
        hop.on_link = true;
      } else if (key.text == "realms") {
        if (claim(net::Family::Ipv4, key)) hop.realms = read_realms(entry_, key);
      } else if (key.text == "encap") {
        hop.encapsulation = read_encapsulation(entry_, key);
      } else {
        entry_.wrong(key, fmt::format("`{}` is not known behind nexthop", key.text),
                     "via, dev, weight, onlink, realms and encap are");
      }
    }
    route_.next_hops.push_back(std::move(hop));
  }

  std::optional<unsigned> next_hop_weight(const Word& key) {
    const Word* word = entry_.value(key);
    if (word == nullptr) return std::nullopt;
    const auto value = base::parse_number<unsigned>(word->text);
    if (value && *value >= 1 && *value <= 256) return value;
    entry_.wrong(*word, fmt::format("weight {} is outside 1..256", word->text));
    return std::nullopt;
  }

  void metric(RouteMetricKind kind, std::uint32_t value, bool is_locked = false) {
    const auto at = std::lower_bound(
        route_.metrics.begin(), route_.metrics.end(), kind,
        [](const RouteMetric& one, RouteMetricKind wanted) { return one.kind < wanted; });
    const RouteMetric made{.kind = kind, .value = value, .is_locked = is_locked};
    if (at != route_.metrics.end() && at->kind == kind)
      *at = made;
    else
      route_.metrics.insert(at, made);
  }

  template <RouteMetricKind Kind>
  static void read_metric(RouteReader& self, const Word& key) {
    const bool is_locked = self.entry_.skip("lock");
    if (const auto value = self.entry_.number(key))
      self.metric(Kind, static_cast<std::uint32_t>(*value), is_locked);
  }

  // A time the kernel keeps in 1/`Unit` milliseconds: "300ms", "1.5s", or in its own unit.
  template <RouteMetricKind Kind, unsigned Unit>
  static void read_time(RouteReader& self, const Word& key) {
    const bool is_locked = self.entry_.skip("lock");
    const Word* word = self.entry_.value(key);
    if (word == nullptr) return;
    if (const auto value = self.time(*word, Unit)) self.metric(Kind, *value, is_locked);
  }

  std::optional<std::uint32_t> time(const Word& word, unsigned unit) {
    // Outside of these the kernel's timers would be of no use.
    constexpr double kLeast = 200, kMost = 120'000;
    std::string number = base::to_lower(word.text);
    double factor = 1;
    for (const auto& [suffix, milliseconds] : {std::pair("msecs", 1.0),
                                               {"msec", 1.0},
                                               {"ms", 1.0},
                                               {"secs", 1000.0},
                                               {"sec", 1000.0},
                                               {"s", 1000.0}}) {
      if (!number.ends_with(suffix)) continue;
      number.resize(number.size() - std::string_view(suffix).size());
      factor = milliseconds * unit;
      break;
    }
    const auto value = decimal(number);
    if (!value || *value < 0) {
      entry_.wrong(word, fmt::format("`{}` is no time", word.text), "write 300ms or 1.5s");
      return std::nullopt;
    }
    const double wanted = std::floor(*value * factor);
    const double used = std::clamp(wanted, kLeast * unit, kMost * unit);
    if (used != wanted)
      findings().warning(word.at, fmt::format("{} is outside 200ms..120s", word.text),
                         fmt::format("{} ms is used", used / unit));
    return static_cast<std::uint32_t>(used);
  }

  void preference(const Word& key) {
    const Word* word = entry_.value(key);
    if (word == nullptr || !claim(net::Family::Ipv6, key)) return;
    if (word->text == "low")
      route_.preference = Route::Preference::Low;
    else if (word->text == "medium")
      route_.preference = Route::Preference::Medium;
    else if (word->text == "high")
      route_.preference = Route::Preference::High;
    else
      entry_.wrong(*word, fmt::format("pref `{}` is not one of low, medium, high", word->text));
  }

  void propagate(const Word& key) {
    const Word* word = entry_.value(key);
    if (word == nullptr) return;
    if (word->text == "enabled" || word->text == "disabled")
      route_.propagates_ttl = word->text == "enabled";
    else
      entry_.wrong(*word,
                   fmt::format("ttl-propagate `{}` is neither enabled nor disabled", word->text));
  }

  void feature(const Word& key) {
    const Word* word = entry_.value(key);
    if (word == nullptr) return;
    if (word->text == "ecn")
      metric(RouteMetricKind::Features, 1);
    else
      findings().error(word->at, fmt::format("the feature `{}` is not known", word->text),
                       "ecn is; it is ignored");
  }

  void source(const Word& key) {
    const Word& at = entry_.is_at_end() ? key : entry_.peek();
    const auto address = entry_.address(key);
    if (address && claim(address->family(), at)) route_.source = *address;
  }

  void from(const Word& key) {
    const Word* word = entry_.value(key);
    if (word == nullptr) return;
    const auto prefix = prefix_of(word->text);
    if (!prefix)
      entry_.wrong(*word, fmt::format("`{}` is no network", word->text));
    else if (claim(net::Family::Ipv6, *word) && claim(prefix->address().family(), *word))
      route_.from = *prefix;
  }

  std::optional<Route> finish() {
    if (!has_destination_) {
      entry_.wrong(entry_.first(), "the route has no destination",
                   "write NETWORK/LENGTH or `default`");
      return std::nullopt;
    }
    const net::Family family = family_.value_or(net::Family::Ipv4);
    if (is_default_)
      route_.destination =
          net::Prefix::from(
              net::IpAddress::parse(family == net::Family::Ipv4 ? "0.0.0.0" : "::").value(), 0)
              .value();
    if (family == net::Family::Ipv6) route_.on_link = false;  // the kernel takes it for IPv4 only
    if (route_.track && route_.protocol != kRouteProtocol) {
      findings().warning(protocol_at_,
                         fmt::format("a route that is watched has protocol {}", kRouteProtocol),
                         "add `no_track` to give it another one");
      route_.protocol = kRouteProtocol;
    }
    // keepalived watches a route by its interface.
    if (route_.device.empty()) route_.track = false;
    if (!route_.track_group.empty() && route_.device.empty()) {
      findings().error(entry_.first().at, "a route in a track_group needs `dev`",
                       "its track_group is ignored");
      route_.track_group.clear();
    }
    return std::move(route_);
  }

  Entry& entry_;
  bool is_static_;
  Route route_{.destination = net::Prefix::from(net::IpAddress::v4(0), 0).value()};
  std::optional<net::Family> family_;
  bool has_destination_ = false;
  bool is_default_ = false;
  Origin protocol_at_ = {};
};

const RouteReader::Handlers& RouteReader::handlers() {
  using R = RouteReader;
  using enum RouteMetricKind;
  static const Handlers table = {
      {"inet", [](R& r, const Word& w) { r.read_family(w); }},
      {"inet6", [](R& r, const Word& w) { r.read_family(w); }},
      {"src", [](R& r, const Word& w) { r.source(w); }},
      {"from", [](R& r, const Word& w) { r.from(w); }},
      {"via", [](R& r, const Word& w) { r.gateway(w); }},
      {"gw", [](R& r, const Word& w) { r.gateway(w); }},
      {"or", [](R& r, const Word& w) { r.alternative(w); }},
      {"nexthop", [](R& r, const Word& w) { r.next_hop(w); }},
      {"tos",
       [](R& r, const Word& w) {
         if (const auto tos = r.entry_.named(w, Named::Tos))
           r.route_.tos = static_cast<std::uint8_t>(*tos);
       }},
      {"table", [](R& r, const Word& w) { r.route_.table = r.entry_.named(w, Named::Table); }},
      {"protocol",
       [](R& r, const Word& w) {
         r.protocol_at_ = w.at;
         if (const auto protocol = r.entry_.named(w, Named::Protocol))
           r.route_.protocol = static_cast<std::uint8_t>(*protocol);
       }},
      {"scope",
       [](R& r, const Word& w) {
         if (const auto scope = r.entry_.named(w, Named::Scope))
           r.route_.scope = static_cast<std::uint8_t>(*scope);
       }},
      {"metric",
       [](R& r, const Word& w) {
         if (const auto value = r.entry_.number(w))
           r.route_.metric = static_cast<std::uint32_t>(*value);
       }},
      {"dev",
       [](R& r, const Word& w) {
         if (auto device = r.entry_.interface(w)) r.route_.device = std::move(*device);
       }},
      {"vrf",
       [](R& r, const Word& w) {
         if (auto vrf = r.entry_.interface(w)) r.route_.vrf = std::move(*vrf);
       }},
      {"onlink", [](R& r, const Word&) { r.route_.on_link = true; }},
      {"encap",
       [](R& r, const Word& w) { r.route_.encapsulation = read_encapsulation(r.entry_, w); }},
      {"expires",
       [](R& r, const Word& w) {
         if (!r.claim(net::Family::Ipv6, w)) return;
         if (const auto value = r.entry_.number(w))
           r.route_.expires = static_cast<std::uint32_t>(*value);
       }},
      {"mtu", read_metric<Mtu>},
      {"hoplimit", read_metric<HopLimit>},
      {"advmss", read_metric<AdvertisedMss>},
      {"rtt", read_time<RoundTripTime, 8>},
      {"rttvar", read_time<RoundTripTimeVariance, 4>},
      {"rto_min", read_time<MinimumRetransmission, 1>},
      {"reordering", read_metric<Reordering>},
      {"window", read_metric<Window>},
      {"cwnd", read_metric<CongestionWindow>},
      {"ssthresh", read_metric<SlowStartThreshold>},
      {"initcwnd", read_metric<InitialCongestionWindow>},
      {"initrwnd", read_metric<InitialReceiveWindow>},
      {"quickack", read_metric<QuickAck>},
      {"fastopen_no_cookie", read_metric<FastOpenNoCookie>},
      {"features", [](R& r, const Word& w) { r.feature(w); }},
      {"realms",
       [](R& r, const Word& w) {
         if (r.claim(net::Family::Ipv4, w)) r.route_.realms = read_realms(r.entry_, w);
       }},
      {"congctl",
       [](R& r, const Word& w) {
         r.route_.congestion_control_is_locked = r.entry_.skip("lock");
         if (const Word* name = r.entry_.value(w)) r.route_.congestion_control = name->text;
       }},
      {"pref", [](R& r, const Word& w) { r.preference(w); }},
      {"ttl-propagate", [](R& r, const Word& w) { r.propagate(w); }},
      {"add", [](R& r, const Word&) { r.route_.insert = Route::Insert::Add; }},
      {"prepend", [](R& r, const Word&) { r.route_.insert = Route::Insert::Prepend; }},
      {"append", [](R& r, const Word&) { r.route_.insert = Route::Insert::Append; }},
      {"no_track", [](R& r, const Word&) { r.route_.track = false; }},
      {"track_group",
       [](R& r, const Word& w) {
         if (auto group = read_track_group(r.entry_, w, r.is_static_))
           r.route_.track_group = std::move(*group);
       }},
  };
  static const Handlers with_synonyms = [] {
    Handlers all = table;
    all.emplace("dsfield", table.at("tos"));
    all.emplace("oif", table.at("dev"));
    all.emplace("priority", table.at("metric"));
    all.emplace("preference", table.at("metric"));
    return all;
  }();
  return with_synonyms;
}

}  // namespace

std::optional<Route> read_route(Context& context, const Statement& line, bool is_static) {
  Entry entry(context, line, Block::Route, "the route is left out");
  auto route = RouteReader(entry, is_static).read();
  if (route) route->at = context.sources.place(line.at());
  return route;
}

}  // namespace keepalived
