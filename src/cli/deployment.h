// What the commands about deployments share: their options, and how they tell what happens.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/error.h"
#include "bosh/report.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "deploy/deploy.h"

namespace cli {

// Options of every command that starts the CPI.
struct CpiChoice {
  std::string command;  // with its arguments, as typed
  int deadline_seconds = 900;
  void declare(Options& options);
  // A program without '/' is looked for beside this one first, then in PATH.
  base::Result<deploy::Options> choose() const;
};

// The state file that is meant: `given`, or the only "*-state.json" of this folder.
base::Result<std::string> find_state(const std::string& given);

// Words as a shell makes them, with '…' and "…" around what has spaces.
base::Result<std::vector<std::string>> split_command(std::string_view text);

// Everything found in the files, on standard error. False when the command cannot go on.
bool show(const bosh::Report& report);

// Runs the plan with an account of it on the terminal; the exit status. Ctrl-C ends it between two
// steps, a second one at once. Without an account only errors are printed, on standard error.
enum class Telling { Account, Nothing };
int carry_out(const bosh::Plan& plan, deploy::StateFile& file, deploy::Options options,
              Telling telling = Telling::Account);

}  // namespace cli
