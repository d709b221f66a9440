// What is allowed and still is seldom meant, and whether the files of several nodes work together.
// Every rule has a stable name and an explanation, which `holdfastd --help-lint` and docs/lint.md
// show. Pure: what is known of the machine is an argument.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "keepalived/config.h"
#include "text/place.h"

namespace keepalived {

// The machine that will run the configuration, as far as it is known.
struct Surroundings {
  struct Interface {
    std::string name;
    std::vector<net::Prefix> networks = {};  // its addresses, with the length of their network
  };
  std::vector<Interface> interfaces = {};
  // What its firmware says it is: "OpenStack Foundation", "OpenStack Nova". Empty: unknown.
  std::string vendor = {};
  std::string product = {};
};

std::vector<text::Diagnostic> lint(const Config& config, const Surroundings& surroundings = {});

// One of the machines that are to share addresses.
struct Node {
  std::string name;  // its file
  const Config& config;
};

// Each with each. A finding of severity Error is a pair that cannot work: both would be active.
std::vector<text::Diagnostic> lint_together(std::span<const Node> nodes);

// The text of --help-lint: all rules in a line each, or one with its explanation and example.
// Nothing for an unknown name.
std::string lint_help();
std::optional<std::string> lint_help(std::string_view rule);
// docs/lint.md, whole.
std::string lint_page();

}  // namespace keepalived
