// Keystone v3: tokens, the catalog, and as much of projects, domains and users as clients look up.
#include "cloud/api/identity.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cloud/model/security.h"

namespace cloud::api {

namespace {

constexpr model::Time kTokenLifetime = 24 * 3600;
constexpr std::string_view kDomainId = "default";
constexpr std::string_view kDomainName = "Default";

json::Value domain_reference() {
  return json::Object{{"id", kDomainId}, {"name", kDomainName}};
}

std::unexpected<model::Refusal> unauthorized() {
  return model::refuse(401, "Unauthorized", "The request you have made requires authentication.");
}

std::unexpected<model::Refusal> not_found(std::string_view what, std::string_view id) {
  return model::refuse(404, "NotFound", fmt::format("Could not find {}: {}.", what, id));
}

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
      // Block storage answers "not offered"; older SDKs create no server when the entry is missing.
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

json::Array role_references(const model::Texts& roles) {
  json::Array list;
  for (const std::string& role : roles)
    list.push_back(json::Object{{"id", "role-" + role}, {"name", role}});
  return list;
}

json::Object token_view(const Cloud& cloud, const Session& session, bool with_catalog) {
  json::Object token{
      {"methods", texts(session.token.methods)},
      {"user", json::Object{{"id", session.user.id},
                            {"name", session.user.name},
                            {"domain", domain_reference()},
                            {"password_expires_at", nullptr}}},
      {"audit_ids", json::Array{session.token.audit_id}},
      {"issued_at", iso_micro(session.token.issued_at)},
      {"expires_at", iso_micro(session.token.expires_at)},
  };
  if (session.project_id.empty()) return token;
  const model::Project* project = cloud.state.projects.find(session.project_id);
  token.set("project", json::Object{{"id", session.project_id},
                                    {"name", project == nullptr ? "" : project->name},
                                    {"domain", domain_reference()}});
  token.set("is_domain", false);
  token.set("roles", role_references(session.roles));
  if (!session.token.application_credential_id.empty())
    token.set("application_credential",
              json::Object{{"id", session.token.application_credential_id}, {"restricted", true}});
  if (with_catalog) token.set("catalog", catalog(cloud, session.project_id));
  return token;
}

const model::Grant* grant_on(const model::User& user, std::string_view project_id) {
  const auto found = std::ranges::find(user.grants, project_id, &model::Grant::project_id);
  return found == user.grants.end() ? nullptr : &*found;
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

// Who proved what, before a scope is chosen.
struct Proof {
  model::User user;
  model::Texts methods;
  std::string project_id = {};  // an application credential is bound to one
  model::Texts roles = {};      // and may have fewer roles
  std::string application_credential_id = {};
  std::optional<model::Time> expires_at = {};  // no token lasts longer than this
};

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

Answer create_token(Call& call) {
  const json::Value& auth = call.body["auth"];
  if (auth.as_object() == nullptr)
    return model::refuse(400, "SchemaValidationError",
                         "Expecting to find auth in request body. The server could not comply with "
                         "the request since it is either malformed or otherwise incorrect.");
  auto proof = prove(call.cloud, auth["identity"]);
  if (!proof) return std::unexpected(proof.error());
  if (auto scoped = choose_scope(call.cloud, auth, *proof); !scoped)
    return std::unexpected(scoped.error());
  model::Token token;
  token.id = new_secret();
  token.user_id = proof->user.id;
  token.project_id = proof->project_id;
  token.application_credential_id = proof->application_credential_id;
  token.methods = proof->methods;
  token.audit_id = new_id();
  token.issued_at = call.cloud.now();
  token.expires_at = token.issued_at + kTokenLifetime;
  if (proof->expires_at) token.expires_at = std::min(token.expires_at, *proof->expires_at);
  call.state().tokens.put(token);
  const auto session = session_of(call.cloud, token.id);
  const bool with_catalog = model::values_of(call.query, "nocatalog").empty();
  http::Response response =
      reply(201, json::Object{{"token", token_view(call.cloud, *session, with_catalog)}});
  response.headers.set("X-Subject-Token", token.id);
  return response;
}

// The token that X-Subject-Token names, if the caller may know about it.
model::Allowed<Session> subject(Call& call) {
  const std::string_view id = call.request.headers.find("X-Subject-Token");
  auto session = session_of(call.cloud, id);
  const bool may_see =
      session && (call.session->is_admin || session->user.id == call.session->user.id);
  if (!may_see) return model::refuse(404, "TokenNotFound", "Could not find token.");
  return *std::move(session);
}

Answer show_token(Call& call) {
  auto session = subject(call);
  if (!session) return std::unexpected(session.error());
  const bool with_catalog = model::values_of(call.query, "nocatalog").empty();
  http::Response response =
      reply(200, json::Object{{"token", token_view(call.cloud, *session, with_catalog)}});
  response.headers.set("X-Subject-Token", session->token.id);
  return response;
}

Answer delete_token(Call& call) {
  auto session = subject(call);
  if (!session) return std::unexpected(session.error());
  call.state().tokens.erase(session->token.id);
  return reply(204);
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

// Keystone ignores what it does not know; these are the filters that clients use.
bool is_wanted(const Call& call, const std::string& name) {
  const std::string wanted = model::value_of(call.query, "name");
  return wanted.empty() || wanted == name;
}

Answer show_catalog(Call& call) {
  return reply(200, json::Object{{"catalog", catalog(call.cloud, call.project())},
                                 {"links", links_to(call, "auth/catalog")}});
}

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
    return not_found("project", call.captured[0]);
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
  if (call.captured[0] != kDomainId) return not_found("domain", call.captured[0]);
  return reply(200, json::Object{{"domain", domain_view(call)}});
}

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
  if (user == nullptr || !may_see_user(call, *user)) return not_found("user", call.captured[0]);
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

// ---- application credentials

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
    return not_found("application credential", call.captured[1]);
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

// ---- versions

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
    {"POST", "v3/auth/tokens", create_token, Access::Public},
    {"GET", "v3/auth/tokens", show_token},
    {"DELETE", "v3/auth/tokens", delete_token},
    {"GET", "v3/auth/catalog", show_catalog},
    {"GET", "v3/auth/projects", list_projects},
    {"GET", "v3/auth/domains", list_domains},
    {"GET", "v3/projects", list_projects},
    {"GET", "v3/projects/{}", show_project},
    {"GET", "v3/domains", list_domains},
    {"GET", "v3/domains/{}", show_domain},
    {"GET", "v3/users", list_users},
    {"GET", "v3/users/{}", show_user},
    {"GET", "v3/users/{}/projects", list_projects},
    {"GET", "v3/roles", list_roles},
    {"GET", "v3/users/{}/application_credentials", list_application_credentials},
    {"POST", "v3/users/{}/application_credentials", create_application_credential},
    {"GET", "v3/users/{}/application_credentials/{}", show_application_credential},
    {"DELETE", "v3/users/{}/application_credentials/{}", delete_application_credential},
};

}  // namespace

std::span<const Route> identity_routes() {
  return kRoutes;
}

std::optional<Session> session_of(const Cloud& cloud, std::string_view id) {
  const model::Token* token = id.empty() ? nullptr : cloud.state.tokens.find(id);
  if (token == nullptr || token->expires_at <= cloud.now()) return std::nullopt;
  const model::User* user = cloud.state.users.find(token->user_id);
  if (user == nullptr) return std::nullopt;
  Session session{.token = *token, .user = *user, .project_id = token->project_id, .roles = {}};
  if (const model::Grant* grant = grant_on(*user, token->project_id)) session.roles = grant->roles;
  if (!token->application_credential_id.empty()) {
    const auto* credential =
        cloud.state.application_credentials.find(token->application_credential_id);
    if (credential == nullptr) return std::nullopt;
    session.roles = credential->roles;
  }
  session.is_admin = std::ranges::find(session.roles, "admin") != session.roles.end();
  return session;
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
