// holdfast cloud status: how to reach the cloud, and which servers it has.
#include <fmt/format.h>

#include "base/text.h"
#include "cli/cloud.h"
#include "cli/cloud_process.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace cli {
namespace {

void show(const CloudAccess& access, const std::string& state, const json::Array& servers) {
  fmt::print("{}  process {}, state in {}\n", access.auth_url, access.pid, state);
  if (servers.empty()) {
    fmt::print("No servers.\n");
    return;
  }
  Table table({"SERVER", "STATUS", "ADDRESSES", "ID"});
  for (const json::Value& server : servers) {
    std::vector<std::string> addresses;
    for (std::size_t i = 0; !server["addresses"].at(i).is_null(); ++i)
      addresses.push_back(*server["addresses"].at(i).as_string());
    const bool* is_frozen = server["frozen"].as_bool();
    table.row(
        {server.text_or("name", ""),
         server.text_or("status", "") + (is_frozen != nullptr && *is_frozen ? " (frozen)" : ""),
         base::join(addresses, ", "), server.text_or("id", "")});
  }
  fmt::print("{}", table.render());
}

}  // namespace

int cloud_status(const Arguments& arguments) {
  std::string state = default_cloud_folder();
  bool is_json = false;
  Options options("holdfast cloud status",
                  "Shows how to reach the cloud and which servers it has. The exit status is 1 "
                  "when it does not run.");
  options.value("--state", state, "DIR", "where the cloud keeps its state");
  options.flag("--json", is_json, "for programs");
  if (const auto status = options.parse(arguments)) return *status;
  const auto access = running_cloud(state);
  const auto answer =
      access ? CloudAdmin(*access).call("GET", "servers") : std::unexpected(access.error());
  if (!answer) {
    complain(answer.error());
    return kFailed;
  }
  const json::Array* servers = (*answer)["servers"].as_array();
  if (is_json)
    fmt::print("{}\n", json::dump_pretty(json::Object{{"auth_url", access->auth_url},
                                                      {"pid", access->pid},
                                                      {"state", state},
                                                      {"servers", (*answer)["servers"]}}));
  else
    show(*access, state, servers == nullptr ? json::Array{} : *servers);
  return 0;
}

}  // namespace cli
