#include "cloud/guest/boot_order.h"

#include <algorithm>

#include "json/value.h"

namespace cloud::guest {
namespace {

template <typename Items>
json::Array texts(const Items& items) {
  json::Array out;
  for (const auto& item : items) out.emplace_back(to_string(item));
  return out;
}

std::unexpected<base::Error> wrong() {
  return base::fail(base::Kind::Internal, "the boot order is not what this version writes");
}

template <typename T>
base::Result<std::vector<T>> parsed(const json::Value& list) {
  std::vector<T> out;
  const json::Array* array = list.as_array();
  if (array == nullptr) return wrong();
  for (const json::Value& value : *array) {
    const std::string* text = value.as_string();
    const auto item = T::parse(text == nullptr ? "" : *text);
    if (!item) return wrong();
    out.push_back(*item);
  }
  return out;
}

base::Result<Interface> read_interface(const json::Value& value) {
  const auto mac = net::MacAddress::parse(value.text_or("mac", ""));
  auto addresses = parsed<net::Prefix>(value["addresses"]);
  auto gateways = parsed<net::IpAddress>(value["gateways"]);
  if (!mac || !addresses || !gateways) return wrong();
  return Interface{.name = value.text_or("name", ""),
                   .mac = *mac,
                   .addresses = std::move(*addresses),
                   .gateways = std::move(*gateways)};
}

// The length that the port knows for this address, if the user data do not say.
net::Prefix with_length(const net::IpAddress& address, const std::optional<int>& length,
                        const std::vector<net::Prefix>& of_port) {
  if (length)
    if (const auto prefix = net::Prefix::from(address, *length)) return *prefix;
  for (const net::Prefix& prefix : of_port)
    if (prefix.contains(address)) return net::Prefix::from(address, prefix.length()).value();
  return net::Prefix::from(address, address.bits()).value();
}

}  // namespace

std::string to_text(const BootOrder& order) {
  json::Array interfaces;
  for (const Interface& interface : order.interfaces)
    interfaces.emplace_back(json::Object{{"name", interface.name},
                                         {"mac", to_string(interface.mac)},
                                         {"addresses", texts(interface.addresses)},
                                         {"gateways", texts(interface.gateways)}});
  return json::dump(json::Object{{"host_name", order.host_name},
                                 {"interfaces", std::move(interfaces)},
                                 {"user_data", order.user_data}});
}

base::Result<BootOrder> read_boot_order(std::string_view text) {
  const auto document = json::parse(text);
  if (!document) return std::unexpected(document.error());
  const json::Array* interfaces = (*document)["interfaces"].as_array();
  if (interfaces == nullptr) return wrong();
  BootOrder order{.host_name = document->text_or("host_name", ""),
                  .interfaces = {},
                  .user_data = document->text_or("user_data", "")};
  for (const json::Value& value : *interfaces) {
    auto interface = read_interface(value);
    if (!interface) return std::unexpected(interface.error());
    order.interfaces.push_back(std::move(*interface));
  }
  return order;
}

std::vector<Interface> configured(std::vector<Interface> interfaces, const Settings& settings) {
  const std::vector<Interface> of_ports = interfaces;
  std::vector<bool> is_told(interfaces.size(), false);
  const auto target = [&](const NetworkSettings& network) -> std::optional<std::size_t> {
    for (std::size_t i = 0; i < interfaces.size(); ++i)
      if (network.mac ? interfaces[i].mac == *network.mac : !is_told[i]) return i;
    return std::nullopt;
  };
  for (const bool with_mac : {true, false})
    for (const NetworkSettings& network : settings.networks) {
      if (network.mac.has_value() != with_mac || !network.address) continue;
      const auto at = target(network);
      if (!at) continue;
      Interface& interface = interfaces[*at];
      if (!is_told[*at]) {
        interface.addresses.clear();
        interface.gateways.clear();
      }
      is_told[*at] = true;
      interface.addresses.push_back(
          with_length(*network.address, network.prefix_length, of_ports[*at].addresses));
      const bool is_default = network.has_default_gateway || settings.networks.size() == 1;
      if (network.gateway && is_default) interface.gateways.push_back(*network.gateway);
    }
  // One default route a family: the first that there is.
  for (const net::Family family : {net::Family::Ipv4, net::Family::Ipv6}) {
    bool is_taken = false;
    for (Interface& interface : interfaces)
      std::erase_if(interface.gateways, [&](const net::IpAddress& gateway) {
        return gateway.family() == family && std::exchange(is_taken, true);
      });
  }
  return interfaces;
}

std::string host_name(std::string_view server_name) {
  std::string out;
  for (const char c : server_name.substr(0, 63)) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.';
    out += is_plain ? c : '-';
  }
  return out.empty() ? "guest" : out;
}

}  // namespace cloud::guest
