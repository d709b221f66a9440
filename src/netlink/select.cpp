#include "netlink/select.h"

#include <algorithm>

namespace netlink {

std::optional<net::IpAddress> primary_address(std::span<const Address> addresses,
                                              InterfaceIndex interface, net::Family family,
                                              std::span<const net::IpAddress> excluded) {
  for (const Address& address : addresses) {
    const net::IpAddress& ip = address.prefix.address();
    if (address.interface != interface || ip.family() != family || !address.is_usable) continue;
    if (family == net::Family::Ipv6 && !ip.is_link_local()) continue;
    if (std::ranges::find(excluded, ip) == excluded.end()) return ip;
  }
  return std::nullopt;
}

std::optional<InterfaceIndex> interface_towards(std::span<const Address> addresses,
                                                const net::IpAddress& address) {
  const Address* best = nullptr;
  for (const Address& candidate : addresses) {
    if (candidate.prefix.is_host() || candidate.scope == Scope::Host) continue;
    if (!candidate.prefix.contains(address)) continue;
    if (best == nullptr || candidate.prefix.length() > best->prefix.length()) best = &candidate;
  }
  if (best == nullptr) return std::nullopt;
  return best->interface;
}

const Link* find(std::span<const Link> links, std::string_view name) {
  const auto found = std::ranges::find(links, name, &Link::name);
  return found == links.end() ? nullptr : &*found;
}

const Link* find(std::span<const Link> links, InterfaceIndex index) {
  const auto found = std::ranges::find(links, index, &Link::index);
  return found == links.end() ? nullptr : &*found;
}

}  // namespace netlink
