#include "agent/effects/no_accept.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/log.h"

namespace agent::effects {
namespace {

namespace nft = netlink::nft;
using nft::Family;
using nft::Header;

constexpr const char* kSet = "vips";
constexpr const char* kDiscovery = "neighbor-discovery";
constexpr nft::Type kIcmpv6Type{29, 1};
constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::array<std::array<std::uint8_t, 1>, 2> kDiscoveryTypes{{{135}, {136}}};

std::string link_local_set(net::InterfaceIndex interface) {
  return fmt::format("vips_link_local_{}", interface.value);
}

// Where source and destination stand in the header.
struct Layout {
  std::uint32_t source;
  std::uint32_t destination;
  std::uint32_t length;
};
Layout layout_of(Family family) {
  return family == Family::Ipv4 ? Layout{12, 16, 4} : Layout{8, 24, 16};
}

void add_link_local(nft::Batch& batch, const nft::Table& table, net::InterfaceIndex interface) {
  const std::string name = link_local_set(interface);
  const Layout at = layout_of(Family::Ipv6);
  batch.add_set(table, {.name = name, .key = nft::kIpv6Address});
  batch.add_rule(table, "out",
                 nft::Rule()
                     .interface_out(interface.value)
                     .load(Header::Network, at.source, at.length)
                     .in(name)
                     .drop());
  batch.add_rule(table, "in",
                 nft::Rule()
                     .interface_in(interface.value)
                     .load(Header::Network, at.destination, at.length)
                     .in(name)
                     .drop());
}

}  // namespace

NoAccept::Place NoAccept::place_of(const netlink::Address& address) {
  const net::IpAddress& ip = address.prefix.address();
  if (ip.is_v4()) return {Family::Ipv4, kSet, ip};
  return {Family::Ipv6, ip.is_link_local() ? link_local_set(address.interface) : kSet, ip};
}

base::Result<> NoAccept::open() {
  if (filter_) return {};
  auto opened = nft::Filter::open();
  if (!opened) return std::unexpected(opened.error());
  filter_ = std::move(*opened);
  return {};
}

void NoAccept::write_tables(nft::Batch& batch) const {
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    const nft::Table table{family, settings_.table};
    const bool is_v4 = family == Family::Ipv4;
    const Layout at = layout_of(family);
    batch.renew_table(table);
    batch.add_set(table, {.name = kSet, .key = is_v4 ? nft::kIpv4Address : nft::kIpv6Address});
    batch.add_chain(table, {.name = "out", .hook = nft::kOutput, .priority = settings_.priority});
    batch.add_chain(table, {.name = "in", .hook = nft::kInput, .priority = settings_.priority});
    if (!is_v4) {
      batch.add_set(table, {.name = kDiscovery, .key = kIcmpv6Type});
      const std::array<nft::Element, 2> types{
          {{.key = kDiscoveryTypes[0]}, {.key = kDiscoveryTypes[1]}}};
      batch.add_elements(table, kDiscovery, types);
      for (const char* chain : {"out", "in"})
        batch.add_rule(
            table, chain,
            nft::Rule().transport(kIcmpv6).load(Header::Transport, 0, 1).in(kDiscovery).accept());
    }
    batch.add_rule(table, "out",
                   nft::Rule().load(Header::Network, at.source, at.length).in(kSet).drop());
    batch.add_rule(table, "in",
                   nft::Rule().load(Header::Network, at.destination, at.length).in(kSet).drop());
    if (!is_v4)
      for (const net::InterfaceIndex interface : settings_.link_local)
        add_link_local(batch, table, interface);
  }
  for (const auto& [place, holders] : held_) {
    const std::array<nft::Element, 1> element{{{.key = place.address.bytes()}}};
    if (place.set == kSet || std::ranges::any_of(settings_.link_local, [&](auto index) {
          return link_local_set(index) == place.set;
        }))
      batch.add_elements({place.family, settings_.table}, place.set, element);
  }
}

base::Result<> NoAccept::configure(const NoAcceptSettings& settings) {
  if (is_configured_ && settings == settings_) return {};
  if (auto opened = open(); !opened) {
    if (!settings.is_wanted) return {};  // a kernel without nf_tables has nothing left over
    return opened;
  }
  nft::Batch batch;
  const std::string old = std::exchange(settings_, settings).table;
  is_configured_ = true;
  for (const Family family : {Family::Ipv4, Family::Ipv6}) {
    const auto present = filter_->tables(family);
    if (!present) continue;
    for (const std::string& name : std::set<std::string>{old, settings.table})
      if (std::ranges::find(*present, name) != present->end()) batch.delete_table({family, name});
  }
  if (settings.is_wanted) write_tables(batch);
  return batch.is_empty() ? base::Result<>() : filter_->commit(batch);
}

void NoAccept::commit(const nft::Batch& batch) {
  if (batch.is_empty() || !filter_) return;
  if (const auto done = filter_->commit(batch); !done)
    base::log::error("no_accept.failed", {{"error", done.error().what}});
}

void NoAccept::claim(Holder holder, std::span<const netlink::Address> addresses) {
  nft::Batch batch;
  for (const netlink::Address& address : addresses) {
    const Place place = place_of(address);
    std::set<Holder>& holders = held_[place];
    if (!holders.insert(holder).second || holders.size() > 1) continue;
    const std::array<nft::Element, 1> element{{{.key = address.prefix.address().bytes()}}};
    batch.add_elements({place.family, settings_.table}, place.set, element);
  }
  commit(batch);
}

void NoAccept::release(Holder holder, std::span<const netlink::Address> addresses) {
  nft::Batch batch;
  for (const netlink::Address& address : addresses) {
    const Place place = place_of(address);
    const auto known = held_.find(place);
    if (known == held_.end() || known->second.erase(holder) == 0 || !known->second.empty())
      continue;
    held_.erase(known);
    const std::array<nft::Element, 1> element{{{.key = address.prefix.address().bytes()}}};
    batch.remove_elements({place.family, settings_.table}, place.set, element);
  }
  commit(batch);
}

}  // namespace agent::effects
