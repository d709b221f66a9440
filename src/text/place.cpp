#include "text/place.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"

namespace text {
namespace {

constexpr std::size_t kLongestShown = 2000;  // beyond it a line says more than anyone can read

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

// Terminal attributes; nothing of them where output is plain.
class Painter {
 public:
  explicit Painter(Look look) : is_on_(look == Look::Coloured) {}

  std::string bold(std::string_view text) const { return painted("1", text); }
  std::string mark(std::string_view text) const { return painted("1;32", text); }
  std::string severity(Severity severity) const {
    const std::string_view colour = severity == Severity::Error     ? "1;31"
                                    : severity == Severity::Warning ? "1;35"
                                                                    : "1;36";
    return painted(colour, fmt::format("{}:", name(severity)));
  }

 private:
  std::string painted(std::string_view attributes, std::string_view text) const {
    return is_on_ ? fmt::format("\033[{}m{}\033[0m", attributes, text) : std::string(text);
  }

  bool is_on_;
};

// The line and its caret; nothing where the line would tell nobody anything.
std::string excerpt(const Place& at, const Painter& paint) {
  const std::string line = base::printable(at.text);
  const std::size_t column = at.column - std::min(at.text_column, at.column) + 1;
  if (at.line == 0 || line.empty() || at.text.size() > kLongestShown || column > kLongestShown)
    return {};
  const std::string number = std::to_string(at.line);
  // A caret that runs past its line would point at nothing.
  const std::size_t room = line.size() >= column ? line.size() - column + 1 : 1;
  const std::string tail(std::clamp<std::size_t>(at.length, 1, room) - 1, '~');
  return fmt::format("{} | {}\n{:{}} | {}{}\n", number, line, "", number.size(),
                     indent(line, column), paint.mark("^" + tail));
}

// Writes messages one below the other, and a line only where it is not the one just shown.
class Renderer {
 public:
  explicit Renderer(Look look) : paint_(look) {}

  // Words of a file may stand in `message`, and a file may hold anything.
  void write(Severity severity, const Place& at, std::string_view message) {
    const std::string what = base::printable(message);
    const std::string where = to_string(at);
    out_ += where.empty() ? std::string() : paint_.bold(where + ":") + " ";
    out_ += fmt::format("{} {}\n", paint_.severity(severity),
                        severity == Severity::Note ? what : paint_.bold(what));
    const bool is_shown =
        shown_ && shown_->file == at.file && shown_->line == at.line && shown_->column == at.column;
    if (!is_shown) out_ += excerpt(at, paint_);
    if (!at.text.empty()) shown_ = &at;
    for (const Use* use = at.use.get(); use != nullptr; use = use->place.use.get()) {
      out_ += fmt::format("{} {} {}\n", paint_.bold(to_string(use->place) + ":"),
                          paint_.severity(Severity::Note), use->what);
      if (shown_ == nullptr || shown_->file != use->place.file || shown_->line != use->place.line)
        out_ += excerpt(use->place, paint_);
      if (!use->place.text.empty()) shown_ = &use->place;
    }
  }

  std::string finish(const std::string& hint) && {
    if (!hint.empty()) out_ += fmt::format("{} {}\n", paint_.bold("hint:"), base::printable(hint));
    return std::move(out_);
  }

 private:
  Painter paint_;
  std::string out_;
  const Place* shown_ = nullptr;  // whose line stands last in `out_`
};

}  // namespace

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

std::string to_string(const Place& place) {
  if (place.line == 0) return place.file;
  return fmt::format("{}:{}:{}", place.file, place.line, place.column);
}

std::string render(const Diagnostic& diagnostic, Look look) {
  Renderer renderer(look);
  renderer.write(diagnostic.severity, diagnostic.place,
                 diagnostic.rule.empty()
                     ? diagnostic.what
                     : fmt::format("{} [{}]", diagnostic.what, diagnostic.rule));
  for (const Note& note : diagnostic.notes) renderer.write(Severity::Note, note.place, note.what);
  return std::move(renderer).finish(diagnostic.hint);
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
