// What commands print: colours only where they are wanted, tables, one line a step.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"

namespace cli {

enum class Stream { Out, Errors };

// Colours are for a terminal, and never where NO_COLOR is set (no-color.org) or TERM is "dumb".
bool is_terminal(Stream stream = Stream::Out);
bool has_colours(Stream stream = Stream::Out);

enum class Style { Plain, Bold, Dim, Red, Green, Yellow, Cyan };
std::string paint(Style style, std::string_view text, Stream stream = Stream::Out);

// "error: what" and "hint: …" on standard error.
void complain(const base::Error& error);
void warn(std::string_view what);

// Columns as wide as their widest cell, two spaces between; the last is never padded.
class Table {
 public:
  explicit Table(std::vector<std::string> heads) : heads_(std::move(heads)) {}
  void row(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
  std::string render() const;  // every line ends with a line feed

 private:
  std::vector<std::string> heads_;
  std::vector<std::vector<std::string>> rows_;
};

// An account of steps as they happen. On a terminal the step under way is rewritten when it ends,
// elsewhere each end is a line of its own; nothing is printed twice.
class Progress {
 public:
  void begin(std::string_view what);
  void done(std::string_view what, std::string_view detail = {});  // "✓ what  detail"
  void failed(std::string_view what);
  void note(std::string_view what);

 private:
  void line(std::string_view mark, Style style, std::string_view what, std::string_view detail);
  bool open_ = false;  // a step under way stands on the current line
};

}  // namespace cli
