// holdfast cloud env: what OpenStack clients read from their environment.
#include <fmt/format.h>

#include <utility>
#include <vector>

#include "cli/cloud.h"
#include "cli/cloud_process.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace cli {
namespace {

// For a POSIX shell, whatever the text holds.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : text) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

}  // namespace

int cloud_env(const Arguments& arguments) {
  std::string state = default_cloud_folder();
  Options options("holdfast cloud env",
                  "Prints the OS_* variables that OpenStack clients read: eval \"$(holdfast cloud "
                  "env)\"");
  options.value("--state", state, "DIR", "where the cloud keeps its state");
  if (const auto status = options.parse(arguments)) return *status;
  const auto access = running_cloud(state);
  if (!access) {
    complain(access.error());
    return kFailed;
  }
  const std::vector<std::pair<std::string_view, std::string>> variables = {
      {"OS_AUTH_URL", access->auth_url},       {"OS_USERNAME", access->username},
      {"OS_PASSWORD", access->password},       {"OS_PROJECT_NAME", access->project},
      {"OS_USER_DOMAIN_NAME", access->domain}, {"OS_PROJECT_DOMAIN_NAME", access->domain},
      {"OS_REGION_NAME", access->region},      {"OS_IDENTITY_API_VERSION", "3"},
  };
  // What is left over from another cloud would win or confuse.
  fmt::print(
      "unset OS_CLOUD OS_TOKEN OS_PROJECT_ID OS_TENANT_NAME OS_TENANT_ID "
      "OS_APPLICATION_CREDENTIAL_ID OS_APPLICATION_CREDENTIAL_SECRET OS_AUTH_TYPE\n");
  for (const auto& [name, value] : variables) fmt::print("export {}={}\n", name, quoted(value));
  return 0;
}

}  // namespace cli
