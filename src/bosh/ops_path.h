// The path of an operation: "/instance_groups/name=web/jobs/-".
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"

namespace bosh::ops {

struct Key {  // of a map
  std::string name;
};
struct Index {  // of a list; negative from its end
  std::int64_t value;
};
struct Append {};  // "-", past the end of a list
struct Match {     // "key=value", the one item whose key has that text
  std::string key;
  std::string value;
};
// ":before" and ":after" put something beside an item, ":prev" and ":next" mean its neighbour.
enum class Beside { None, Before, After, Previous, Next };

struct Token {
  std::variant<Key, Index, Append, Match> what;
  bool is_optional = false;  // "?", for this one and all that follow
  Beside beside = Beside::None;
  std::string text;  // as written, for messages
};

// An empty path means the whole document.
base::Result<std::vector<Token>> parse_path(std::string_view text);

}  // namespace bosh::ops
