// The directory in which one embedded cloud keeps everything: cloud.db, cloud.json, openrc,
// consoles/, images/ and the lock that keeps a second one out.
#pragma once

#include <string>

#include "base/error.h"
#include "io/descriptor.h"
#include "json/value.h"

namespace cloud::api {

struct StateDirectory {
  std::string path;
  io::Descriptor lock;  // held as long as the server lives

  std::string file(const std::string& name) const { return path + "/" + name; }
};

// Creates it (0700) with its folders. Kind::Conflict when another server uses it.
base::Result<StateDirectory> open_state_directory(const std::string& path);

// The whole text or the old one, never half; readable by its owner only.
base::Result<> write_atomically(const std::string& path, const std::string& text);

// What a client needs, as cloud.json.
struct ClientAccess {
  std::string auth_url;
  std::string username;
  std::string password;
  std::string project;
  std::string domain;
  std::string region;
  std::string admin_url;
  std::string admin_token;
};
base::Result<> write_access(const StateDirectory& directory, const ClientAccess& access);
void remove_access(const StateDirectory& directory);

}  // namespace cloud::api
