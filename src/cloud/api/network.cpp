// Neutron v2.0: versions, extensions, quotas, networks and subnets.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cloud/api/neutron.h"
#include "cloud/model/addresses.h"

namespace cloud::api {

namespace {

// ---- versions, extensions, quotas

json::Object version_view(const Call& call) {
  return json::Object{
      {"id", "v2.0"},
      {"status", "CURRENT"},
      {"links", json::Array{json::Object{
                    {"rel", "self"}, {"href", call.cloud.settings.base_url + "/network/v2.0/"}}}}};
}

Answer list_versions(Call& call) {
  return reply(200, json::Object{{"versions", json::Array{version_view(call)}}});
}

Answer show_version(Call& call) {
  json::Array resources;
  for (const char* name :
       {"networks", "subnets", "ports", "security-groups", "security-group-rules", "extensions"})
    resources.push_back(json::Object{
        {"name", name},
        {"collection", name},
        {"links",
         json::Array{json::Object{
             {"rel", "self"},
             {"href", fmt::format("{}/network/v2.0/{}", call.cloud.settings.base_url, name)}}}}});
  return reply(200, json::Object{{"resources", std::move(resources)}});
}

struct Extension {
  std::string_view alias;
  std::string_view name;
};
constexpr std::array kExtensions = {
    Extension{"aap-reject-multicast", "Allowed address pairs reject multicast addresses"},
    Extension{"allowed-address-pairs", "Allowed Address Pairs"},
    Extension{"binding", "Port Binding"},
    Extension{"filter-validation", "Filter parameters validation"},
    Extension{"ip-substring-filtering", "IP address substring filtering"},
    Extension{"net-mtu", "Network MTU"},
    Extension{"pagination", "Pagination support"},
    Extension{"port-security", "Port Security"},
    Extension{"project-id", "project_id field enabled"},
    Extension{"quotas", "Quota management support"},
    Extension{"revision-if-match", "If-Match constraints based on revision_number"},
    Extension{"security-group", "security-group"},
    Extension{"sorting", "Sorting support"},
    Extension{"standard-attr-description", "standard-attr-description"},
    Extension{"standard-attr-revisions", "Resource revision numbers"},
    Extension{"standard-attr-tag", "Tag support for resources with standard attribute"},
    Extension{"standard-attr-timestamp", "Resource timestamps"},
    Extension{"tag-ports-during-bulk-creation", "Tag Ports During Bulk Creation"},
};

json::Object extension_view(const Extension& extension) {
  return json::Object{{"alias", extension.alias},
                      {"name", extension.name},
                      {"description", extension.name},
                      {"updated", "2020-01-01T00:00:00-00:00"},
                      {"links", json::Array{}}};
}

Answer list_extensions(Call&) {
  json::Array rows;
  for (const Extension& extension : kExtensions) rows.push_back(extension_view(extension));
  return reply(200, json::Object{{"extensions", std::move(rows)}});
}

Answer show_extension(Call& call) {
  for (const Extension& extension : kExtensions)
    if (extension.alias == call.captured[0])
      return reply(200, json::Object{{"extension", extension_view(extension)}});
  return model::refuse(404, "ExtensionNotFound",
                       fmt::format("Extension with alias {} does not exist", call.captured[0]));
}

// Nothing is limited here, which Neutron writes as -1.
Answer show_quota(Call&) {
  json::Object quota;
  for (const char* name : {"network", "subnet", "port", "security_group", "security_group_rule",
                           "router", "floatingip", "subnetpool", "rbac_policy"})
    quota.set(name, -1);
  return reply(200, json::Object{{"quota", std::move(quota)}});
}

// ---- networks

json::Object network_view(Call& call, const model::Network& network) {
  json::Array subnets;
  for (const auto& [id, subnet] : call.state().subnets)
    if (subnet.network_id == network.id) subnets.push_back(id);
  json::Object view{{"id", network.id},
                    {"name", network.name},
                    {"description", network.description},
                    {"admin_state_up", network.admin_state_up},
                    {"status", "ACTIVE"},
                    {"shared", network.shared},
                    {"mtu", network.mtu},
                    {"port_security_enabled", network.port_security_enabled},
                    {"router:external", false},
                    {"subnets", std::move(subnets)},
                    {"tags", texts(network.tags)},
                    {"availability_zone_hints", json::Array{}},
                    {"availability_zones", json::Array{"nova"}},
                    {"ipv4_address_scope", nullptr},
                    {"ipv6_address_scope", nullptr}};
  if (call.session->is_admin) {
    view.set("provider:network_type", "local");
    view.set("provider:physical_network", nullptr);
    view.set("provider:segmentation_id", nullptr);
  }
  add_standard_attributes(view, network);
  return view;
}

model::Allowed<> read_network(Call& call, Attributes& attributes, model::Network& network) {
  attributes.text("name", network.name);
  attributes.text("description", network.description);
  attributes.flag("admin_state_up", network.admin_state_up);
  attributes.flag("port_security_enabled", network.port_security_enabled);
  attributes.text_list("tags", network.tags);
  const bool was_shared = network.shared;
  attributes.flag("shared", network.shared);
  attributes.integer("mtu", network.mtu);
  if (network.mtu < 68 || network.mtu > 9000)
    attributes.note(
        fmt::format("Invalid input for mtu. Reason: {} is not within 68 to 9000.", network.mtu));
  attributes.must_be_absent("router:external", "external networks");
  attributes.must_be_absent("vlan_transparent", "VLANs");
  attributes.must_be_absent("qos_policy_id", "QoS policies");
  attributes.must_be_absent("is_default", "external networks");
  for (const char* name : {"availability_zone_hints", "dns_domain", "provider:network_type",
                           "provider:physical_network", "provider:segmentation_id"})
    attributes.must_be_absent(name, "a choice of it");
  if (auto read = attributes.finish(); !read) return read;
  if (network.shared != was_shared && !call.session->is_admin)
    return model::refuse(403, "PolicyNotAuthorized",
                         "(rule:create_network and rule:create_network:shared) is disallowed by "
                         "policy");
  return {};
}

model::Allowed<json::Object> create_network(Call& call, const json::Value& sent) {
  model::Network network;
  network.id = new_id();
  network.created_at = network.updated_at = call.cloud.now();
  network.revision_number = 1;
  Attributes attributes(sent);
  auto project = project_for(call, attributes);
  if (!project) return std::unexpected(project.error());
  network.project_id = *project;
  if (auto read = read_network(call, attributes, network); !read)
    return std::unexpected(read.error());
  call.state().networks.put(network);
  return network_view(call, network);
}

Answer create_networks(Call& call) {
  return create(call, "network", "networks", create_network);
}

Answer list_networks(Call& call) {
  json::Array rows;
  for (const auto& [id, network] : call.state().networks)
    if (may_use(call, network)) rows.push_back(network_view(call, network));
  return list(call, "networks", std::move(rows), network_view(call, model::Network{}));
}

Answer show_network(Call& call) {
  auto network = find_network(call, call.captured[0]);
  if (!network) return std::unexpected(network.error());
  return show(call, "network", network_view(call, *network));
}

// Who may change it: its project, not those it is shared with.
model::Allowed<model::Network> own_network(Call& call) {
  auto network = find_network(call, call.captured[0]);
  if (network && !call.may_see(network->project_id))
    return model::refuse(403, "PolicyNotAuthorized", "rule:update_network is disallowed by policy");
  return network;
}

Answer update_network(Call& call) {
  auto network = own_network(call);
  if (!network) return std::unexpected(network.error());
  if (auto match = check_revision(call, network->revision_number); !match)
    return std::unexpected(match.error());
  Attributes attributes(call.body["network"]);
  if (auto read = read_network(call, attributes, *network); !read)
    return std::unexpected(read.error());
  touch(*network, call.cloud.now());
  call.state().networks.put(*network);
  return reply(200, json::Object{{"network", network_view(call, *network)}});
}

Answer delete_network(Call& call) {
  auto network = own_network(call);
  if (!network) return std::unexpected(network.error());
  std::string ports;
  for (const auto& [id, port] : call.state().ports)
    if (port.network_id == network->id) ports += (ports.empty() ? "" : ",") + id;
  if (!ports.empty())
    return model::refuse(409, "NetworkInUse",
                         fmt::format("Unable to complete operation on network {}. There are one or "
                                     "more ports still in use on the network, id for these ports "
                                     "is: {}",
                                     network->id, ports));
  model::Texts subnets;
  for (const auto& [id, subnet] : call.state().subnets)
    if (subnet.network_id == network->id) subnets.push_back(id);
  for (const std::string& id : subnets) call.state().subnets.erase(id);
  call.state().networks.erase(network->id);
  return reply(204);
}

Answer network_tags(Call& call) {
  auto network = find_network(call, call.captured[0]);
  if (!network) return std::unexpected(network.error());
  bool is_changed = false;
  Answer answer = edit_tags(call, network->tags, is_changed);
  if (answer && is_changed) {
    touch(*network, call.cloud.now());
    call.state().networks.put(*network);
  }
  return answer;
}

// ---- subnets

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

model::Allowed<> check_overlap(Call& call, const model::Subnet& subnet) {
  for (const auto& [id, other] : call.state().subnets)
    if (other.network_id == subnet.network_id && other.cidr.overlaps(subnet.cidr))
      return model::refuse(
          400, "InvalidInput",
          fmt::format("Invalid input for operation: Requested subnet with cidr: {} "
                      "for network: {} overlaps with another subnet.",
                      net::to_string(subnet.cidr), subnet.network_id));
  return {};
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

model::Allowed<json::Object> create_subnet(Call& call, const json::Value& sent) {
  Attributes attributes(sent);
  std::string network_id;
  attributes.text("network_id", network_id);
  auto network = find_network(call, network_id);
  if (!network) return std::unexpected(network.error());
  auto project = project_for(call, attributes);
  if (!project) return std::unexpected(project.error());
  auto cidr = read_cidr(attributes);
  if (!cidr) return std::unexpected(cidr.error());
  if (!call.may_see(network->project_id))
    return model::refuse(403, "PolicyNotAuthorized", "rule:create_subnet is disallowed by policy");
  model::Subnet subnet;
  subnet.id = new_id();
  subnet.project_id = *project;
  subnet.network_id = network->id;
  subnet.created_at = subnet.updated_at = call.cloud.now();
  subnet.cidr = *cidr;
  subnet.gateway_ip = model::default_gateway(*cidr);
  read_subnet(attributes, subnet);
  if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
  if (attributes.value("allocation_pools").is_null())
    subnet.allocation_pools = model::default_pools(subnet.cidr, subnet.gateway_ip);
  if (auto pools = model::check_pools(subnet); !pools) return std::unexpected(pools.error());
  if (auto free = check_overlap(call, subnet); !free) return std::unexpected(free.error());
  call.state().subnets.put(subnet);
  return subnet_view(subnet);
}

Answer create_subnets(Call& call) {
  return create(call, "subnet", "subnets", create_subnet);
}

Answer list_subnets(Call& call) {
  json::Array rows;
  for (const auto& [id, subnet] : call.state().subnets)
    if (find_subnet(call, id)) rows.push_back(subnet_view(subnet));
  return list(call, "subnets", std::move(rows), subnet_view(model::Subnet{}));
}

Answer show_subnet(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  return show(call, "subnet", subnet_view(*subnet));
}

Answer update_subnet(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  if (auto match = check_revision(call, subnet->revision_number); !match)
    return std::unexpected(match.error());
  Attributes attributes(call.body["subnet"]);
  read_subnet(attributes, *subnet);
  if (auto read = attributes.finish(); !read) return std::unexpected(read.error());
  if (auto pools = model::check_pools(*subnet); !pools) return std::unexpected(pools.error());
  touch(*subnet, call.cloud.now());
  call.state().subnets.put(*subnet);
  return reply(200, json::Object{{"subnet", subnet_view(*subnet)}});
}

Answer delete_subnet(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  for (const auto& [id, port] : call.state().ports)
    for (const model::FixedIp& fixed : port.fixed_ips)
      if (fixed.subnet_id == subnet->id)
        return model::refuse(409, "SubnetInUse",
                             fmt::format("Unable to complete operation on subnet {}: One or more "
                                         "ports have an IP allocation from this subnet.",
                                         subnet->id));
  call.state().subnets.erase(subnet->id);
  return reply(204);
}

Answer subnet_tags(Call& call) {
  auto subnet = find_subnet(call, call.captured[0]);
  if (!subnet) return std::unexpected(subnet.error());
  bool is_changed = false;
  Answer answer = edit_tags(call, subnet->tags, is_changed);
  if (answer && is_changed) {
    touch(*subnet, call.cloud.now());
    call.state().subnets.put(*subnet);
  }
  return answer;
}

constexpr Route kRoutes[] = {
    {"GET", "", list_versions, Access::Public},
    {"GET", "v2.0", show_version},
    {"GET", "v2.0/extensions", list_extensions},
    {"GET", "v2.0/extensions/{}", show_extension},
    {"GET", "v2.0/quotas/{}", show_quota},
    {"GET", "v2.0/networks", list_networks},
    {"POST", "v2.0/networks", create_networks},
    {"GET", "v2.0/networks/{}", show_network},
    {"PUT", "v2.0/networks/{}", update_network},
    {"DELETE", "v2.0/networks/{}", delete_network},
    {"GET", "v2.0/networks/{}/tags", network_tags},
    {"PUT", "v2.0/networks/{}/tags", network_tags},
    {"DELETE", "v2.0/networks/{}/tags", network_tags},
    {"GET", "v2.0/networks/{}/tags/{}", network_tags},
    {"PUT", "v2.0/networks/{}/tags/{}", network_tags},
    {"DELETE", "v2.0/networks/{}/tags/{}", network_tags},
    {"GET", "v2.0/subnets", list_subnets},
    {"POST", "v2.0/subnets", create_subnets},
    {"GET", "v2.0/subnets/{}", show_subnet},
    {"PUT", "v2.0/subnets/{}", update_subnet},
    {"DELETE", "v2.0/subnets/{}", delete_subnet},
    {"GET", "v2.0/subnets/{}/tags", subnet_tags},
    {"PUT", "v2.0/subnets/{}/tags", subnet_tags},
    {"DELETE", "v2.0/subnets/{}/tags", subnet_tags},
    {"GET", "v2.0/subnets/{}/tags/{}", subnet_tags},
    {"PUT", "v2.0/subnets/{}/tags/{}", subnet_tags},
    {"DELETE", "v2.0/subnets/{}/tags/{}", subnet_tags},
};

}  // namespace

std::span<const Route> network_routes() {
  return kRoutes;
}

}  // namespace cloud::api
