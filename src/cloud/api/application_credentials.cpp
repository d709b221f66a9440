// Keystone v3: application credentials, with which programs log in as their user.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/api/keystone.h"

namespace cloud::api {

namespace {

json::Object credential_view(const Call& call, const model::ApplicationCredential& credential) {
  return json::Object{
      {"id", credential.id},
      {"name", credential.name},
      {"description", credential.description},
      {"user_id", credential.user_id},
      {"project_id", credential.project_id},
      {"roles", role_references(credential.roles)},
      {"unrestricted", false},
      {"expires_at",
       credential.expires_at ? json::Value(iso_micro(*credential.expires_at)) : json::Value()},
      {"links", links_to(call, fmt::format("users/{}/application_credentials/{}",
                                           credential.user_id, credential.id))}};
}

model::Allowed<> is_own_user(const Call& call) {
  if (call.captured[0] == call.session->user.id) return {};
  return model::refuse(403, "ForbiddenAction",
                       "You are not authorized to perform the requested action: application "
                       "credentials belong to their user.");
}

Answer create_application_credential(Call& call) {
  if (auto own = is_own_user(call); !own) return std::unexpected(own.error());
  const json::Value& sent = call.body["application_credential"];
  model::ApplicationCredential credential;
  credential.id = base::to_lower(new_id());
  std::erase(credential.id, '-');
  credential.name = sent.text_or("name", "");
  credential.description = sent.text_or("description", "");
  credential.secret = sent.text_or("secret", "");
  credential.user_id = call.session->user.id;
  credential.project_id = call.project();
  credential.roles = call.session->roles;
  if (credential.name.empty() || credential.project_id.empty())
    return model::refuse(400, "SchemaValidationError",
                         "An application credential needs a name, and a token with a project.");
  if (!sent["expires_at"].is_null())
    return model::refuse(501, "NotImplemented",
                         "expires_at of application credentials is not supported yet; leave it "
                         "out and delete the credential when it is no longer needed.");
  for (const auto& [id, other] : call.state().application_credentials)
    if (other.user_id == credential.user_id && other.name == credential.name)
      return model::refuse(409, "Conflict",
                           fmt::format("Conflict occurred attempting to store application "
                                       "credential - Duplicate entry found with name {}.",
                                       credential.name));
  if (const json::Array* roles = sent["roles"].as_array()) {
    std::erase_if(credential.roles, [&](const std::string& role) {
      return std::ranges::none_of(*roles, [&](const json::Value& wanted) {
        return wanted.text_or("name", "") == role || wanted.text_or("id", "") == "role-" + role;
      });
    });
  }
  if (credential.secret.empty()) credential.secret = new_secret();
  call.state().application_credentials.put(credential);
  json::Object view = credential_view(call, credential);
  view.set("secret", credential.secret);  // shown this once
  return reply(201, json::Object{{"application_credential", std::move(view)}});
}

Answer list_application_credentials(Call& call) {
  if (auto own = is_own_user(call); !own) return std::unexpected(own.error());
  json::Array rows;
  for (const auto& [id, credential] : call.state().application_credentials)
    if (credential.user_id == call.captured[0] && is_wanted(call, credential.name))
      rows.push_back(credential_view(call, credential));
  return collection(call, "application_credentials", std::move(rows));
}

model::Allowed<model::ApplicationCredential> own_credential(Call& call) {
  if (auto own = is_own_user(call); !own) return std::unexpected(own.error());
  const auto* credential = call.state().application_credentials.find(call.captured[1]);
  if (credential == nullptr || credential->user_id != call.captured[0])
    return keystone_not_found("application credential", call.captured[1]);
  return *credential;
}

Answer show_application_credential(Call& call) {
  auto credential = own_credential(call);
  if (!credential) return std::unexpected(credential.error());
  return reply(200, json::Object{{"application_credential", credential_view(call, *credential)}});
}

Answer delete_application_credential(Call& call) {
  auto credential = own_credential(call);
  if (!credential) return std::unexpected(credential.error());
  call.state().application_credentials.erase(credential->id);
  std::vector<std::string> tokens;
  for (const auto& [id, token] : call.state().tokens)
    if (token.application_credential_id == credential->id) tokens.push_back(id);
  for (const std::string& id : tokens) call.state().tokens.erase(id);
  return reply(204);
}

constexpr Route kRoutes[] = {
    {"GET", "v3/users/{}/application_credentials", list_application_credentials},
    {"POST", "v3/users/{}/application_credentials", create_application_credential},
    {"GET", "v3/users/{}/application_credentials/{}", show_application_credential},
    {"DELETE", "v3/users/{}/application_credentials/{}", delete_application_credential},
};

}  // namespace

std::span<const Route> application_credential_routes() {
  return kRoutes;
}

}  // namespace cloud::api
