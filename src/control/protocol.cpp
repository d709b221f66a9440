#include "control/protocol.h"

#include <fmt/format.h>

#include <array>
#include <cstdlib>

#include "json/value.h"
#include "text/place.h"

namespace control {
namespace {

constexpr std::array kVerbs{Verb::Status, Verb::Drain,  Verb::Undrain, Verb::Resign,
                            Verb::Garp,   Verb::Reload, Verb::Log};
constexpr std::array kLevels{base::log::Level::Debug, base::log::Level::Info,
                             base::log::Level::Warning, base::log::Level::Error};

template <typename T, std::size_t N>
base::Result<T> one_of(const std::array<T, N>& all, std::string_view word, std::string_view kind) {
  std::vector<std::string_view> names;
  for (const T known : all) {
    if (name(known) == word) return known;
    names.push_back(name(known));
  }
  const std::string_view near = text::nearest(word, names);
  return base::fail(base::Kind::Invalid, fmt::format("unknown {} \"{}\"", kind, word.substr(0, 40)),
                    near.empty() ? fmt::format("known are {}", fmt::join(names, ", "))
                                 : fmt::format("did you mean \"{}\"?", near));
}

}  // namespace

std::string_view name(Verb verb) {
  switch (verb) {
    case Verb::Status:
      return "status";
    case Verb::Drain:
      return "drain";
    case Verb::Undrain:
      return "undrain";
    case Verb::Resign:
      return "resign";
    case Verb::Garp:
      return "garp";
    case Verb::Reload:
      return "reload";
    case Verb::Log:
      return "log";
  }
  return "?";
}

std::string_view name(base::log::Level level) {
  switch (level) {
    case base::log::Level::Debug:
      return "debug";
    case base::log::Level::Info:
      return "info";
    case base::log::Level::Warning:
      return "warning";
    case base::log::Level::Error:
      return "error";
  }
  return "?";
}

base::Result<base::log::Level> parse_level(std::string_view word) {
  return one_of(kLevels, word, "log level");
}

base::Result<Request> parse_request(std::string_view line) {
  auto document = json::parse(line);
  if (!document) return base::in_context("this is no request", std::move(document.error()));
  const std::string* verb = (*document)["do"].as_string();
  if (verb == nullptr)
    return base::fail(base::Kind::Invalid, "a request is an object with a string \"do\"",
                      R"(for example {"do":"status"})");
  const auto known = one_of(kVerbs, *verb, "request");
  if (!known) return std::unexpected(known.error());
  Request request{.verb = *known};
  const json::Value& instance = (*document)["instance"];
  if (!instance.is_null() && !instance.is_string())
    return base::fail(base::Kind::Invalid, "\"instance\" is a string: an instance or a sync group");
  if (instance.is_string()) request.instance = *instance.as_string();
  if (request.verb == Verb::Log) {
    const std::string* word = (*document)["level"].as_string();
    if (word == nullptr)
      return base::fail(base::Kind::Invalid, "\"log\" needs a \"level\"",
                        "debug, info, warning or error");
    const auto level = parse_level(*word);
    if (!level) return std::unexpected(level.error());
    request.level = *level;
  }
  return request;
}

std::string to_line(const Request& request) {
  json::Object out{{"do", name(request.verb)}};
  if (!request.instance.empty()) out.set("instance", request.instance);
  if (request.verb == Verb::Log) out.set("level", name(request.level));
  return json::dump(out) + "\n";
}

std::vector<std::string> directories() {
  std::vector<std::string> out{"/run/holdfast"};
  if (const char* own = std::getenv("XDG_RUNTIME_DIR"); own != nullptr && *own == '/')
    out.push_back(std::string(own) + "/holdfast");
  return out;
}

}  // namespace control
