// The commands of `holdfast`: one function and one file a command, one line a command in the table
// of commands.cpp. A command with words of its own (`holdfast cloud up`) is a table again, handed
// to dispatch().
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// The words after the command's name.
using Arguments = std::vector<std::string>;

// Exit statuses: what was asked for failed; the question was wrong.
constexpr int kFailed = 1;
constexpr int kUsage = 2;

struct Command {
  std::string_view name;
  std::string_view summary;  // one line, lower case, no full stop
  int (*run)(const Arguments& arguments);
};

// The table of `holdfast` itself.
std::span<const Command> commands();

// Runs the command that the first argument names. Without one, or with --help, prints `about` and
// the table; an unknown word is answered with the nearest known one. `program` is what was typed so
// far: "holdfast", "holdfast cloud".
int dispatch(std::string_view program, std::string_view about, std::span<const Command> table,
             const Arguments& arguments);

// The whole of `holdfast`, for main(). No exception leaves it.
int run(int argc, char** argv);

int demo_command(const Arguments& arguments);
int cloud(const Arguments& arguments);
int plan(const Arguments& arguments);
int deploy(const Arguments& arguments);
int instances(const Arguments& arguments);
int recreate(const Arguments& arguments);
int delete_deployment(const Arguments& arguments);
int status(const Arguments& arguments);
int ctl(const Arguments& arguments);

}  // namespace cli
