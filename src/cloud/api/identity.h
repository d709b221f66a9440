// Tokens and who they stand for.
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

}  // namespace cloud::api
