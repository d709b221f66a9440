// Keystone v3: users and roles.
#include "cloud/api/keystone.h"

namespace cloud::api {

namespace {

json::Object user_view(const Call& call, const model::User& user) {
  json::Object view{{"id", user.id},
                    {"name", user.name},
                    {"domain_id", kDomainId},
                    {"enabled", true},
                    {"password_expires_at", nullptr},
                    {"options", json::Object{}},
                    {"links", links_to(call, "users/" + user.id)}};
  if (!user.grants.empty()) view.set("default_project_id", user.grants.front().project_id);
  return view;
}

bool may_see_user(const Call& call, const model::User& user) {
  return call.session->is_admin || call.session->user.id == user.id;
}

Answer list_users(Call& call) {
  json::Array rows;
  for (const auto& [id, user] : call.state().users)
    if (may_see_user(call, user) && is_wanted(call, user.name))
      rows.push_back(user_view(call, user));
  return collection(call, "users", std::move(rows));
}

Answer show_user(Call& call) {
  const model::User* user = call.state().users.find(call.captured[0]);
  if (user == nullptr || !may_see_user(call, *user))
    return keystone_not_found("user", call.captured[0]);
  return reply(200, json::Object{{"user", user_view(call, *user)}});
}

Answer list_roles(Call& call) {
  json::Array rows;
  for (const char* role : {"admin", "member", "reader"})
    if (is_wanted(call, role))
      rows.push_back(json::Object{
          {"id", std::string("role-") + role}, {"name", role}, {"domain_id", nullptr}});
  return collection(call, "roles", std::move(rows));
}

constexpr Route kRoutes[] = {
    {"GET", "v3/users", list_users},
    {"GET", "v3/users/{}", show_user},
    {"GET", "v3/roles", list_roles},
};

}  // namespace

std::span<const Route> user_routes() {
  return kRoutes;
}

void add_user(Cloud& cloud, const NewUser& wanted) {
  for (const auto& [id, user] : cloud.state.users)
    if (user.name == wanted.name) return;
  model::User user;
  user.id = new_id();
  std::erase(user.id, '-');
  user.name = wanted.name;
  user.password = wanted.password;
  for (const auto& [id, project] : cloud.state.projects)
    if (project.name == wanted.project) user.grants.push_back({id, wanted.roles});
  cloud.state.users.put(user);
}

}  // namespace cloud::api
