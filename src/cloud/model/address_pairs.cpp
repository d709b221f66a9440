#include "cloud/model/address_pairs.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloud::model {

namespace {

Allowed<> check_address(const std::string& text) {
  const bool is_network = text.find('/') != std::string::npos;
  const auto prefix = net::Prefix::parse(text);
  if (!prefix)
    return bad_request(
        fmt::format("'{}' is not a valid IP {}", text, is_network ? "subnet" : "address"));
  // Extension aap-reject-multicast. 0.0.0.0/0 contains multicast addresses and is accepted.
  if (prefix->address().is_multicast())
    return bad_request(
        fmt::format("'{}' is a multicast IP address, which cannot be a source of "
                    "packets; remove it from the allowed address pairs",
                    text));
  return {};
}

Allowed<std::string> read_mac(const json::Value& sent, const net::MacAddress& port_mac) {
  if (sent.is_null()) return net::to_string(port_mac);
  const std::string* text = sent.as_string();
  const auto mac =
      text == nullptr ? base::fail(base::Kind::Invalid, "") : net::MacAddress::parse(*text);
  if (!mac)
    return bad_request(
        fmt::format("'{}' is not a valid MAC address", text == nullptr ? json::dump(sent) : *text));
  if (mac->is_multicast())
    return bad_request(
        fmt::format("'{}' is a multicast MAC address, which cannot be a source of "
                    "frames",
                    *text));
  return net::to_string(*mac);
}

Allowed<AddressPair> read_pair(const json::Value& sent, const net::MacAddress& port_mac) {
  const json::Object* object = sent.as_object();
  if (object == nullptr)
    return bad_request(fmt::format("'{}' is not a dictionary", json::dump(sent)));
  auto mac = read_mac(sent["mac_address"], port_mac);
  if (!mac) return std::unexpected(mac.error());
  if (!object->contains("ip_address"))
    return refuse(400, "AllowedAddressPairsMissingIP",
                  "AllowedAddressPair must contain ip_address");
  for (const auto& [key, value] : *object)
    if (key != "ip_address" && key != "mac_address")
      return bad_request(fmt::format("Unrecognized attribute(s) '{}'", key));
  const std::string* address = sent["ip_address"].as_string();
  if (address == nullptr)
    return bad_request(
        fmt::format("'{}' is not a valid IP address", json::dump(sent["ip_address"])));
  if (auto checked = check_address(*address); !checked) return std::unexpected(checked.error());
  return AddressPair{.ip_address = *address, .mac_address = *mac};
}

}  // namespace

Allowed<std::vector<AddressPair>> read_address_pairs(const json::Value& sent,
                                                     const net::MacAddress& port_mac) {
  std::vector<AddressPair> pairs;
  if (sent.is_null()) return pairs;
  const json::Array* list = sent.as_array();
  if (list == nullptr) return bad_request("Allowed address pairs must be a list.");
  if (list->size() > kMaxAddressPairs)
    return refuse(400, "AllowedAddressPairExhausted",
                  fmt::format("The number of allowed address pair exceeds the maximum {}.",
                              kMaxAddressPairs));
  for (const json::Value& element : *list) {
    auto pair = read_pair(element, port_mac);
    if (!pair) return std::unexpected(pair.error());
    if (std::ranges::find(pairs, *pair) != pairs.end())
      return refuse(400, "DuplicateAddressPairInRequest",
                    fmt::format("Request contains duplicate address pair: mac_address {} "
                                "ip_address {}.",
                                pair->mac_address, pair->ip_address));
    pairs.push_back(*std::move(pair));
  }
  return pairs;
}

Allowed<> check_pairs_against_port_security(const Port& port) {
  if (port.port_security_enabled || port.allowed_address_pairs.empty()) return {};
  return refuse(409, "AddressPairAndPortSecurityRequired",
                "Port Security must be enabled in order to have allowed address pairs on a port.");
}

net::Prefix prefix_of(const AddressPair& pair) {
  const auto prefix = net::Prefix::parse(pair.ip_address);
  // Only a state file that somebody edited can hold anything else; such a pair permits nothing.
  return prefix ? *prefix : *net::Prefix::from(net::IpAddress::v4(0), 32);
}

}  // namespace cloud::model
