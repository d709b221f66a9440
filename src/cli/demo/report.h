// What the demo leaves behind: the rows of its summary, as plain cells for a terminal and as one
// HTML page with the time lines in it. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cli/demo/timeline.h"

namespace cli::demo {

// One event that moved the address.
struct Takeover {
  std::string event;   // "power loss of web/0"
  std::string before;  // who had the address
  std::string after;   // who took it
  Micros change{};     // when it first answered
  Outage outage;
  // Last advertisement of the one to the first of the other, beside what RFC 9568 6.1 says it
  // should be; nothing where no silence was waited for.
  std::optional<Micros> detection = std::nullopt;
  std::optional<Micros> theory = std::nullopt;
};

// What was expected and what was seen, for the checks that move no address.
struct Check {
  std::string what;
  bool held = false;
  std::string detail = {};
};

struct DropRow {
  std::string port;
  std::string address;
  std::string reason;
  std::int64_t packets = 0;
  std::string hint = {};  // what would let it pass
};

struct Report {
  std::string title;
  std::vector<Takeover> takeovers;
  std::vector<Check> checks;
  std::vector<DropRow> drops;
  Timeline timeline;
  Micros begin{};  // of the overview
  Micros end{};
};

std::string milliseconds(Micros time);  // "3612.4 ms"

// The cells of the summary, heads first.
std::vector<std::vector<std::string>> takeover_cells(const std::vector<Takeover>& takeovers);

std::string to_html(const Report& report);

}  // namespace cli::demo
