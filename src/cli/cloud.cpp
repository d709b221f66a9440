#include "cli/cloud.h"

namespace cli {

int cloud(const Arguments& arguments) {
  static const std::vector<Command> table = {
      {"exec", "run a command inside a server", cloud_exec},
      {"shell", "be a host on a tenant network", cloud_shell},
      {"drops", "what port security dropped, and why", cloud_drops},
  };
  return dispatch("holdfast cloud",
                  "An OpenStack-compatible cloud in one process, with real packets and enforced "
                  "port security.",
                  table, arguments);
}

}  // namespace cli
