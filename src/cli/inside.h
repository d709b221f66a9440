// What `holdfast cloud exec` and `holdfast cloud shell` share.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "cli/cloud_access.h"
#include "cli/commands.h"

namespace cli {

// "[OPTIONS] WHAT [COMMAND…]": options of ours end at the first word that is none, so that the
// command's own need no quoting.
struct InsideRequest {
  std::string state_folder;
  std::string what;
  std::vector<std::string> command;  // a shell when none was given
};
struct InsideWords {
  std::string_view program;
  std::string_view about;
  std::string_view what;  // "SERVER"
  std::string_view help;  // of it
  std::string_view footer;
};
// Nothing when the command line was wrong or asked for help; `status` is then the exit status.
std::optional<InsideRequest> parse_inside(const InsideWords& words, const Arguments& arguments,
                                          int& status);

// start_inside() to its end; the exit status. The terminal's signals are for the command.
int run_in_child(pid_t pid, const std::vector<std::string>& command);

// A server by id, by name, or by the instance name that a deployer wrote into its metadata
// ("web/0").
base::Result<std::string> find_server_id(const CloudAccess& access, const std::string& name);

}  // namespace cli
