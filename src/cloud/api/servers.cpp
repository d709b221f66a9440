// Nova 2.1: servers, their metadata and interfaces.
#include "cloud/api/servers.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "base/text.h"
#include "cloud/api/neutron.h"
#include "cloud/model/digest.h"
#include "cloud/model/security.h"

namespace cloud::api {

namespace {

constexpr std::size_t kMostUserData = 65535;  // of base64, as Nova's schema says
constexpr std::string_view kHost = "holdfast";

std::string url(const Call& call, const std::string& path) {
  return fmt::format("{}/compute/v2.1/{}", call.cloud.settings.base_url, path);
}
json::Array self_link(const Call& call, const std::string& path) {
  return json::Array{json::Object{{"rel", "self"}, {"href", url(call, path)}},
                     json::Object{{"rel", "bookmark"}, {"href", url(call, path)}}};
}

std::unexpected<model::Refusal> bad(std::string message) {
  return model::refuse(400, "BadRequest", std::move(message));
}

json::Object addresses_view(Call& call, const model::Server& server) {
  json::Object by_network;
  for (const std::string& id : server.port_ids) {
    const model::Port* port = call.state().ports.find(id);
    const model::Network* network =
        port == nullptr ? nullptr : call.state().networks.find(port->network_id);
    if (network == nullptr) continue;
    json::Array list;
    if (const json::Value* before = by_network.find(network->name)) list = *before->as_array();
    for (const model::FixedIp& fixed : port->fixed_ips)
      list.push_back(json::Object{{"version", fixed.address.is_v4() ? 4 : 6},
                                  {"addr", net::to_string(fixed.address)},
                                  {"OS-EXT-IPS:type", "fixed"},
                                  {"OS-EXT-IPS-MAC:mac_addr", net::to_string(port->mac_address)}});
    by_network.set(network->name, std::move(list));
  }
  return by_network;
}

json::Value flavor_of(Call& call, const model::Server& server) {
  const model::Flavor* flavor = call.state().flavors.find(server.flavor_id);
  if (call.microversion < 47)
    return json::Object{{"id", server.flavor_id},
                        {"links", self_link(call, "flavors/" + server.flavor_id)}};
  if (flavor == nullptr) return json::Object{{"original_name", server.flavor_id}};
  json::Object specs;
  for (const auto& [key, value] : flavor->extra_specs) specs.set(key, value);
  return json::Object{
      {"original_name", flavor->name},  {"vcpus", flavor->vcpus},         {"ram", flavor->ram},
      {"disk", flavor->disk},           {"ephemeral", flavor->ephemeral}, {"swap", flavor->swap},
      {"extra_specs", std::move(specs)}};
}

// What later microversions added.
void add_newer_attributes(Call& call, const model::Server& server, json::Object& view) {
  if (call.microversion >= 9) view.set("locked", server.locked);
  if (call.microversion >= 19)
    view.set("description",
             server.description.empty() ? json::Value() : json::Value(server.description));
  if (call.microversion >= 26) view.set("tags", texts(server.tags));
  if (call.microversion >= 63) view.set("trusted_image_certificates", nullptr);
  if (!call.session->is_admin) return;
  view.set("OS-EXT-SRV-ATTR:host", kHost);
  view.set("OS-EXT-SRV-ATTR:hypervisor_hostname", kHost);
  view.set("OS-EXT-SRV-ATTR:instance_name", "instance-" + server.id.substr(0, 8));
  if (call.microversion >= 16) view.set("host_status", "UP");
  if (call.microversion < 3) return;
  view.set("OS-EXT-SRV-ATTR:hostname", server.hostname);
  view.set("OS-EXT-SRV-ATTR:user_data",
           server.user_data.empty() ? json::Value() : json::Value(server.user_data));
  view.set("OS-EXT-SRV-ATTR:root_device_name", server.root_device_name);
  view.set("OS-EXT-SRV-ATTR:launch_index", 0);
  view.set("OS-EXT-SRV-ATTR:kernel_id", "");
  view.set("OS-EXT-SRV-ATTR:ramdisk_id", "");
  view.set("OS-EXT-SRV-ATTR:reservation_id", "r-" + server.id.substr(0, 8));
}

std::string vm_state(const model::Server& server) {
  if (server.status == "BUILD") return "building";
  if (server.status == "SHUTOFF") return "stopped";
  return server.status == "ERROR" ? "error" : "active";
}

// ---- POST /servers

// What is being made, and the requests that its ports come from.
struct Order {
  model::Server server;
  json::Value sent;
};

model::Allowed<> choose_flavor_and_image(Call& call, Order& order) {
  const std::string flavor_id = order.sent.text_or("flavorRef", "");
  const model::Flavor* flavor =
      call.state().flavors.find(flavor_id.substr(flavor_id.rfind('/') + 1));
  if (flavor == nullptr)
    return bad(fmt::format("Flavor {} could not be found.", base::printable(flavor_id)));
  order.server.flavor_id = flavor->id;
  if (const json::Array* devices = order.sent["block_device_mapping_v2"].as_array())
    for (const json::Value& device : *devices)
      if (device.text_or("destination_type", "local") == "volume" ||
          device.text_or("source_type", "image") != "image")
        return model::refuse(501, "NotImplemented",
                             "The embedded cloud has no block storage: servers boot from an image, "
                             "not from a volume.");
  const std::string image_id = order.sent.text_or("imageRef", "");
  const model::Image* image = call.state().images.find(image_id.substr(image_id.rfind('/') + 1));
  const bool may_use =
      image != nullptr && (image->visibility == "public" || image->visibility == "community" ||
                           call.may_see(image->project_id));
  if (!may_use) return bad("Can not find requested image");
  if (image->status != "active") return bad(fmt::format("Image {} is not active.", image->id));
  if (image->min_ram > flavor->ram) return bad("Flavor's memory is too small for requested image.");
  if (image->min_disk > flavor->disk)
    return bad("Flavor's disk is smaller than the minimum size specified in image metadata.");
  if (flavor->disk == 0)
    return model::refuse(403, "BootFromVolumeRequiredForZeroDiskFlavor",
                         "Only volume-backed servers are allowed for flavors with zero disk.");
  order.server.image_id = image->id;
  return {};
}

model::Allowed<> read_texts(Call& call, Order& order) {
  model::Server& server = order.server;
  const json::Value& sent = order.sent;
  server.name = sent.text_or("name", "");
  if (base::trim(server.name).empty() || server.name.size() > 255)
    return bad(
        "Invalid input for field/attribute name. A server needs a name of 1 to 255 "
        "characters.");
  server.description = sent.text_or("description", "");
  server.availability_zone = sent.text_or("availability_zone", "nova");
  if (server.availability_zone.empty()) server.availability_zone = "nova";
  if (server.availability_zone != "nova")
    return bad("The requested availability zone is not available");
  const bool* drive = sent["config_drive"].as_bool();
  const bool wants_drive =
      drive != nullptr ? *drive
                       : base::equals_ignoring_case(sent.text_or("config_drive", ""), "true");
  server.config_drive = wants_drive ? "True" : "";
  server.key_name = sent.text_or("key_name", "");
  if (!server.key_name.empty() &&
      !call.state().keypairs.contains(call.session->user.id + "/" + server.key_name))
    return bad("Invalid key_name provided.");
  server.user_data = sent.text_or("user_data", "");
  if (server.user_data.size() > kMostUserData)
    return bad(
        fmt::format("Invalid input for field/attribute user_data. It has {} characters of "
                    "base64, the most is {}.",
                    server.user_data.size(), kMostUserData));
  if (!server.user_data.empty() && !model::decode_base64(server.user_data))
    return bad("Userdata content is not valid base64.");
  return {};
}

model::Allowed<std::map<std::string, std::string>> read_metadata(const json::Value& sent) {
  std::map<std::string, std::string> metadata;
  if (sent.is_null()) return metadata;
  if (sent.as_object() == nullptr)
    return bad("Invalid input for field/attribute metadata. It must be an object.");
  for (const auto& [key, value] : *sent.as_object()) {
    if (value.as_string() == nullptr)
      return bad(
          fmt::format("Invalid input for field/attribute {}. The value is not of type "
                      "'string'",
                      base::printable(key)));
    if (key.empty() || key.size() > 255 || value.as_string()->size() > 255)
      return bad("Metadata keys and values have at most 255 characters, keys at least 1.");
    metadata[key] = *value.as_string();
  }
  constexpr std::size_t kMostItems = 128;
  if (metadata.size() > kMostItems)
    return model::refuse(403, "MetadataLimitExceeded",
                         fmt::format("Maximum number of metadata items exceeds {}", kMostItems));
  return metadata;
}

// By name or id, for the ports that Nova makes.
model::Allowed<model::Texts> choose_groups(Call& call, Order& order) {
  model::Texts ids;
  const json::Array* sent = order.sent["security_groups"].as_array();
  if (sent == nullptr || sent->empty()) {
    order.server.security_group_names = {std::string(model::kDefaultGroup)};
    return ids;
  }
  for (const json::Value& element : *sent) {
    const std::string wanted = element.text_or("name", "");
    const model::SecurityGroup* found = nullptr;
    for (const auto& [id, group] : call.state().security_groups)
      if (group.project_id == call.project() && (group.name == wanted || id == wanted))
        found = &group;
    if (found == nullptr)
      return bad(fmt::format("Security group {} not found for project {}.", base::printable(wanted),
                             call.project()));
    ids.push_back(found->id);
    order.server.security_group_names.push_back(found->name);
  }
  return ids;
}

model::Allowed<> use_port(Call& call, Order& order, const std::string& id) {
  auto port = find_port(call, id);
  if (!port) return bad(fmt::format("Port id {} could not be found.", base::printable(id)));
  const bool is_named_twice =
      std::ranges::find(order.server.port_ids, id) != order.server.port_ids.end();
  if (is_named_twice ||
      (!port->device_id.empty() && call.state().servers.contains(port->device_id)))
    return bad(fmt::format("Port {} is still in use.", id));
  port->is_owned_by_server = false;
  order.server.port_ids.push_back(id);
  call.state().ports.put(*std::move(port));
  return {};
}

model::Allowed<> add_port(Call& call, Order& order, const std::string& network_id,
                          const json::Value& fixed_ip, const model::Texts& groups) {
  if (auto network = find_network(call, network_id); !network)
    return bad(fmt::format("Network {} could not be found.", base::printable(network_id)));
  json::Object wanted{{"network_id", network_id}};
  if (!fixed_ip.is_null())
    wanted.set("fixed_ips", json::Array{json::Object{{"ip_address", fixed_ip}}});
  if (!groups.empty() && call.state().networks.find(network_id)->port_security_enabled)
    wanted.set("security_groups", texts(groups));
  auto port = make_port(call, wanted);
  if (!port && port.error().type == "IpAddressAlreadyAllocated")
    return bad(
        fmt::format("Fixed IP address {} is already in use on instance", json::dump(fixed_ip)));
  if (!port) return std::unexpected(port.error());
  port->is_owned_by_server = true;
  order.server.port_ids.push_back(port->id);
  call.state().ports.put(*std::move(port));
  return {};
}

model::Allowed<> attach_automatically(Call& call, Order& order, const model::Texts& groups) {
  model::Texts candidates;
  for (const auto& [id, network] : call.state().networks)
    if (network.project_id == call.project() || network.shared) candidates.push_back(id);
  if (candidates.size() > 1)
    return model::refuse(409, "NetworkAmbiguous",
                         "Multiple possible networks found, use a Network ID to be more specific.");
  if (candidates.empty()) return {};
  return add_port(call, order, candidates.front(), {}, groups);
}

model::Allowed<> attach(Call& call, Order& order, const model::Texts& groups) {
  const json::Value& sent = order.sent["networks"];
  const std::string* word = sent.as_string();
  if (call.microversion >= 37 && sent.is_null())
    return bad("Invalid input for field/attribute server. 'networks' is a required property");
  if (word != nullptr && *word == "none") return {};
  if (sent.is_null() || (word != nullptr && *word == "auto") ||
      (sent.as_array() != nullptr && sent.as_array()->empty()))
    return attach_automatically(call, order, groups);
  if (sent.as_array() == nullptr)
    return bad("Invalid input for field/attribute networks. It must be a list, 'auto' or 'none'.");
  constexpr std::size_t kMostInterfaces = 16;
  if (sent.as_array()->size() > kMostInterfaces)
    return bad(fmt::format("A server has at most {} interfaces here.", kMostInterfaces));
  for (const json::Value& element : *sent.as_array()) {
    const std::string port = element.text_or("port", "");
    auto done = port.empty() ? add_port(call, order, element.text_or("uuid", ""),
                                        element["fixed_ip"], groups)
                             : use_port(call, order, port);
    if (!done) return done;
  }
  return {};
}

// The ports belong to the server from now on.
void bind_ports(Call& call, const model::Server& server) {
  for (const std::string& id : server.port_ids) {
    model::Port port = *call.state().ports.find(id);
    port.device_id = server.id;
    port.device_owner = "compute:" + server.availability_zone;
    port.binding_host_id = kHost;
    touch(port, call.cloud.now());
    call.state().ports.put(std::move(port));
  }
}

std::string hostname_for(const std::string& name) {
  std::string hostname;
  for (const char c : base::to_lower(name))
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '.') hostname += c;
  return hostname.substr(0, 63);
}

Answer create_server(Call& call) {
  if (call.project().empty()) return model::refuse(403, "Forbidden", "The token has no project.");
  if (call.body["server"].as_object() == nullptr)
    return bad("Invalid input for field/attribute server. 'server' is a required property");
  Order order{.server = {}, .sent = call.body["server"]};
  model::Server& server = order.server;
  if (order.sent["max_count"].as_integer().value_or(1) > 1 ||
      order.sent["min_count"].as_integer().value_or(1) > 1)
    return model::refuse(501, "NotImplemented",
                         "The embedded cloud makes one server a request; leave max_count out.");
  server.id = new_id();
  server.project_id = call.project();
  server.user_id = call.session->user.id;
  server.created_at = server.updated_at = call.cloud.now();
  if (auto read = read_texts(call, order); !read) return std::unexpected(read.error());
  server.hostname = hostname_for(server.name);
  auto metadata = read_metadata(order.sent["metadata"]);
  if (!metadata) return std::unexpected(metadata.error());
  server.metadata = *std::move(metadata);
  if (const json::Array* tags = order.sent["tags"].as_array())
    for (const json::Value& tag : *tags)
      if (tag.as_string() != nullptr) server.tags.push_back(*tag.as_string());
  if (auto chosen = choose_flavor_and_image(call, order); !chosen)
    return std::unexpected(chosen.error());
  auto groups = choose_groups(call, order);
  if (!groups) return std::unexpected(groups.error());
  if (auto attached = attach(call, order, *groups); !attached)
    return std::unexpected(attached.error());
  bind_ports(call, server);
  server.task_state = "spawning";
  call.state().servers.put(server);
  call.cloud.later([cloud = &call.cloud, id = server.id] { boot_server(*cloud, id); });
  json::Array group_names;
  for (const std::string& name : server.security_group_names)
    group_names.push_back(json::Object{{"name", name}});
  http::Response response = reply(
      202, json::Object{{"server", json::Object{{"id", server.id},
                                                {"links", self_link(call, "servers/" + server.id)},
                                                {"OS-DCF:diskConfig", "MANUAL"},
                                                {"security_groups", std::move(group_names)},
                                                {"adminPass", new_secret().substr(0, 12)}}}});
  response.headers.set("Location", url(call, "servers/" + server.id));
  return response;
}

// ---- lists

bool matches(Call& call, const model::Server& server) {
  for (const auto& [name, value] : call.query) {
    if (name == "name") {
      // Nova takes a regular expression; here: a part of the name, or the whole in ^…$.
      const bool is_whole = value.starts_with('^') && value.ends_with('$') && value.size() >= 2;
      const bool is_match = is_whole ? server.name == value.substr(1, value.size() - 2)
                                     : server.name.find(value) != std::string::npos;
      if (!is_match) return false;
    }
    if (name == "status" && !base::equals_ignoring_case(value, server.status)) return false;
    if (name == "uuid" && value != server.id) return false;
    if (name == "image" && value != server.image_id) return false;
    if (name == "flavor" && value != server.flavor_id) return false;
    if (name == "key_name" && value != server.key_name) return false;
    if (name == "user_id" && value != server.user_id) return false;
    if ((name == "project_id" || name == "tenant_id") && value != server.project_id) return false;
    if (name == "ip" || name == "ip6") {
      bool has_it = false;
      for (const std::string& id : server.port_ids)
        if (const model::Port* port = call.state().ports.find(id))
          for (const model::FixedIp& fixed : port->fixed_ips)
            has_it = has_it || net::to_string(fixed.address).find(value) != std::string::npos;
      if (!has_it) return false;
    }
    // Deleted servers are forgotten at once, so there is none to list.
    if (name == "deleted" && (base::equals_ignoring_case(value, "true") || value == "1"))
      return false;
  }
  return true;
}

Answer servers(Call& call, bool in_detail) {
  const std::string all = base::to_lower(model::value_of(call.query, "all_tenants"));
  const bool has_all =
      !model::values_of(call.query, "all_tenants").empty() && all != "0" && all != "false";
  if (has_all && !call.session->is_admin)
    return model::refuse(403, "Forbidden",
                         "Policy doesn't allow os_compute_api:servers:detail:get_all_tenants to be "
                         "performed.");
  std::vector<const model::Server*> found;
  for (const auto& [id, server] : call.state().servers)
    if ((has_all || server.project_id == call.project()) && matches(call, server))
      found.push_back(&server);
  std::ranges::stable_sort(found, std::greater(), &model::Server::created_at);
  json::Array rows;
  for (const model::Server* server : found) rows.push_back(server_view(call, *server, in_detail));
  const model::Query paging = {{"limit", model::value_of(call.query, "limit")},
                               {"marker", model::value_of(call.query, "marker")}};
  auto page = model::select(std::move(rows), paging, json::Object{});
  if (!page) return std::unexpected(page.error());
  json::Object document{{"servers", std::move(page->rows)}};
  if (!page->next_marker.empty()) {
    std::string next = fmt::format("servers{}?", in_detail ? "/detail" : "");
    for (const auto& [name, value] : call.query)
      if (name != "marker")
        next += fmt::format("{}={}&", http::percent_encode(name), http::percent_encode(value));
    document.set("servers_links",
                 json::Array{json::Object{
                     {"rel", "next"}, {"href", url(call, next + "marker=" + page->next_marker)}}});
  }
  return reply(200, document);
}

Answer list_servers(Call& call) {
  return servers(call, false);
}
Answer list_servers_in_detail(Call& call) {
  return servers(call, true);
}

Answer show_server(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  return reply(200, json::Object{{"server", server_view(call, *server, true)}});
}

Answer update_server(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  const json::Value& sent = call.body["server"];
  if (sent.as_object() == nullptr) return bad("'server' is a required property");
  server->name = sent.text_or("name", server->name);
  server->description = sent.text_or("description", server->description);
  if (base::trim(server->name).empty() || server->name.size() > 255)
    return bad("Invalid input for field/attribute name.");
  server->updated_at = call.cloud.now();
  call.state().servers.put(*server);
  return reply(200, json::Object{{"server", server_view(call, *server, true)}});
}

// Nova destroys a guest without asking it.
Answer delete_server(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  if (call.cloud.hypervisor.is_running(server->id))
    if (auto gone = call.cloud.hypervisor.power_off(server->id);
        !gone && gone.error().kind != base::Kind::NotFound)
      return std::unexpected(refusal_from(gone.error()));
  remove_server(call.cloud, *server);
  call.cloud.later(
      [cloud = &call.cloud, id = server->id] { cloud->hypervisor.forget_console(id); });
  return reply(204);
}

// ---- metadata

json::Object metadata_view(const model::Server& server) {
  json::Object view;
  for (const auto& [key, value] : server.metadata) view.set(key, value);
  return view;
}

Answer show_metadata(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  return reply(200, json::Object{{"metadata", metadata_view(*server)}});
}

// POST adds and overwrites, PUT replaces all.
Answer change_metadata(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  if (call.body["metadata"].is_null()) return bad("'metadata' is a required property");
  auto sent = read_metadata(call.body["metadata"]);
  if (!sent) return std::unexpected(sent.error());
  if (call.request.method == "PUT") server->metadata.clear();
  for (const auto& [key, value] : *sent) server->metadata[key] = value;
  server->updated_at = call.cloud.now();
  call.state().servers.put(*server);
  return reply(200, json::Object{{"metadata", metadata_view(*server)}});
}

Answer one_metadata_item(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  const std::string& key = call.captured[1];
  if (call.request.method == "PUT") {
    auto sent = read_metadata(call.body["meta"]);
    if (!sent) return std::unexpected(sent.error());
    if (sent->size() != 1 || !sent->contains(key)) return bad("Request body and URI mismatch");
    server->metadata[key] = sent->at(key);
  } else if (!server->metadata.contains(key)) {
    return model::refuse(404, "InstanceMetadataNotFound", "Metadata item was not found");
  }
  if (call.request.method == "DELETE") {
    server->metadata.erase(key);
    call.state().servers.put(*server);
    return reply(204);
  }
  json::Object item{{key, server->metadata.at(key)}};
  if (call.request.method == "PUT") call.state().servers.put(*server);
  return reply(200, json::Object{{"meta", std::move(item)}});
}

// ---- interfaces and what hangs on a server

Answer list_interfaces(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  json::Array rows;
  for (const std::string& id : server->port_ids) {
    const model::Port* port = call.state().ports.find(id);
    if (port == nullptr) continue;
    json::Array fixed;
    for (const model::FixedIp& each : port->fixed_ips)
      fixed.push_back(json::Object{{"subnet_id", each.subnet_id},
                                   {"ip_address", net::to_string(each.address)}});
    rows.push_back(json::Object{{"port_id", id},
                                {"net_id", port->network_id},
                                {"mac_addr", net::to_string(port->mac_address)},
                                {"port_state", port->status},
                                {"fixed_ips", std::move(fixed)}});
  }
  return reply(200, json::Object{{"interfaceAttachments", std::move(rows)}});
}

Answer list_addresses(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  return reply(200, json::Object{{"addresses", addresses_view(call, *server)}});
}

// There is no block storage, so that no server has a volume.
Answer list_volumes(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  return reply(200, json::Object{{"volumeAttachments", json::Array{}}});
}

Answer list_security_groups(Call& call) {
  auto server = find_server(call, call.captured[0]);
  if (!server) return std::unexpected(server.error());
  json::Array rows;
  for (const std::string& port_id : server->port_ids) {
    const model::Port* port = call.state().ports.find(port_id);
    if (port == nullptr) continue;
    for (const std::string& id : port->security_group_ids)
      if (const model::SecurityGroup* group = call.state().security_groups.find(id))
        rows.push_back(json::Object{{"id", id},
                                    {"name", group->name},
                                    {"description", group->description},
                                    {"tenant_id", group->project_id},
                                    {"rules", json::Array{}}});
  }
  return reply(200, json::Object{{"security_groups", std::move(rows)}});
}

constexpr Route kRoutes[] = {
    {"GET", "v2.1/servers", list_servers},
    {"POST", "v2.1/servers", create_server},
    {"GET", "v2.1/servers/detail", list_servers_in_detail},
    {"GET", "v2.1/servers/{}", show_server},
    {"PUT", "v2.1/servers/{}", update_server},
    {"DELETE", "v2.1/servers/{}", delete_server},
    {"GET", "v2.1/servers/{}/metadata", show_metadata},
    {"POST", "v2.1/servers/{}/metadata", change_metadata},
    {"PUT", "v2.1/servers/{}/metadata", change_metadata},
    {"GET", "v2.1/servers/{}/metadata/{}", one_metadata_item},
    {"PUT", "v2.1/servers/{}/metadata/{}", one_metadata_item},
    {"DELETE", "v2.1/servers/{}/metadata/{}", one_metadata_item},
    {"GET", "v2.1/servers/{}/ips", list_addresses},
    {"GET", "v2.1/servers/{}/os-interface", list_interfaces},
    {"GET", "v2.1/servers/{}/os-volume_attachments", list_volumes},
    {"GET", "v2.1/servers/{}/os-security-groups", list_security_groups},
};

}  // namespace

