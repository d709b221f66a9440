// holdfast cloud shell: a host of your own on a tenant network.
#include <fmt/format.h>

#include "cli/cloud.h"
#include "cli/inside.h"
#include "cli/terminal.h"

namespace cli {

int cloud_shell(const Arguments& arguments) {
  int status = 0;
  const auto request = parse_inside(
      {.program = "holdfast cloud shell",
       .about = "A host of your own on a network of the embedded cloud, for as long as the "
                "command runs: a client's view.",
       .what = "NETWORK",
       .help = "its id or name",
       .footer = "Without a command it is your shell.\n\n"
                 "  holdfast cloud shell web-net curl -s http://10.0.0.50/"},
      arguments, status);
  if (!request) return status;
  const auto access = read_cloud_access(request->state_folder);
  if (!access) {
    complain(access.error());
    return kFailed;
  }
  CloudAdmin admin(*access);
  const auto shell = admin.call("POST", "shells", json::Object{{"network", request->what}});
  if (!shell) {
    complain(shell.error());
    return kFailed;
  }
  if (is_terminal(Stream::Errors))
    fmt::print(stderr, "{}\n",
               paint(Style::Dim,
                     fmt::format("you are {} on {}; it ends with the command",
                                 shell->text_or("ip", "a host"), request->what),
                     Stream::Errors));
  const auto pid = static_cast<pid_t>((*shell)["pid"].as_integer().value_or(-1));
  status = run_in_child(pid, request->command);
  const auto removed = admin.call("DELETE", "shells/" + shell->text_or("id", ""));
  if (!removed) complain(removed.error());
  return status;
}

}  // namespace cli
