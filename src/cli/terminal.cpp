#include "cli/terminal.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "base/text.h"

namespace cli {
namespace {

std::string_view code(Style style) {
  switch (style) {
    case Style::Plain:
      return "0";
    case Style::Bold:
      return "1";
    case Style::Dim:
      return "2";
    case Style::Red:
      return "31";
    case Style::Green:
      return "32";
    case Style::Yellow:
      return "33";
    case Style::Cyan:
      return "36";
  }
  return "0";
}

// Characters, not bytes; escape sequences take no room.
std::size_t width(std::string_view text) {
  std::size_t count = 0;
  bool escape = false;
  for (const char c : text) {
    if (c == '\033') escape = true;
    if (!escape && (static_cast<unsigned char>(c) & 0xC0) != 0x80) ++count;
    if (escape && c == 'm') escape = false;
  }
  return count;
}

}  // namespace

bool is_terminal(Stream stream) {
  return ::isatty(stream == Stream::Out ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

bool has_colours(Stream stream) {
  const char* off = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  if (off != nullptr && *off != '\0') return false;
  return is_terminal(stream) && term != nullptr && std::string_view(term) != "dumb";
}

std::string paint(Style style, std::string_view text, Stream stream) {
  if (style == Style::Plain || !has_colours(stream)) return std::string(text);
  return fmt::format("\033[{}m{}\033[0m", code(style), text);
}

void complain(const base::Error& error) {
  fmt::print(stderr, "{} {}\n", paint(Style::Red, "error:", Stream::Errors), error.what);
  if (!error.hint.empty())
    fmt::print(stderr, "{} {}\n", paint(Style::Cyan, "hint:", Stream::Errors), error.hint);
}

void warn(std::string_view what) {
  fmt::print(stderr, "{} {}\n", paint(Style::Yellow, "warning:", Stream::Errors), what);
}

std::string Table::render() const {
  std::vector<std::size_t> widths(heads_.size());
  const auto measure = [&](const std::vector<std::string>& cells) {
    for (std::size_t i = 0; i < std::min(cells.size(), widths.size()); ++i)
      widths[i] = std::max(widths[i], width(cells[i]));
  };
  measure(heads_);
  for (const auto& cells : rows_) measure(cells);
  const auto line = [&](const std::vector<std::string>& cells, Style style) {
    std::string out;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      out += paint(style, cells[i]);
      if (i + 1 < cells.size()) out += std::string(widths[i] - width(cells[i]) + 2, ' ');
    }
    return out + "\n";
  };
  std::string out = line(heads_, Style::Bold);
  for (const auto& cells : rows_) out += line(cells, Style::Plain);
  return out;
}

void Progress::line(std::string_view mark, Style style, std::string_view what,
                    std::string_view detail) {
  if (open_ && is_terminal()) fmt::print("\r\033[K");
  open_ = false;
  fmt::print("  {} {}{}{}\n", paint(style, mark), what, detail.empty() ? "" : "  ",
             paint(Style::Dim, detail));
  std::fflush(stdout);
}

void Progress::begin(std::string_view what) {
  if (!is_terminal()) return;
  fmt::print("{}  {} {}", open_ ? "\r\033[K" : "", paint(Style::Dim, "…"), what);
  std::fflush(stdout);
  open_ = true;
}

void Progress::done(std::string_view what, std::string_view detail) {
  line("✓", Style::Green, what, detail);
}

void Progress::failed(std::string_view what) {
  line("✗", Style::Red, what, {});
}

void Progress::note(std::string_view what) {
  line("·", Style::Dim, what, {});
}

}  // namespace cli
