// A configuration in its canonical form: the tree of keywords that says it, in one order. It is
// written as a keepalived.conf or as JSON; neither writer knows what the keywords mean.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "keepalived/config.h"

namespace keepalived {

struct PrintOptions {
  // Passwords and keys are secrets: unless asked for, a comment stands where one was.
  bool with_passwords = false;
};

// A duration is written in seconds.
using Scalar = std::variant<bool, std::int64_t, std::string, Duration>;

struct FormNode {
  enum class Kind {
    Setting,  // KEY VALUE…; a bool is on or off
    Flag,     // KEY
    Command,  // KEY "PROGRAM ARGUMENT…" [USER [GROUP]]
    Section,  // KEY [NAME] { … }, of nodes
    List,     // KEY { … }, of lines
    Line,     // VALUE, with settings and flags behind it
    Comment,
  } kind = Kind::Setting;
  std::string key = {};  // of a line: what its value is called
  std::vector<Scalar> values = {};
  std::vector<FormNode> inner = {};
  Command command = {};
  bool is_named = false;  // a section: its only value is its name, and there may be several
};

// The outermost nodes, in the order in which they are written.
std::vector<FormNode> form_of(const Config& config, const PrintOptions& options);

// Lines of virtual_routes and virtual_rules.
FormNode line_of(const Route& route);
FormNode line_of(const Rule& rule);

// A line as it stands in a keepalived.conf, without its indentation.
std::string line_text(const FormNode& line);

// What every node is built of.
FormNode setting(std::string_view key, Scalar value);
FormNode settings(std::string_view key, std::vector<Scalar> values);
FormNode flag(std::string_view key);
Scalar number(std::uint64_t value);

}  // namespace keepalived
