#include "cloud/model/addresses.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloud::model {

namespace {

// The one before; wraps round as IpAddress::plus() does.
net::IpAddress before(const net::IpAddress& address) {
  return address.plus(~std::uint64_t{0});
}

struct HostRange {
  net::IpAddress first;
  net::IpAddress last;
};

// RFC 3021: a /31 has two hosts and neither network nor broadcast address. IPv6 has no broadcast;
// the first address is the routers' anycast address (RFC 4291 2.6.1).
HostRange hosts_of(const net::Prefix& cidr) {
  const bool is_tiny = cidr.length() >= cidr.address().bits() - 1;
  if (is_tiny) return {cidr.network(), cidr.last()};
  const net::IpAddress first = cidr.network().plus(1);
  if (!cidr.address().is_v4()) return {first, cidr.last()};
  return {first, net::IpAddress::v4(cidr.last().v4_value() - 1)};
}

std::vector<const Subnet*> subnets_of(const State& state, std::string_view network_id) {
  std::vector<const Subnet*> found;
  for (const auto& [id, subnet] : state.subnets)
    if (subnet.network_id == network_id) found.push_back(&subnet);
  std::ranges::stable_sort(found, {}, [](const Subnet* subnet) { return subnet->created_at; });
  return found;
}

std::unexpected<Refusal> none_left(const Network& network) {
  return refuse(409, "IpAddressGenerationFailure",
                fmt::format("No more IP addresses available on network {}.", network.id));
}

// One call of allocate(): what it looks at and what it has handed out.
struct Allocation {
  const Network& network;
  std::vector<const Subnet*> subnets;
  std::set<net::IpAddress> in_use;
  std::vector<FixedIp> given = {};

  void give(const Subnet& subnet, const net::IpAddress& address) {
    in_use.insert(address);
    given.push_back({subnet.id, address});
  }

  Allowed<> choose_for(net::Family family) {
    bool is_any = false;
    for (const Subnet* subnet : subnets) {
      if (subnet->cidr.address().family() != family) continue;
      is_any = true;
      if (const auto address = next_free(*subnet, in_use)) {
        give(*subnet, *address);
        return {};
      }
    }
    if (is_any) return none_left(network);
    return {};
  }

  Allowed<const Subnet*> subnet_named(const json::Value& sent) const {
    const std::string* id = sent.as_string();
    for (const Subnet* subnet : subnets)
      if (id != nullptr && subnet->id == *id) return subnet;
    return refuse(400, "InvalidInput",
                  fmt::format("Invalid input for operation: Failed to create port on network {}, "
                              "because fixed_ips included invalid subnet {}.",
                              network.id, id == nullptr ? json::dump(sent) : *id));
  }

  Allowed<> take(const json::Value& element) {
    const json::Object* object = element.as_object();
    if (object == nullptr || object->empty())
      return bad_request(
          "Invalid input for fixed_ips. Reason: each element must be a dictionary "
          "with ip_address or subnet_id.");
    for (const auto& [key, value] : *object)
      if (key != "ip_address" && key != "subnet_id")
        return bad_request(
            fmt::format("Invalid input for fixed_ips. Reason: Unexpected keys "
                        "supplied: {}",
                        key));
    const Subnet* subnet = nullptr;
    if (!element["subnet_id"].is_null()) {
      auto named = subnet_named(element["subnet_id"]);
      if (!named) return std::unexpected(named.error());
      subnet = *named;
    }
    if (element["ip_address"].is_null()) return take_any(*subnet);
    return take_address(element["ip_address"], subnet);
  }

  Allowed<> take_any(const Subnet& subnet) {
    const auto address = next_free(subnet, in_use);
    if (!address) return none_left(network);
    give(subnet, *address);
    return {};
  }

  Allowed<> take_address(const json::Value& sent, const Subnet* subnet) {
    const std::string* text = sent.as_string();
    const auto address =
        text == nullptr ? base::fail(base::Kind::Invalid, "") : net::IpAddress::parse(*text);
    if (!address)
      return bad_request(
          fmt::format("Invalid input for fixed_ips. Reason: '{}' is not a valid IP address.",
                      text == nullptr ? json::dump(sent) : *text));
    if (subnet != nullptr && !is_host_address(subnet->cidr, *address))
      return refuse(
          400, "InvalidIpForSubnet",
          fmt::format("IP address {} is not a valid IP for the specified subnet.", *text));
    for (const Subnet* candidate : subnets)
      if (subnet == nullptr && is_host_address(candidate->cidr, *address)) subnet = candidate;
    if (subnet == nullptr)
      return refuse(400, "InvalidIpForNetwork",
                    fmt::format("IP address {} is not a valid IP for any of the subnets on the "
                                "specified network.",
                                *text));
    if (in_use.contains(*address))
      return refuse(409, "IpAddressAlreadyAllocated",
                    fmt::format("IP address {} already allocated in subnet {}",
                                net::to_string(*address), subnet->id));
    give(*subnet, *address);
    return {};
  }
};

}  // namespace

