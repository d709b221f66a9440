// What a scalar without quotes means in YAML 1.1, as the Director's reader (Psych) takes it.
#pragma once

#include <optional>
#include <string_view>

#include "yaml/node.h"

namespace yaml {

// Null, boolean, integer, number; anything else is text. Base 60 (1:30) and dates stay text, as the
// bosh CLI, through which every file passes first, writes them on in quotes. Nothing for what has
// no counterpart in JSON (.inf, .nan).
std::optional<Node::Data> plain_scalar(std::string_view text);

}  // namespace yaml
