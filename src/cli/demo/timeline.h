// The picture: one lane a VM (state, advertisements, announcements) and one for the client (who
// served each probe), drawn as SVG. Pure.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "cli/demo/observation.h"

namespace cli::demo {

// A stretch of time in which something held: "active", "backup", "off".
struct Stretch {
  Micros from{};
  Micros until{};
  std::string state;
};

struct Lane {
  std::string instance;    // "web/0"
  net::IpAddress address;  // source of its advertisements
  std::vector<Stretch> states;
  std::vector<Micros> announcements;
};

struct Mark {
  Micros at{};
  std::string label;
};

struct Timeline {
  std::vector<Lane> lanes;
  Observation seen;
  std::vector<Mark> marks;
};

// Text made safe for HTML and SVG, also inside attributes.
std::string markup(std::string_view text);

// One panel from `from` to `until`, `title` above it; a whole <svg> element for an HTML page or a
// file.
std::string panel_svg(const Timeline& timeline, Micros from, Micros until,
                      const std::string& title);

}  // namespace cli::demo
