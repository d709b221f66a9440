// Where something was written in a file, and a diagnostic that shows it with a caret.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace text {

struct Use;

struct Place {
  std::string file;
  std::string text;             // the line itself, without its line feed; of a long one a part
  std::size_t line = 1;         // 1-based; 0 means the file as a whole
  std::size_t column = 1;       // 1-based, in bytes
  std::size_t length = 1;       // of what is meant, in bytes; at least 1
  std::size_t text_column = 1;  // where in its line `text` begins; more than 1 if it was cut
  // How what is written here got to where it counts (a macro's use, an include); nothing for most.
  // Shared, since all words of one macro have it in common.
  std::shared_ptr<const Use> use = {};

  bool operator==(const Place&) const = default;
};

// One step of that way. The place may have a `use` of its own, which is the next step.
struct Use {
  std::string what;  // "$PRIORITY is used here"
  Place place;       // without text: only named
};

enum class Severity { Note, Warning, Error };

// A second place that a diagnostic is about.
struct Note {
  Place place;
  std::string what;  // "the other one is here"

  bool operator==(const Note&) const = default;
};

struct Diagnostic {
  Severity severity = Severity::Error;
  Place place;
  std::string what;
  std::string hint = {};
  std::vector<Note> notes = {};
  std::string_view rule = {};  // a stable name that documentation explains, of static storage

  bool operator==(const Diagnostic&) const = default;
};

std::string_view name(Severity severity);  // "warning"

enum class Look { Plain, Coloured };

// file:line:column: error: what [rule], the line, a caret under what is meant, the same for the
// places of use and the notes, and the hint. Ends with a line feed. A line too long to read is left
// away.
std::string render(const Diagnostic& diagnostic, Look look = Look::Plain);
// "file:line:column", for messages that name a second place.
std::string to_string(const Place& place);

// The place of line[column - 1 ...]. A line of any length costs little: what is far from the word
// is cut off.
Place place_in_line(std::string file, std::string_view line, std::size_t number, std::size_t column,
                    std::size_t length);

// The candidate that differs from `word` by the fewest typing mistakes, empty if none is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates);

}  // namespace text
