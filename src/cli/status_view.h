// The text of `holdfast status`: what an agent answered, for people. Pure but for colours.
#pragma once

#include <span>
#include <string>

#include "json/value.h"

namespace cli {

struct StatusView {
  std::size_t width = 100;  // of the terminal; longer sentences are wrapped
  bool has_details =
      false;               // all about every instance; otherwise where it matters, or few are there
  std::string agent = {};  // named when more than one runs here
};

// `agent` and `instances` as docs/control.md describes them.
std::string render_status(const json::Value& agent, std::span<const json::Value> instances,
                          const StatusView& view);

}  // namespace cli
