// Tokens and who they stand for, and what Keystone's resources have in common.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "cloud/api/cloud.h"

namespace cloud::api {

// Nothing when the token is unknown or has expired.
std::optional<Session> session_of(const Cloud& cloud, std::string_view token);

// A project, its default security group, a user with these roles on it; each only when missing.
void add_project(Cloud& cloud, const std::string& name);
struct NewUser {
  std::string name;
  std::string password;
  std::string project;
  model::Texts roles;
};
void add_user(Cloud& cloud, const NewUser& user);

// ---- for the handlers

inline constexpr std::string_view kDomainId = "default";
inline constexpr std::string_view kDomainName = "Default";

std::unexpected<model::Refusal> keystone_not_found(std::string_view what, std::string_view id);

// What the user may do in that project, if anything.
const model::Grant* grant_on(const model::User& user, std::string_view project_id);
json::Array role_references(const model::Texts& roles);

json::Array catalog(const Cloud& cloud, const std::string& project_id);

json::Object links_to(const Call& call, const std::string& path);
http::Response collection(const Call& call, const std::string& name, json::Array rows);
// Keystone ignores what it does not know; these are the filters that clients use.
bool is_wanted(const Call& call, const std::string& name);

}  // namespace cloud::api
