#include "keepalived/form_builder.h"

#include <limits>

namespace keepalived {

FormNode section(std::string_view key, std::vector<FormNode> inner) {
  return {.kind = FormNode::Kind::Section, .key = std::string(key), .inner = std::move(inner)};
}

FormNode section(std::string_view key, const std::string& name, std::vector<FormNode> inner) {
  FormNode out = section(key, std::move(inner));
  out.values = {name};
  out.is_named = true;
  return out;
}

FormNode comment(std::string text) {
  return {.kind = FormNode::Kind::Comment, .values = {std::move(text)}};
}

FormNode Builder::line_of(const std::string& word) {
  return {.kind = FormNode::Kind::Line, .key = {}, .values = {word}};
}

FormNode Builder::line_of(const InterfaceDelay& given) {
  return {.kind = FormNode::Kind::Line,
          .key = "interface",
          .values = {given.interface, given.down, given.up}};
}

FormNode Builder::line_of(const VirtualAddress& given) {
  Builder out;
  if (given.broadcast) out.value("brd", net::to_string(*given.broadcast));
  out.if_any("dev", given.device);
  out.if_any("scope", given.scope);
  out.if_any("label", given.label);
  if (given.peer) out.value("peer", net::to_string(*given.peer));
  if (given.preferred_lifetime == std::numeric_limits<std::uint32_t>::max())
    out.value("preferred_lft", std::string("forever"));
  else
    out.if_any("preferred_lft", given.preferred_lifetime);
  out.if_set("use_vmac", given.use_vmac);
  out.if_set("home", given.home);
  out.if_set("-nodad", given.duplicate_detection);
  out.if_set("mngtmpaddr", given.manage_temporary);
  out.if_set("noprefixroute", given.no_prefix_route);
  out.if_set("autojoin", given.auto_join);
  out.if_set("no_track", !given.track);
  out.if_any("track_group", given.track_group);
  return {.kind = FormNode::Kind::Line,
          .key = "address",
          .values = {net::to_string(given.prefix)},
          .inner = std::move(out.nodes)};
}

FormNode Builder::line_of(const UnicastPeer& given) {
  Builder out;
  out.if_any("min_ttl", given.min_ttl);
  out.if_any("max_ttl", given.max_ttl);
  return {.kind = FormNode::Kind::Line,
          .key = "address",
          .values = {net::to_string(given.address)},
          .inner = std::move(out.nodes)};
}

FormNode Builder::line_of(const PolledInterface& given) {
  using Method = PolledInterface::Method;
  FormNode line{.kind = FormNode::Kind::Line, .key = "interface", .values = {given.interface}};
  switch (given.method) {
    case Method::Default:
      return line;
    case Method::Mii:
      line.values.emplace_back(std::string("MII"));
      return line;
    case Method::Ethtool:
      line.values.emplace_back(std::string("ETHTOOL"));
      return line;
    case Method::Ioctl:
      line.values.emplace_back(std::string("IOCTL"));
      return line;
  }
  return line;
}

FormNode setting(std::string_view key, Scalar value) {
  FormNode out{.kind = FormNode::Kind::Setting, .key = std::string(key)};
  out.values.push_back(std::move(value));
  return out;
}

FormNode settings(std::string_view key, std::vector<Scalar> values) {
  return {.kind = FormNode::Kind::Setting, .key = std::string(key), .values = std::move(values)};
}

FormNode flag(std::string_view key) {
  return {.kind = FormNode::Kind::Flag, .key = std::string(key)};
}

Scalar number(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

void add_announce(Builder& out, const Announce& given, const std::string& prefix) {
  out.value(prefix + "garp_master_delay", given.delay);
  out.number(prefix + "garp_master_repeat", given.repeat);
  out.value(prefix + "garp_master_refresh", given.refresh);
  // Zero cannot be written: it is what vrrp_min_garp makes of it.
  if (given.refresh_repeat != 0)
    out.number(prefix + "garp_master_refresh_repeat", given.refresh_repeat);
  else
    out.if_set("vrrp_min_garp", prefix == "vrrp_");
  out.value(prefix + "garp_lower_prio_delay", given.lower_priority_delay);
  out.number(prefix + "garp_lower_prio_repeat", given.lower_priority_repeat);
}

void add_extra_announce(Builder& out, std::string_view key, const ExtraAnnounce& given) {
  std::vector<Scalar> words;
  if (given.on_all_interfaces) words.emplace_back(std::string("all"));
  words.emplace_back(std::chrono::floor<std::chrono::seconds>(given.interval).count());
  out.add(settings(key, std::move(words)));
}

}  // namespace keepalived
