// Keystone v3: projects, and the one domain.
#include "cloud/api/keystone.h"
#include "cloud/model/security.h"

namespace cloud::api {

namespace {

json::Object project_view(const Call& call, const model::Project& project) {
  return json::Object{{"id", project.id},
                      {"name", project.name},
                      {"description", project.description},
                      {"domain_id", kDomainId},
                      {"parent_id", kDomainId},
                      {"enabled", true},
                      {"is_domain", false},
                      {"tags", json::Array{}},
                      {"options", json::Object{}},
                      {"links", links_to(call, "projects/" + project.id)}};
}

bool may_see_project(const Call& call, const model::Project& project) {
  return call.session->is_admin || grant_on(call.session->user, project.id) != nullptr;
}

Answer list_projects(Call& call) {
  json::Array rows;
  for (const auto& [id, project] : call.state().projects)
    if (may_see_project(call, project) && is_wanted(call, project.name))
      rows.push_back(project_view(call, project));
  return collection(call, "projects", std::move(rows));
}

Answer show_project(Call& call) {
  const model::Project* project = call.state().projects.find(call.captured[0]);
  if (project == nullptr || !may_see_project(call, *project))
    return keystone_not_found("project", call.captured[0]);
  return reply(200, json::Object{{"project", project_view(call, *project)}});
}

json::Object domain_view(const Call& call) {
  return json::Object{{"id", kDomainId},
                      {"name", kDomainName},
                      {"description", "The default domain"},
                      {"enabled", true},
                      {"links", links_to(call, "domains/default")}};
}

Answer list_domains(Call& call) {
  json::Array rows;
  if (is_wanted(call, std::string(kDomainName))) rows.push_back(domain_view(call));
  return collection(call, "domains", std::move(rows));
}

Answer show_domain(Call& call) {
  if (call.captured[0] != kDomainId) return keystone_not_found("domain", call.captured[0]);
  return reply(200, json::Object{{"domain", domain_view(call)}});
}

constexpr Route kRoutes[] = {
    {"GET", "v3/auth/projects", list_projects},
    {"GET", "v3/auth/domains", list_domains},
    {"GET", "v3/projects", list_projects},
    {"GET", "v3/projects/{}", show_project},
    {"GET", "v3/domains", list_domains},
    {"GET", "v3/domains/{}", show_domain},
    {"GET", "v3/users/{}/projects", list_projects},
};

}  // namespace

std::span<const Route> project_routes() {
  return kRoutes;
}

void add_project(Cloud& cloud, const std::string& name) {
  std::string id;
  for (const auto& [key, project] : cloud.state.projects)
    if (project.name == name) id = key;
  if (id.empty()) {
    id = new_id();
    std::erase(id, '-');  // Keystone's ids have no dashes
    cloud.state.projects.put({.id = id, .name = name, .description = ""});
  }
  if (model::default_group(cloud.state, id) != nullptr) return;
  model::SecurityGroup group;
  group.id = new_id();
  group.project_id = id;
  group.name = model::kDefaultGroup;
  group.description = "Default security group";
  group.created_at = group.updated_at = cloud.now();
  cloud.state.security_groups.put(group);
  for (model::SecurityGroupRule& rule : model::initial_rules(group, new_id, cloud.now()))
    cloud.state.security_group_rules.put(std::move(rule));
}

}  // namespace cloud::api
