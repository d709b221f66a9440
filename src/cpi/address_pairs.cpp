#include "cpi/address_pairs.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace cpi {
namespace {

using openstack::AddressPair;

std::unexpected<Error> wrong(std::string_view what) {
  return wrong_arguments(fmt::format(
      "allowed_address_pairs: {}; give an address (\"10.0.0.50\"), a network "
      "(\"10.0.0.48/29\"), {{\"ip_address\": …, \"mac_address\": …}}, or a list of these",
      what));
}

Result<AddressPair> read_text(const std::string& text) {
  const auto prefix = net::Prefix::parse(base::trim(text));
  if (!prefix) return wrong(fmt::format("'{}' is no address", base::printable(text.substr(0, 80))));
  if (prefix->is_host()) return AddressPair{.address = *prefix};
  // 10.0.0.5/24 names a network; Neutron keeps it as written, so write it canonically.
  return AddressPair{.address = *net::Prefix::from(prefix->network(), prefix->length())};
}

Result<AddressPair> read_pair(const json::Value& value) {
  if (const auto* text = value.as_string()) return read_text(*text);
  const auto* object = value.as_object();
  if (object == nullptr) return wrong(fmt::format("a {} is no address", value.type_name()));
  for (const auto& [key, member] : *object)
    if (key != "ip_address" && key != "mac_address")
      return wrong(fmt::format("the key '{}' is not known", base::printable(key.substr(0, 80))));
  const auto* address = value["ip_address"].as_string();
  if (address == nullptr) return wrong("an entry has no ip_address");
  auto pair = read_text(*address);
  if (!pair || value["mac_address"].is_null()) return pair;
  const auto mac = net::MacAddress::parse(value.text_or("mac_address", ""));
  if (!mac) return wrong(fmt::format("the mac_address of {} is no MAC address", *address));
  pair->mac = *mac;
  return pair;
}

}  // namespace

Result<std::vector<AddressPair>> read_address_pairs(const json::Value& property) {
  std::vector<AddressPair> pairs;
  if (property.is_null()) return pairs;
  const json::Array one{property};
  for (const json::Value& entry : property.is_array() ? *property.as_array() : one) {
    auto pair = read_pair(entry);
    if (!pair) return std::unexpected(pair.error());
    if (std::ranges::find(pairs, *pair) == pairs.end()) pairs.push_back(*pair);
  }
  return pairs;
}

std::string shown(const AddressPair& pair) {
  return pair.address.is_host() ? net::to_string(pair.address.address())
                                : net::to_string(pair.address);
}

std::optional<std::string> why_no_reservation(const openstack::Port& port) {
  if (port.device_id.empty() && port.device_owner.empty()) return std::nullopt;
  return fmt::format("port {} with it is in use by {} {}", port.id.value(),
                     port.device_owner.empty() ? "device" : port.device_owner, port.device_id);
}

std::vector<openstack::Port> ports_with(const std::vector<openstack::Port>& ports,
                                        const openstack::NetworkId& network,
                                        const net::IpAddress& address) {
  std::vector<openstack::Port> found;
  for (const openstack::Port& port : ports)
    if (port.network == network &&
        std::ranges::find(port.fixed_ips, address, &openstack::FixedIp::address) !=
            port.fixed_ips.end())
      found.push_back(port);
  return found;
}

Result<openstack::Port> find_reservation(const std::vector<openstack::Port>& ports,
                                         const openstack::NetworkId& network,
                                         const net::IpAddress& address) {
  const auto candidates = ports_with(ports, network, address);
  const std::string ip = net::to_string(address);
  std::string why;
  for (const openstack::Port& port : candidates) {
    const auto reason = why_no_reservation(port);
    if (!reason) return port;
    why = *reason;
  }
  if (candidates.empty())
    return cloud_error(
        fmt::format("Configured VRRP port with ip '{}' does not exist in network '{}'. Reserve the "
                    "address with "
                    "a port that nobody boots from: openstack port create --network {} --fixed-ip "
                    "ip-address={} NAME",
                    ip, network.value(), network.value(), ip));
  return cloud_error(fmt::format(
      "Configured VRRP port with ip '{}' in network '{}' is not free: {}. The reservation "
      "of a VRRP address must be bound to nothing.",
      ip, network.value(), why));
}

}  // namespace cpi
