// Nova 2.1: the metadata of servers.
#include "cloud/api/servers.h"

#include <fmt/format.h>

#include "base/text.h"

namespace cloud::api {

namespace {

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

constexpr Route kRoutes[] = {
    {"GET", "v2.1/servers/{}/metadata", show_metadata},
    {"POST", "v2.1/servers/{}/metadata", change_metadata},
    {"PUT", "v2.1/servers/{}/metadata", change_metadata},
    {"GET", "v2.1/servers/{}/metadata/{}", one_metadata_item},
    {"PUT", "v2.1/servers/{}/metadata/{}", one_metadata_item},
    {"DELETE", "v2.1/servers/{}/metadata/{}", one_metadata_item},
};

}  // namespace

json::Object metadata_view(const model::Server& server) {
  json::Object view;
  for (const auto& [key, value] : server.metadata) view.set(key, value);
  return view;
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

std::span<const Route> server_metadata_routes() {
  return kRoutes;
}

}  // namespace cloud::api