std::span<const Route> server_routes() {
  return kRoutes;
}

json::Object server_view(Call& call, const model::Server& server, bool in_detail) {
  json::Object view{
      {"id", server.id}, {"name", server.name}, {"links", self_link(call, "servers/" + server.id)}};
  if (!in_detail) return view;
  json::Array groups;
  for (const std::string& name : server.security_group_names)
    groups.push_back(json::Object{{"name", name}});
  const bool is_steady = server.task_state.empty();
  const bool is_running = call.cloud.hypervisor.is_running(server.id);
  view.set("status", server.status);
  view.set("tenant_id", server.project_id);
  view.set("user_id", server.user_id);
  view.set("metadata", metadata_view(server));
  view.set("hostId", model::sha512_hex(server.project_id + std::string(kHost)).substr(0, 56));
  view.set("image", server.image_id.empty()
                        ? json::Value("")
                        : json::Value(json::Object{
                              {"id", server.image_id},
                              {"links", self_link(call, "images/" + server.image_id)}}));
  view.set("flavor", flavor_of(call, server));
  view.set("created", iso_time(server.created_at));
  view.set("updated", iso_time(server.updated_at));
  view.set("addresses", addresses_view(call, server));
  view.set("accessIPv4", "");
  view.set("accessIPv6", "");
  view.set("config_drive", server.config_drive);
  view.set("key_name", server.key_name.empty() ? json::Value() : json::Value(server.key_name));
  view.set("OS-DCF:diskConfig", "MANUAL");
  view.set("OS-EXT-AZ:availability_zone", server.availability_zone);
  view.set("OS-EXT-STS:vm_state", vm_state(server));
  view.set("OS-EXT-STS:task_state", is_steady ? json::Value() : json::Value(server.task_state));
  view.set("OS-EXT-STS:power_state", is_running ? 1 : (server.status == "SHUTOFF" ? 4 : 0));
  view.set("OS-SRV-USG:launched_at",
           server.launched_at ? json::Value(iso_time(*server.launched_at).substr(0, 19) + ".000000")
                              : json::Value());
  view.set("OS-SRV-USG:terminated_at", nullptr);
  view.set("os-extended-volumes:volumes_attached", json::Array{});
  view.set("security_groups", std::move(groups));
  if (server.status == "ACTIVE" || server.status == "BUILD" || server.status == "REBOOT")
    view.set("progress", server.status == "BUILD" ? 0 : 100);
  if (server.fault) {
    json::Object fault{{"code", server.fault->code},
                       {"message", server.fault->message},
                       {"created", iso_time(server.fault->created)}};
    if (call.session->is_admin) fault.set("details", server.fault->details);
    view.set("fault", std::move(fault));
  }
  add_newer_attributes(call, server, view);
  return view;
}

}  // namespace cloud::api
