#include "cloud/api/subnet_attributes.h"

#include <fmt/format.h>

namespace cloud::api {

namespace {

std::optional<net::IpAddress> address_in(const json::Value& sent) {
  if (sent.as_string() == nullptr) return std::nullopt;
  auto address = net::IpAddress::parse(*sent.as_string());
  return address ? std::optional(*address) : std::nullopt;
}

void read_pools(Attributes& attributes, model::Subnet& subnet) {
  const json::Value& sent = attributes.value("allocation_pools");
  if (sent.is_null()) return;
  subnet.allocation_pools.clear();
  if (sent.as_array() == nullptr)
    return attributes.note("Invalid input for allocation_pools. Reason: it must be a list.");
  for (const json::Value& element : *sent.as_array()) {
    const auto first = address_in(element["start"]);
    const auto last = address_in(element["end"]);
    if (!first || !last)
      return attributes.note(
          "Invalid input for allocation_pools. Reason: each pool needs the IP "
          "addresses start and end.");
    subnet.allocation_pools.push_back({*first, *last});
  }
}

void read_gateway(Attributes& attributes, model::Subnet& subnet) {
  if (!attributes.has("gateway_ip")) return;
  const json::Value& sent = attributes.value("gateway_ip");
  subnet.gateway_ip = address_in(sent);
  if (!sent.is_null() && !subnet.gateway_ip)
    return attributes.note(fmt::format(
        "Invalid input for gateway_ip. Reason: '{}' is not a valid IP address.", json::dump(sent)));
  if (subnet.gateway_ip && subnet.gateway_ip->family() != subnet.cidr.address().family())
    attributes.note(
        "Invalid input for gateway_ip. Reason: it is of another IP version than the "
        "subnet.");
}

void read_name_servers(Attributes& attributes, model::Subnet& subnet) {
  model::Texts addresses;
  if (!attributes.has("dns_nameservers")) return;
  attributes.text_list("dns_nameservers", addresses);
  subnet.dns_nameservers.clear();
  for (const std::string& text : addresses) {
    const auto address = net::IpAddress::parse(text);
    if (!address)
      return attributes.note(
          fmt::format("Invalid input for dns_nameservers. Reason: '{}' is not a "
                      "valid nameserver.",
                      text));
    subnet.dns_nameservers.push_back(*address);
  }
}

void read_routes(Attributes& attributes, model::Subnet& subnet) {
  const json::Value& sent = attributes.value("host_routes");
  if (sent.is_null()) return;
  subnet.host_routes.clear();
  if (sent.as_array() == nullptr)
    return attributes.note("Invalid input for host_routes. Reason: it must be a list.");
  for (const json::Value& element : *sent.as_array()) {
    const auto destination = net::Prefix::parse(element.text_or("destination", ""));
    const auto nexthop = address_in(element["nexthop"]);
    if (!destination || !nexthop)
      return attributes.note(
          "Invalid input for host_routes. Reason: each route needs a destination "
          "and a nexthop.");
    subnet.host_routes.push_back({*destination, *nexthop});
  }
}

}  // namespace

json::Object subnet_view(const model::Subnet& subnet) {
  json::Array pools;
  for (const auto& [first, last] : subnet.allocation_pools)
    pools.push_back(json::Object{{"start", net::to_string(first)}, {"end", net::to_string(last)}});
  json::Array nameservers;
  for (const net::IpAddress& address : subnet.dns_nameservers)
    nameservers.push_back(net::to_string(address));
  json::Array routes;
  for (const model::HostRoute& route : subnet.host_routes)
    routes.push_back(json::Object{{"destination", net::to_string(route.destination)},
                                  {"nexthop", net::to_string(route.nexthop)}});
  json::Object view{
      {"id", subnet.id},
      {"name", subnet.name},
      {"description", subnet.description},
      {"network_id", subnet.network_id},
      {"ip_version", subnet.cidr.address().is_v4() ? 4 : 6},
      {"cidr", net::to_string(subnet.cidr)},
      {"gateway_ip",
       subnet.gateway_ip ? json::Value(net::to_string(*subnet.gateway_ip)) : json::Value()},
      {"allocation_pools", std::move(pools)},
      {"dns_nameservers", std::move(nameservers)},
      {"host_routes", std::move(routes)},
      {"enable_dhcp", subnet.enable_dhcp},
      {"ipv6_ra_mode", nullptr},
      {"ipv6_address_mode", nullptr},
      {"subnetpool_id", nullptr},
      {"service_types", json::Array{}},
      {"dns_publish_fixed_ip", false},
      {"tags", texts(subnet.tags)}};
  add_standard_attributes(view, subnet);
  return view;
}

void read_subnet(Attributes& attributes, model::Subnet& subnet) {
  attributes.text("name", subnet.name);
  attributes.text("description", subnet.description);
  attributes.text_list("tags", subnet.tags);
  attributes.flag("enable_dhcp", subnet.enable_dhcp);
  read_gateway(attributes, subnet);
  read_pools(attributes, subnet);
  read_name_servers(attributes, subnet);
  read_routes(attributes, subnet);
  attributes.must_be_absent("subnetpool_id", "subnet pools");
  attributes.must_be_absent("segment_id", "segments");
  attributes.must_be_absent("service_types", "subnets for one kind of port");
  attributes.must_be_absent("dns_publish_fixed_ip", "DNS");
  attributes.must_be_absent("ipv6_ra_mode", "router advertisements");
  attributes.must_be_absent("ipv6_address_mode", "addresses by router advertisement");
}

model::Allowed<net::Prefix> read_cidr(Attributes& attributes) {
  std::string text;
  attributes.text("cidr", text);
  std::int64_t version = 0;
  attributes.integer("ip_version", version);
  const auto cidr = net::Prefix::parse(text);
  if (!cidr || text.find('/') == std::string::npos)
    return model::bad_request(
        fmt::format("Invalid input for cidr. Reason: '{}' is not a valid IP subnet.", text));
  if (version != (cidr->address().is_v4() ? 4 : 6))
    return model::refuse(400, "InvalidInput",
                         fmt::format("Invalid input for operation: cidr '{}' does not match the "
                                     "ip_version '{}'.",
                                     text, version));
  return *net::Prefix::from(cidr->network(), cidr->length());
}

}  // namespace cloud::api
