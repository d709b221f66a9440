// holdfast cloud exec: a command inside a server of the embedded cloud.
#include <fmt/format.h>

#include "cli/cloud.h"
#include "cli/inside.h"
#include "cli/terminal.h"

namespace cli {
namespace {

base::Result<pid_t> process_of(const InsideRequest& request) {
  const auto access = read_cloud_access(request.state_folder);
  if (!access) return std::unexpected(access.error());
  const auto id = find_server_id(*access, request.what);
  if (!id) return std::unexpected(id.error());
  const auto process = CloudAdmin(*access).call("GET", fmt::format("servers/{}/process", *id));
  if (!process) return std::unexpected(process.error());
  const auto pid = (*process)["pid"].as_integer();
  if (!pid) return base::fail(base::Kind::Conflict, fmt::format("{} does not run", request.what));
  return static_cast<pid_t>(*pid);
}

}  // namespace

int cloud_exec(const Arguments& arguments) {
  int status = 0;
  const auto request = parse_inside(
      {.program = "holdfast cloud exec",
       .about = "Runs a command inside a server of the embedded cloud: in its network, its "
                "processes, its /run.",
       .what = "SERVER",
       .help = "its id, its name, or the instance's, such as web/0",
       .footer = "Without a command it is your shell.\n\n  holdfast cloud exec web/0 ip address\n"
                 "  holdfast cloud exec web/0 tcpdump -ni eth0 vrrp or arp"},
      arguments, status);
  if (!request) return status;
  const auto pid = process_of(*request);
  if (!pid) {
    complain(pid.error());
    return kFailed;
  }
  return run_in_child(*pid, request->command);
}

}  // namespace cli
