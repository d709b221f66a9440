// Keystone v3: tokens made, shown and revoked.
#include <algorithm>

#include "cloud/api/authentication.h"
#include "cloud/api/keystone.h"

namespace cloud::api {

namespace {

constexpr model::Time kTokenLifetime = model::Time(24) * 3600;

json::Value domain_reference() {
  return json::Object{{"id", kDomainId}, {"name", kDomainName}};
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

constexpr Route kRoutes[] = {
    {"POST", "v3/auth/tokens", create_token, Access::Public},
    {"GET", "v3/auth/tokens", show_token},
    {"DELETE", "v3/auth/tokens", delete_token},
};

}  // namespace

std::span<const Route> token_routes() {
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

}  // namespace cloud::api
