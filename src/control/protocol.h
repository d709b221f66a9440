// The words between holdfastd and those who ask it: one JSON object a line, both ways. A connection
// may carry many requests, one after the other. docs/control.md describes requests and answers.
//
//   → {"do":"status","instance":"VI_1"}
//   ← {"agent":{…}}  {"instance":{…}}  {"end":{"instances":1}}
//   → {"do":"drain"}
//   ← {"done":{"drain":["VI_1"]}}          or {"error":{"what":"…","hint":"…"}}
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "base/log.h"

namespace control {

// A request with its line feed may be this long; whatever is longer is no request.
inline constexpr std::size_t kRequestLimit = 4096;

enum class Verb { Status, Drain, Undrain, Resign, Garp, Reload, Log };
std::string_view name(Verb verb);  // "drain"

struct Request {
  Verb verb = Verb::Status;
  std::string instance = {};                        // or a sync group; empty: all
  base::log::Level level = base::log::Level::Info;  // Log

  bool operator==(const Request&) const = default;
};

// Anybody's bytes; unknown members are ignored, so that a newer client may say more.
base::Result<Request> parse_request(std::string_view line);
std::string to_line(const Request& request);  // with its line feed

// "debug", "info", "warning", "error".
base::Result<base::log::Level> parse_level(std::string_view word);
std::string_view name(base::log::Level level);

// Where agents put their sockets, and where to look for them: the first that can be written.
std::vector<std::string> directories();
inline constexpr std::string_view kSuffix = ".sock";
inline constexpr std::string_view kDefaultName = "holdfastd";

}  // namespace control
