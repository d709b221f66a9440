#include "cloud/fabric/sources.h"

#include <algorithm>

namespace cloud::fabric {
namespace {

net::Prefix network_of(const net::Prefix& prefix) {
  return net::Prefix::from(prefix.network(), prefix.length()).value();
}

net::Prefix host(const net::IpAddress& address) {
  return net::Prefix::from(address, address.bits()).value();
}

void add(Source& source, const net::Prefix& prefix) {
  (prefix.address().is_v4() ? source.ipv4 : source.ipv6).push_back(prefix);
}

Source& source_of(std::vector<Source>& sources, const net::MacAddress& mac) {
  const auto found = std::ranges::find(sources, mac, &Source::mac);
  if (found != sources.end()) return *found;
  sources.push_back({.mac = mac, .ipv4 = {}, .ipv6 = {host(link_local(mac))}});
  return sources.back();
}

}  // namespace

std::vector<net::Prefix> without_overlaps(std::vector<net::Prefix> prefixes) {
  std::ranges::transform(prefixes, prefixes.begin(), network_of);
  // Prefixes are nested or disjoint; of two that start alike the shorter length sorts first, so a
  // prefix is covered only by the last one kept.
  std::ranges::sort(prefixes);
  std::vector<net::Prefix> kept;
  for (const net::Prefix& prefix : prefixes)
    if (kept.empty() || !kept.back().contains(prefix.address())) kept.push_back(prefix);
  return kept;
}

std::vector<Source> permitted_sources(const PortSpec& port) {
  std::vector<Source> sources;
  source_of(sources, port.mac);
  for (const FixedAddress& fixed : port.fixed) add(sources[0], host(fixed.address.address()));
  for (const AllowedPair& pair : port.pairs)
    add(source_of(sources, pair.mac.value_or(port.mac)), pair.addresses);
  for (Source& source : sources) {
    source.ipv4 = without_overlaps(std::move(source.ipv4));
    source.ipv6 = without_overlaps(std::move(source.ipv6));
  }
  return sources;
}

net::IpAddress link_local(const net::MacAddress& mac) {
  const auto& m = mac.bytes();
  return net::IpAddress(net::IpAddress::Ipv6Bytes{0xfe, 0x80, 0, 0, 0, 0, 0, 0,
                                                  static_cast<std::uint8_t>(m[0] ^ 2), m[1], m[2],
                                                  0xff, 0xfe, m[3], m[4], m[5]});
}

}  // namespace cloud::fabric
