#include "text/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace text {
namespace {

constexpr std::size_t kLongestShown = 2000;  // beyond it a line says more than anyone can read

std::string_view name(Severity severity) {
  switch (severity) {
    case Severity::Note:
      return "note";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  return "error";
}

// Typing mistakes: characters put in, left out, changed, or two neighbours swapped.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    next[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        next[j] = std::min(next[j], before[j - 2] + 1);
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row[b.size()];
}

// The line up to the caret, with every character but tabs blanked, so that the caret stays below
// its word.
std::string indent(std::string_view line, std::size_t column) {
  std::string out(line.substr(0, std::min(column - 1, line.size())));
  out.resize(column - 1, ' ');
  for (char& c : out)
    if (c != '\t') c = ' ';
  return out;
}

}  // namespace

std::string to_string(const Place& place) {
  if (place.line == 0) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string render(const Diagnostic& diagnostic) {
  const Place& at = diagnostic.place;
  const std::string number = std::to_string(at.line);
  const std::string line = base::printable(at.text);
  std::string out = fmt::format("{}{}{}: {}\n", to_string(at), to_string(at).empty() ? "" : ": ",
                                name(diagnostic.severity), diagnostic.what);
  const std::size_t column = at.column - std::min(at.text_column, at.column) + 1;
  // A caret that runs past its line would point at nothing.
  const std::size_t room = line.size() >= column ? line.size() - column + 1 : 1;
  if (at.line != 0 && at.text.size() <= kLongestShown && column <= kLongestShown) {
    out += fmt::format("{} | {}\n", number, line);
    out += fmt::format("{:{}} | {}^{:~>{}}\n", "", number.size(), indent(line, column), "",
                       std::clamp<std::size_t>(at.length, 1, room) - 1);
  }
  if (!diagnostic.hint.empty()) out += fmt::format("hint: {}\n", diagnostic.hint);
  return out;
}

Place place_in_line(std::string file, std::string_view line, std::size_t number, std::size_t column,
                    std::size_t length) {
  constexpr std::size_t kShown = 240;
  Place place{.file = std::move(file),
              .text = {},
              .line = number,
              .column = column,
              .length = std::max<std::size_t>(length, 1)};
  if (line.size() <= kShown) {
    place.text = line;
    return place;
  }
  const std::size_t begin = column > kShown / 2 ? column - kShown / 2 : 1;
  place.text = begin <= line.size() ? line.substr(begin - 1, kShown) : std::string_view();
  place.text_column = begin;
  return place;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& candidates) {
  std::string_view best;
  std::size_t least = std::max<std::size_t>(word.size() / 3, 1) + 1;
  for (const std::string_view candidate : candidates) {
    const std::size_t mistakes = distance(word, candidate);
    if (mistakes < least) {
      least = mistakes;
      best = candidate;
    }
  }
  return best;
}

}  // namespace text
