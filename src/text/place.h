// Where something was written in a file, and a diagnostic that shows it with a caret.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace text {

struct Place {
  std::string file;
  std::string text;             // the line itself, without its line feed; of a long one a part
  std::size_t line = 1;         // 1-based; 0 means the file as a whole
  std::size_t column = 1;       // 1-based, in bytes
  std::size_t length = 1;       // of what is meant, in bytes; at least 1
  std::size_t text_column = 1;  // where in its line `text` begins; more than 1 if it was cut

  bool operator==(const Place&) const = default;
};

enum class Severity { Note, Warning, Error };

struct Diagnostic {
  Severity severity = Severity::Error;
  Place place;
  std::string what;
  std::string hint = {};

  bool operator==(const Diagnostic&) const = default;
};

// file:line:column: error: what, the line, a caret under what is meant, and the hint. Ends with a
// line feed. A line too long to read is left away.
std::string render(const Diagnostic& diagnostic);
// "file:line:column", for messages that name a second place.
std::string to_string(const Place& place);

// The place of line[column - 1 ...]. A line of any length costs little: what is far from the word
// is cut off.
Place place_in_line(std::string file, std::string_view line, std::size_t number, std::size_t column,
                    std::size_t length);

// The candidate that differs from `word` by the fewest typing mistakes, empty if none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace text
