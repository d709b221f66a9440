// How commands find a running embedded cloud: its state folder holds cloud.json, written when it is
// ready. And its admin API, which does what no OpenStack user may do: cut the power, show what was
// dropped.
#pragma once

#include <string>

#include "base/error.h"
#include "http/client.h"
#include "io/loop.h"
#include "json/value.h"
#include "openstack/session.h"

namespace cli {

struct CloudAccess {
  std::int64_t pid = 0;  // of holdfast-cloud
  std::string auth_url;
  std::string username;
  std::string password;
  std::string project;
  std::string domain;
  std::string region;
  std::string admin_url;
  std::string admin_token;
};

// $XDG_STATE_HOME/holdfast/cloud, or ~/.local/state/holdfast/cloud.
std::string default_cloud_folder();

// NotFound when no cloud was started there.
base::Result<CloudAccess> read_cloud_access(const std::string& state_folder);

// For openstack::Session and openstack::Blocking.
openstack::Options session_options(const CloudAccess& access);

class CloudAdmin {
 public:
  explicit CloudAdmin(CloudAccess access);

  // `path` is what follows /holdfast/v1/, such as "drops". Any status but 2xx is an error with the
  // cloud's own words.
  base::Result<json::Value> call(const std::string& method, const std::string& path,
                                 const json::Value& body = {});

 private:
  CloudAccess access_;
  io::Loop loop_;
  http::Client client_;
};

}  // namespace cli
