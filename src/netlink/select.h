// Choices among links and addresses. Pure.
#pragma once

#include <optional>
#include <span>

#include "netlink/types.h"

namespace netlink {

// The address that packets of ours carry as their source: the first one on the interface that is
// not `excluded` (virtual addresses are not ours to speak from); IPv6: the link-local one.
std::optional<net::IpAddress> primary_address(std::span<const Address> addresses,
                                              InterfaceIndex interface, net::Family family,
                                              std::span<const net::IpAddress> excluded = {});

// The interface with an address whose on-link network contains `address`, longest prefix first;
// host prefixes have no network and do not count.
std::optional<InterfaceIndex> interface_towards(std::span<const Address> addresses,
                                                const net::IpAddress& address);

const Link* find(std::span<const Link> links, std::string_view name);
const Link* find(std::span<const Link> links, InterfaceIndex index);

}  // namespace netlink
