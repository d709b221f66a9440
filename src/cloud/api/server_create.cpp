// Nova 2.1: POST /servers.
#include <fmt/format.h>

#include <cctype>

#include "base/text.h"
#include "cloud/api/nova.h"
#include "cloud/api/server_order.h"
#include "cloud/api/servers.h"
#include "cloud/api/volumes.h"
#include "cloud/model/digest.h"

namespace cloud::api {

namespace {

constexpr std::size_t kMostUserData = 65535;  // of base64, as Nova's schema says

model::Allowed<> choose_flavor_and_source(Call& call, Order& order) {
  const std::string flavor_id = order.sent.text_or("flavorRef", "");
  const model::Flavor* flavor =
      call.state().flavors.find(flavor_id.substr(flavor_id.rfind('/') + 1));
  if (flavor == nullptr)
    return bad(fmt::format("Flavor {} could not be found.", base::printable(flavor_id)));
  order.server.flavor_id = flavor->id;
  return choose_boot_source(call, order, *flavor);
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
  if (auto chosen = choose_flavor_and_source(call, order); !chosen)
    return std::unexpected(chosen.error());
  if (auto joined = join_group(call, order); !joined) return std::unexpected(joined.error());
  auto groups = choose_groups(call, order);
  if (!groups) return std::unexpected(groups.error());
  if (auto attached = attach(call, order, *groups); !attached)
    return std::unexpected(attached.error());
  bind_ports(call, server);
  server.task_state = "spawning";
  call.state().servers.put(server);
  if (order.root_volume)
    attach_root_volume(call, server, *order.root_volume, order.deletes_root_volume);
  if (call.fails_afterwards)
    call.cloud.later([cloud = &call.cloud, id = server.id] { find_no_host(*cloud, id); });
  else
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
  response.headers.set("Location", compute_url(call, "servers/" + server.id));
  return response;
}

constexpr Route kRoutes[] = {
    {"POST", "v2.1/servers", create_server},
};

}  // namespace

std::span<const Route> server_create_routes() {
  return kRoutes;
}

}  // namespace cloud::api
