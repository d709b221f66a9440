#include "cloud/fabric/drops.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

#include "base/text.h"
#include "json/value.h"

namespace cloud::fabric {
namespace {

using Key = std::pair<Number, Reason>;
using Table = std::map<Key, Drop>;

std::uint64_t count(const json::Value& value) {
  return static_cast<std::uint64_t>(value.as_integer().value_or(0));
}

// "port7-mac-spoof", the inverse of counter_name().
std::optional<Key> key_of(std::string_view counter) {
  const std::string_view start = "port";
  const std::size_t dash = counter.find('-');
  if (!counter.starts_with(start) || dash == std::string_view::npos) return std::nullopt;
  const auto number = base::parse_number<Number>(counter.substr(start.size(), dash - start.size()));
  const auto& reasons = all_reasons();
  const auto reason = std::ranges::find(reasons, counter.substr(dash + 1), name);
  if (!number || reason == reasons.end()) return std::nullopt;
  return Key{*number, *reason};
}

void read_counter(const json::Value& counter, const PortOf& port_of, Table& drops) {
  const auto key = key_of(counter.text_or("name", ""));
  if (!key || count(counter["packets"]) == 0) return;
  const auto port = port_of(key->first);
  if (!port) return;
  drops.emplace(*key, Drop{.port = *port,
                           .reason = key->second,
                           .packets = count(counter["packets"]),
                           .bytes = count(counter["bytes"]),
                           .details = {}});
}

// Which reason a set explains, and which half of the mark names the port. An IP source of either
// family is one reason.
struct Meaning {
  Reason reason;
  bool is_receiver = false;
};
std::optional<Meaning> meaning_of(std::string_view set) {
  if (set == "mac-seen") return Meaning{Reason::MacSpoof};
  if (set == "arp-seen") return Meaning{Reason::ArpSpoof};
  if (set == "ip4-seen" || set == "ip6-seen") return Meaning{Reason::IpSpoof};
  if (set.starts_with("egress")) return Meaning{Reason::SecurityGroupEgress};
  if (set.starts_with("ingress")) return Meaning{Reason::SecurityGroupIngress, true};
  return std::nullopt;
}

void read_element(const Meaning& meaning, const json::Value& element, Table& drops) {
  const json::Value& key = element["val"]["concat"];
  const auto mark = static_cast<std::uint32_t>(key.at(0).as_integer().value_or(0));
  const auto number = static_cast<Number>(meaning.is_receiver ? mark >> 16 : mark & 0xffff);
  const auto drop = drops.find({number, meaning.reason});
  const std::string* what = key.at(1).as_string();
  if (drop == drops.end() || what == nullptr) return;
  DropDetail detail{.packets = count(element["counter"]["packets"]),
                    .bytes = count(element["counter"]["bytes"])};
  if (const auto address = net::IpAddress::parse(*what)) detail.address = *address;
  if (const auto mac = net::MacAddress::parse(*what)) detail.mac = *mac;
  if (const auto protocol = key.at(2).as_integer())
    detail.protocol = static_cast<std::uint8_t>(*protocol);
  if (const auto port = key.at(3).as_integer())
    detail.destination_port = static_cast<std::uint16_t>(*port);

  // The same fact under other marks: the other half of the mark names the other end.
  auto& details = drop->second.details;
  const auto same = std::ranges::find_if(details, [&](const DropDetail& other) {
    return other.address == detail.address && other.mac == detail.mac &&
           other.protocol == detail.protocol && other.destination_port == detail.destination_port;
  });
  if (same == details.end()) return details.push_back(detail);
  same->packets += detail.packets;
  same->bytes += detail.bytes;
}

void read_set(const json::Value& set, Table& drops) {
  const auto meaning = meaning_of(set.text_or("name", ""));
  const json::Array* elements = set["elem"].as_array();
  if (!meaning || elements == nullptr) return;
  for (const json::Value& element : *elements) read_element(*meaning, element["elem"], drops);
}

}  // namespace

base::Result<std::vector<Drop>> drops_from(const std::vector<std::string>& listings,
                                           const PortOf& port_of) {
  std::vector<json::Value> documents;
  for (const std::string& listing : listings) {
    auto document = json::parse(listing);
    if (!document) return base::in_context("cannot read nftables' counters", document.error());
    documents.push_back(std::move(*document));
  }
  Table drops;
  const auto each = [&](std::string_view kind, const auto& read) {
    for (const json::Value& document : documents)
      if (const json::Array* entries = document["nftables"].as_array())
        for (const json::Value& entry : *entries)
          if (!entry[kind].is_null()) read(entry[kind]);
  };
  each("counter", [&](const json::Value& counter) { read_counter(counter, port_of, drops); });
  each("set", [&](const json::Value& set) { read_set(set, drops); });

  std::vector<Drop> out;
  for (auto& [key, drop] : drops) {
    std::ranges::sort(drop.details, [](const DropDetail& a, const DropDetail& b) {
      return std::tie(b.packets, a.address, a.mac) < std::tie(a.packets, b.address, b.mac);
    });
    out.push_back(std::move(drop));
  }
  return out;
}

json::Object to_json(const Drop& drop) {
  json::Array details;
  for (const DropDetail& detail : drop.details) {
    json::Object out;
    if (detail.address) out.set("address", to_string(*detail.address));
    if (detail.mac) out.set("mac", to_string(*detail.mac));
    if (detail.protocol) out.set("protocol", *detail.protocol);
    if (detail.destination_port) out.set("destination_port", *detail.destination_port);
    out.set("packets", detail.packets);
    out.set("bytes", detail.bytes);
    details.emplace_back(std::move(out));
  }
  return {{"port_id", drop.port.value()},
          {"reason", name(drop.reason)},
          {"packets", drop.packets},
          {"bytes", drop.bytes},
          {"details", std::move(details)}};
}

}  // namespace cloud::fabric
