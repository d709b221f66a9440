#include "cli/cloud.h"

namespace cli {

int cloud(const Arguments& arguments) {
  static const std::vector<Command> table = {
      {"up", "start it in the background", cloud_up},
      {"env", "print what an OpenStack client needs, for eval", cloud_env},
      {"status", "how to reach it, and which servers it has", cloud_status},
      {"down", "stop it; what was created stays for the next start", cloud_down},
      {"exec", "run a command inside a server", cloud_exec},
      {"shell", "be a host on a tenant network", cloud_shell},
      {"fault", "make requests fail on demand", cloud_fault},
      {"requests", "which requests it got, and what it answered", cloud_requests},
      {"drops", "what port security dropped, and why", cloud_drops},
  };
  return dispatch("holdfast cloud",
                  "An OpenStack-compatible cloud in one process, with real packets and enforced "
                  "port security.",
                  table, arguments);
}

}  // namespace cli
