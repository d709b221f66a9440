// Keystone's request for a token, and what is read from its answer. Pure.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"
#include "openstack/session.h"

namespace openstack {

// "http://keystone:5000/v3" from auth_url with or without a version; version 2 is refused.
base::Result<std::string> identity_root(std::string_view auth_url);

json::Value token_request(const Credentials& credentials);

struct Endpoint {
  std::string type;       // "compute"
  std::string interface;  // "public"
  std::string region;
  std::string url;
};

struct Token {
  std::string id;  // a secret
  std::string project_id;
  std::vector<Endpoint> catalog;
};
base::Result<Token> read_token(std::string id, const json::Value& body);

// The URL that requests of this service start with, its version included ("…/v2.0").
base::Result<std::string> find_endpoint(const Token& token, Service service,
                                        std::string_view interface, std::string_view region);

}  // namespace openstack
