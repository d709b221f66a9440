#include "cloud/api/keystone.h"

#include <fmt/format.h>

#include <algorithm>

namespace cloud::api {

std::unexpected<model::Refusal> keystone_not_found(std::string_view what, std::string_view id) {
  return model::refuse(404, "NotFound", fmt::format("Could not find {}: {}.", what, id));
}

const model::Grant* grant_on(const model::User& user, std::string_view project_id) {
  const auto found = std::ranges::find(user.grants, project_id, &model::Grant::project_id);
  return found == user.grants.end() ? nullptr : &*found;
}

json::Array role_references(const model::Texts& roles) {
  json::Array list;
  for (const std::string& role : roles)
    list.push_back(json::Object{{"id", "role-" + role}, {"name", role}});
  return list;
}

json::Object links_to(const Call& call, const std::string& path) {
  return json::Object{{"self", call.cloud.settings.base_url + "/identity/v3/" + path}};
}

http::Response collection(const Call& call, const std::string& name, json::Array rows) {
  return reply(200, json::Object{{name, std::move(rows)},
                                 {"links", json::Object{{"self", links_to(call, name)["self"]},
                                                        {"previous", nullptr},
                                                        {"next", nullptr}}}});
}

bool is_wanted(const Call& call, const std::string& name) {
  const std::string wanted = model::value_of(call.query, "name");
  return wanted.empty() || wanted == name;
}

}  // namespace cloud::api