net::IpAddress default_gateway(const net::Prefix& cidr) {
  return hosts_of(cidr).first;
}

std::vector<AddressRange> default_pools(const net::Prefix& cidr,
                                        const std::optional<net::IpAddress>& gateway) {
  const auto [first, last] = hosts_of(cidr);
  if (!gateway || *gateway < first || *gateway > last) return {{first, last}};
  std::vector<AddressRange> pools;
  if (*gateway > first) pools.push_back({first, before(*gateway)});
  if (*gateway < last) pools.push_back({gateway->plus(1), last});
  return pools;
}

Allowed<> check_pools(const Subnet& subnet) {
  std::vector<AddressRange> pools = subnet.allocation_pools;
  std::ranges::sort(pools, {}, &AddressRange::first);
  for (std::size_t i = 0; i < pools.size(); ++i) {
    const auto& [first, last] = pools[i];
    const std::string text = fmt::format("{}-{}", net::to_string(first), net::to_string(last));
    if (first.family() != last.family() || first > last)
      return refuse(400, "InvalidAllocationPool",
                    fmt::format("The allocation pool {} is not valid.", text));
    if (!is_host_address(subnet.cidr, first) || !is_host_address(subnet.cidr, last))
      return refuse(400, "OutOfBoundsAllocationPool",
                    fmt::format("The allocation pool {} spans beyond the subnet cidr {}.", text,
                                net::to_string(subnet.cidr)));
    if (i > 0 && pools[i - 1].last >= first)
      return refuse(409, "OverlappingAllocationPools",
                    fmt::format("Found overlapping allocation pools: {} for subnet {}.", text,
                                net::to_string(subnet.cidr)));
    if (subnet.gateway_ip && *subnet.gateway_ip >= first && *subnet.gateway_ip <= last)
      return refuse(409, "GatewayConflictWithAllocationPools",
                    fmt::format("Gateway ip {} conflicts with allocation pool {}.",
                                net::to_string(*subnet.gateway_ip), text));
  }
  return {};
}

bool is_host_address(const net::Prefix& cidr, const net::IpAddress& address) {
  const auto [first, last] = hosts_of(cidr);
  return address.family() == first.family() && address >= first && address <= last;
}

std::set<net::IpAddress> addresses_in_use(const State& state, std::string_view network_id,
                                          std::string_view except_port) {
  std::set<net::IpAddress> in_use;
  for (const auto& [id, port] : state.ports) {
    if (port.network_id != network_id || id == except_port) continue;
    for (const FixedIp& fixed : port.fixed_ips) in_use.insert(fixed.address);
  }
  return in_use;
}

std::optional<net::IpAddress> next_free(const Subnet& subnet,
                                        const std::set<net::IpAddress>& in_use) {
  for (const auto& [first, last] : subnet.allocation_pools)
    // Ends after as many steps as there are addresses in use: one of them is free.
    for (net::IpAddress address = first; address <= last; address = address.plus(1)) {
      if (!in_use.contains(address)) return address;
      if (address == last) break;  // plus(1) could wrap round
    }
  return std::nullopt;
}

Allowed<std::vector<FixedIp>> allocate(const State& state, const Network& network,
                                       const json::Value& sent, std::string_view port_id) {
  Allocation allocation{.network = network,
                        .subnets = subnets_of(state, network.id),
                        .in_use = addresses_in_use(state, network.id, port_id)};
  if (sent.is_null()) {
    for (const net::Family family : {net::Family::Ipv4, net::Family::Ipv6})
      if (auto chosen = allocation.choose_for(family); !chosen)
        return std::unexpected(chosen.error());
    return allocation.given;
  }
  const json::Array* list = sent.as_array();
  if (list == nullptr)
    return bad_request("Invalid input for fixed_ips. Reason: it must be a list.");
  constexpr std::size_t kMostAddresses = 64;
  if (list->size() > kMostAddresses)
    return refuse(400, "InvalidInput",
                  "Invalid input for operation: Exceeded maximum amount of "
                  "fixed ips per port.");
  for (const json::Value& element : *list)
    if (auto taken = allocation.take(element); !taken) return std::unexpected(taken.error());
  return allocation.given;
}

}  // namespace cloud::model
