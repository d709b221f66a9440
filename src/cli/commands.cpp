#include "cli/commands.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>

#include "cli/terminal.h"
#include "text/place.h"

namespace cli {
namespace {

constexpr std::string_view kAbout =
    "Holdfast keeps an IP address where clients expect it when machines fail.";

// In the order in which somebody new meets them. One line a command; its function is declared in
// commands.h and defined in a file of the command's name.
const std::vector<Command>& table_of_commands() {
  static const std::vector<Command> table = {
      {"demo", "the main job on this machine: an address that survives its VM", demo_command},
      {"cloud", "an OpenStack of your own: start, look into, stop", cloud},
      {"plan", "show what a deployment would call, and what would go wrong", plan},
      {"deploy", "create or update the VMs of a BOSH manifest", deploy},
      {"instances", "list the instances of a deployment", instances},
      {"recreate", "delete VMs and create them again", recreate},
      {"delete-deployment", "delete all VMs of a deployment", delete_deployment},
      {"status", "what the agents on this machine do, and why", status},
      {"ctl", "drain, resign, reload and more: commands to an agent", ctl},
  };
  return table;
}

void help(std::string_view program, std::string_view about, std::span<const Command> table) {
  std::size_t widest = 0;
  for (const Command& command : table) widest = std::max(widest, command.name.size());
  fmt::print("{}\n\nUsage: {} COMMAND [OPTIONS]\n\n{}\n", about, program,
             paint(Style::Bold, "Commands:"));
  for (const Command& command : table)
    fmt::print("  {:{}}  {}\n", command.name, widest, command.summary);
  fmt::print("\n`{} COMMAND --help` explains one of them.\n", program);
}

}  // namespace

std::span<const Command> commands() {
  return table_of_commands();
}

int dispatch(std::string_view program, std::string_view about, std::span<const Command> table,
             const Arguments& arguments) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h" ||
      arguments[0] == "help") {
    help(program, about, table);
    return arguments.empty() ? kUsage : 0;
  }
  const auto found = std::ranges::find(table, arguments[0], &Command::name);
  if (found != table.end()) return found->run(Arguments(arguments.begin() + 1, arguments.end()));
  std::vector<std::string_view> names;
  for (const Command& command : table) names.push_back(command.name);
  const std::string_view near = text::nearest(arguments[0], names);
  complain({base::Kind::Invalid, fmt::format("{}: unknown command \"{}\"", program, arguments[0]),
            near.empty() ? fmt::format("{} --help lists the commands", program)
                         : fmt::format("did you mean `{} {}`?", program, near)});
  return kUsage;
}

int run(int argc, char** argv) {
  try {
    return dispatch("holdfast", kAbout, commands(), Arguments(argv + 1, argv + argc));
  } catch (const std::exception& error) {
    complain({base::Kind::Internal, fmt::format("holdfast: {}", error.what()),
              "this is a mistake in holdfast; please report it"});
    return kFailed;
  }
}

}  // namespace cli
