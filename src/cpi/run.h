// The program: one request from standard input, one answer to standard output.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "cpi/error.h"
#include "json/value.h"

namespace cpi {

// The command line, in either of the styles of the existing CPIs:
// "cpi.json cacert.pem" or "-configFile=cpi.json -caCert=cacert.pem" ("--" too).
struct CommandLine {
  std::string config_file = {};
  std::string ca_file = {};
  bool wants_help = false;
  bool wants_version = false;
};
base::Result<CommandLine> read_command_line(std::span<const std::string> arguments);

// Everything but the process: the answer's JSON, always one.
std::string answer(std::string_view request, const CommandLine& line);

std::string to_json(const Result<json::Value>& result);

// The exit status; 0 whenever an answer was printed.
int run(std::span<const std::string> arguments);

}  // namespace cpi
