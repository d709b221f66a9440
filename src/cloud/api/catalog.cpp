// Keystone v3: its version, and the catalog of all services.
#include <fmt/format.h>

#include "cloud/api/keystone.h"

namespace cloud::api {

namespace {

json::Array endpoints(const Cloud& cloud, std::string_view service, const std::string& url) {
  json::Array list;
  for (const char* interface : {"public", "internal", "admin"})
    list.push_back(json::Object{{"id", fmt::format("{}-{}", service, interface)},
                                {"interface", interface},
                                {"region", cloud.settings.region},
                                {"region_id", cloud.settings.region},
                                {"url", url}});
  return list;
}

Answer show_catalog(Call& call) {
  return reply(200, json::Object{{"catalog", catalog(call.cloud, call.project())},
                                 {"links", links_to(call, "auth/catalog")}});
}

json::Object version_view(const Call& call) {
  return json::Object{
      {"id", "v3.14"},
      {"status", "stable"},
      {"updated", "2020-04-07T00:00:00Z"},
      {"links", json::Array{json::Object{
                    {"rel", "self"}, {"href", call.cloud.settings.base_url + "/identity/v3/"}}}},
      {"media-types",
       json::Array{json::Object{{"base", "application/json"},
                                {"type", "application/vnd.openstack.identity-v3+json"}}}}};
}

Answer list_versions(Call& call) {
  return reply(
      300, json::Object{{"versions", json::Object{{"values", json::Array{version_view(call)}}}}});
}

Answer show_version(Call& call) {
  return reply(200, json::Object{{"version", version_view(call)}});
}

constexpr Route kRoutes[] = {
    {"GET", "", list_versions, Access::Public},
    {"GET", "v3", show_version, Access::Public},
    {"GET", "v3/auth/catalog", show_catalog},
};

}  // namespace

// The network URL has no version: gophercloud appends v2.0/ to what it finds.
json::Array catalog(const Cloud& cloud, const std::string& project_id) {
  const std::string& base = cloud.settings.base_url;
  struct Entry {
    const char* type;
    const char* name;
    std::string url;
  };
  const Entry entries[] = {
      {"identity", "keystone", base + "/identity"},
      {"network", "neutron", base + "/network"},
      {"compute", "nova", base + "/compute/v2.1"},
      {"image", "glance", base + "/image"},
      {"volumev3", "cinder", fmt::format("{}/volume/v3/{}", base, project_id)},
      {"block-storage", "cinder", fmt::format("{}/volume/v3/{}", base, project_id)},
  };
  json::Array list;
  for (const Entry& entry : entries)
    list.push_back(json::Object{{"id", std::string("service-") + entry.type},
                                {"type", entry.type},
                                {"name", entry.name},
                                {"endpoints", endpoints(cloud, entry.type, entry.url)}});
  return list;
}

std::span<const Route> catalog_routes() {
  return kRoutes;
}

}  // namespace cloud::api
