// Reads one YAML document. Duplicate keys, unknown tags, a second document and anything too deep or
// too large are errors with their place; aliases and merge keys (`<<`) are expanded within a limit.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "yaml/node.h"

namespace yaml {

using Problems = std::vector<text::Diagnostic>;

struct Limits {
  std::size_t bytes = std::size_t{8} << 20;
  std::size_t depth = 100;
  std::size_t expansion = std::size_t{16} << 20;  // bytes that aliases may add
};

// `file` is what messages call the text. An empty text is null, as in Ruby. At least one problem in
// the unexpected case.
std::expected<Node, Problems> parse(std::string_view text, std::string_view file,
                                    const Limits& limits = {});

}  // namespace yaml
