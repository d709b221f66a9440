// Neutron v2.0: versions, extensions and quotas.
#include <fmt/format.h>

#include <array>

#include "cloud/api/cloud.h"

namespace cloud::api {

namespace {

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

constexpr Route kRoutes[] = {
    {"GET", "", list_versions, Access::Public},  {"GET", "v2.0", show_version},
    {"GET", "v2.0/extensions", list_extensions}, {"GET", "v2.0/extensions/{}", show_extension},
    {"GET", "v2.0/quotas/{}", show_quota},
};

}  // namespace

std::span<const Route> network_extension_routes() {
  return kRoutes;
}

}  // namespace cloud::api
