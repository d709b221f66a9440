// holdfast cloud drops: what port security dropped, where and why, and what would let it pass.
#include <fmt/format.h>

#include "cli/cloud.h"
#include "cli/cloud_access.h"
#include "cli/drop_hint.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace cli {
namespace {

// A port has a name or not.
std::string port_of(const json::Value& drop) {
  const std::string port = drop.text_or("port", "");
  return port.empty() ? drop.text_or("port_id", "-") : port;
}

void show(const json::Array& drops) {
  Table table({"PORT", "SERVER", "ADDRESS", "REASON", "PACKETS", "WHAT WOULD LET IT PASS"});
  for (const json::Value& drop : drops) {
    const json::Array* details = drop["details"].as_array();
    const bool has_details = details != nullptr && !details->empty();
    const auto row = [&](const json::Value& detail, const json::Value& counted) {
      table.row({port_of(drop), drop.text_or("server", "-"), drop.text_or("address", "-"),
                 drop.text_or("reason", "-"),
                 std::to_string(counted["packets"].as_integer().value_or(0)),
                 drop_hint(drop, detail)});
    };
    if (!has_details) row({}, drop);
    for (std::size_t i = 0; has_details && i < details->size(); ++i)
      row((*details)[i], (*details)[i]);
  }
  fmt::print("{}", table.render());
}

}  // namespace

int cloud_drops(const Arguments& arguments) {
  std::string state_folder = default_cloud_folder();
  bool is_json = false;
  Options options("holdfast cloud drops",
                  "Shows what port security dropped, at which port, why, and what would let it "
                  "pass.");
  options.value("--state", state_folder, "DIR", "where the cloud keeps its state");
  options.flag("--json", is_json, "for programs");
  if (const auto status = options.parse(arguments)) return *status;
  const auto access = read_cloud_access(state_folder);
  const auto answer =
      access ? CloudAdmin(*access).call("GET", "drops") : std::unexpected(access.error());
  if (!answer) {
    complain(answer.error());
    return kFailed;
  }
  if (is_json) {
    fmt::print("{}\n", json::dump_pretty(*answer));
    return 0;
  }
  const json::Array* drops = (*answer)["drops"].as_array();
  if (drops == nullptr || drops->empty())
    fmt::print("Nothing was dropped.\n");
  else
    show(*drops);
  return 0;
}

}  // namespace cli
