// What a server's user data say, as a BOSH agent reads them: its networks, and the instance with
// its jobs that the deployer put into the environment (`env.holdfast`). Pure; the text is hostile.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/error.h"
#include "net/ip_address.h"
#include "net/mac_address.h"

namespace cloud::guest {

struct NetworkSettings {
  std::string name;
  std::optional<net::MacAddress> mac = std::nullopt;
  std::optional<net::IpAddress> address = std::nullopt;
  std::optional<int> prefix_length = std::nullopt;
  std::optional<net::IpAddress> gateway = std::nullopt;
  bool has_default_gateway = false;  // "default": ["gateway", …]
};

struct Job {
  std::string name;
  std::vector<std::string> command;                        // never empty
  std::vector<std::pair<std::string, std::string>> files;  // path below /run/vcap, content
  std::vector<std::pair<std::string, std::string>> environment;
};

struct Settings {
  std::string instance;  // "web/0"; empty when a Director or another client made the server
  std::vector<NetworkSettings> networks;  // those of type vip are not the guest's affair
  std::vector<Job> jobs;
};

// The error says what is wrong with the text, and never quotes it.
base::Result<Settings> read_user_data(std::string_view text);

// Whether a job may put a file there: an absolute path below /run/vcap that stays there.
bool is_job_path(std::string_view path);

}  // namespace cloud::guest
