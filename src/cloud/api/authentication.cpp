#include "cloud/api/authentication.h"

#include "base/text.h"
#include "cloud/api/keystone.h"

namespace cloud::api {

namespace {

std::unexpected<model::Refusal> unauthorized() {
  return model::refuse(401, "Unauthorized", "The request you have made requires authentication.");
}

// Only the one domain exists; a reference to it is right by id or by name.
bool is_our_domain(const json::Value& domain) {
  if (domain.is_null()) return true;
  const std::string id = domain.text_or("id", "");
  const std::string name = domain.text_or("name", "");
  return id.empty() ? base::equals_ignoring_case(name, kDomainName) : id == kDomainId;
}

const model::User* user_named(const Cloud& cloud, const json::Value& wanted) {
  const std::string id = wanted.text_or("id", "");
  if (!id.empty()) return cloud.state.users.find(id);
  if (!is_our_domain(wanted["domain"])) return nullptr;
  for (const auto& [key, user] : cloud.state.users)
    if (user.name == wanted.text_or("name", "")) return &user;
  return nullptr;
}

const model::Project* project_named(const Cloud& cloud, const json::Value& wanted) {
  const std::string id = wanted.text_or("id", "");
  if (!id.empty()) return cloud.state.projects.find(id);
  if (!is_our_domain(wanted["domain"])) return nullptr;
  for (const auto& [key, project] : cloud.state.projects)
    if (project.name == wanted.text_or("name", "")) return &project;
  return nullptr;
}

model::Allowed<Proof> prove_password(const Cloud& cloud, const json::Value& identity) {
  const json::Value& wanted = identity["password"]["user"];
  const model::User* user = user_named(cloud, wanted);
  const std::string* password = wanted["password"].as_string();
  if (user == nullptr || password == nullptr || *password != user->password) return unauthorized();
  return Proof{.user = *user, .methods = {"password"}};
}

model::Allowed<Proof> prove_token(const Cloud& cloud, const json::Value& identity) {
  const auto session = session_of(cloud, identity["token"].text_or("id", ""));
  // Keystone: a token of an application credential cannot be exchanged for another scope.
  if (!session || !session->token.application_credential_id.empty()) return unauthorized();
  return Proof{
      .user = session->user, .methods = {"token"}, .expires_at = session->token.expires_at};
}

model::Allowed<Proof> prove_application_credential(const Cloud& cloud,
                                                   const json::Value& identity) {
  const json::Value& wanted = identity["application_credential"];
  const std::string id = wanted.text_or("id", "");
  const model::User* owner = id.empty() ? user_named(cloud, wanted["user"]) : nullptr;
  for (const auto& [key, credential] : cloud.state.application_credentials) {
    const bool is_meant = id.empty() ? owner != nullptr && credential.user_id == owner->id &&
                                           credential.name == wanted.text_or("name", "")
                                     : key == id;
    if (!is_meant) continue;
    const model::User* user = cloud.state.users.find(credential.user_id);
    const std::string* secret = wanted["secret"].as_string();
    const bool has_expired = credential.expires_at && *credential.expires_at <= cloud.now();
    if (user == nullptr || secret == nullptr || *secret != credential.secret || has_expired) break;
    return Proof{.user = *user,
                 .methods = {"application_credential"},
                 .project_id = credential.project_id,
                 .roles = credential.roles,
                 .application_credential_id = key,
                 .expires_at = credential.expires_at};
  }
  return unauthorized();
}

}  // namespace

model::Allowed<Proof> prove(const Cloud& cloud, const json::Value& identity) {
  const json::Array* methods = identity["methods"].as_array();
  if (methods == nullptr || methods->empty())
    return model::refuse(400, "SchemaValidationError",
                         "Expecting to find methods in identity. The server could not comply with "
                         "the request since it is either malformed or otherwise incorrect.");
  const std::string* method = methods->front().as_string();
  if (method != nullptr && *method == "password") return prove_password(cloud, identity);
  if (method != nullptr && *method == "token") return prove_token(cloud, identity);
  if (method != nullptr && *method == "application_credential")
    return prove_application_credential(cloud, identity);
  return model::refuse(401, "AuthMethodNotSupported",
                       "Attempted to authenticate with an unsupported method.");
}

model::Allowed<> choose_scope(const Cloud& cloud, const json::Value& auth, Proof& proof) {
  const json::Value& scope = auth["scope"];
  if (!proof.project_id.empty()) {
    if (scope.is_null()) return {};
    return model::refuse(401, "Unauthorized", "Application credentials cannot request a scope.");
  }
  const bool is_unscoped = scope.as_string() != nullptr && *scope.as_string() == "unscoped";
  if (is_unscoped || (scope.is_null() && proof.user.grants.empty())) return {};
  if (scope.is_null()) {  // the user's default project
    proof.project_id = proof.user.grants.front().project_id;
    proof.roles = proof.user.grants.front().roles;
    return {};
  }
  if (scope["project"].is_null())
    return model::refuse(401, "Unauthorized",
                         "Only projects can be a scope: the embedded cloud has no roles on domains "
                         "or the system.");
  const model::Project* project = project_named(cloud, scope["project"]);
  const model::Grant* grant = project == nullptr ? nullptr : grant_on(proof.user, project->id);
  if (grant == nullptr) return unauthorized();
  proof.project_id = project->id;
  proof.roles = grant->roles;
  return {};
}

}  // namespace cloud::api
