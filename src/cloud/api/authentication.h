// Keystone v3: from the identity and scope of POST /auth/tokens to who it is and what he may do.
#pragma once

#include <optional>
#include <string>

#include "cloud/api/cloud.h"

namespace cloud::api {

// Who proved what, before a scope is chosen.
struct Proof {
  model::User user;
  model::Texts methods;
  std::string project_id = {};  // an application credential is bound to one
  model::Texts roles = {};      // and may have fewer roles
  std::string application_credential_id = {};
  std::optional<model::Time> expires_at = {};  // no token lasts longer than this
};

model::Allowed<Proof> prove(const Cloud& cloud, const json::Value& identity);
model::Allowed<> choose_scope(const Cloud& cloud, const json::Value& auth, Proof& proof);

}  // namespace cloud::api
