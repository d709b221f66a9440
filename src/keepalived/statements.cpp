#include "keepalived/statements.h"

#include <fmt/format.h>

#include <utility>

#include "keepalived/words.h"
#include "text/place.h"

namespace keepalived {
namespace {

// keepalived itself needs five.
constexpr std::size_t kDeepest = 16;

// auth_pass, also mistyped or in the wrong place: behind it is what no message may show.
bool announces_password(const Piece& word) {
  constexpr std::size_t kLongest = 16;
  if (word.length > kLongest || word.quoted || word.text.find('/') != std::string::npos)
    return false;
  return word.text.find("pass") != std::string::npos ||
         !text::nearest(word.text, {"auth_pass"}).empty();
}

// `key ID VALUE` of auth_hmac, also mistyped; a file's name may be shown.
bool is_key(const std::vector<Word>& before, const Piece& word) {
  constexpr std::size_t kLongest = 4;
  const std::string& keyword = before[0].text;
  return keyword.size() <= kLongest && !text::nearest(keyword, {"key"}).empty() &&
         !word.text.starts_with("file:");
}

}  // namespace

Statements::Statements(Lines& lines, Sources& sources, Findings& findings,
                       bool (*is_outermost)(std::string_view))
    : lines_(lines), sources_(sources), findings_(findings), is_outermost_(is_outermost) {}

std::vector<Statement>& Statements::siblings() {
  return open_.empty() ? done_ : open_.back().block;
}

// Closes blocks until `depth` are open.
void Statements::finish(std::size_t depth) {
  while (open_.size() > depth) {
    Statement closed = std::move(open_.back());
    open_.pop_back();
    siblings().push_back(std::move(closed));
  }
}

void Statements::begin(std::vector<Word> words) {
  if (too_deep_ > 0) return;
  if (!open_.empty() && is_outermost_(words.front().text) && words.size() > 1) {
    const Statement& inner = open_.back();
    findings_
        .error(words.front().at,
               fmt::format("`{}` cannot stand inside `{}`", words.front().text, inner.keyword()),
               fmt::format("a }} is missing above, which closes `{}`", inner.keyword()))
        .also(inner.open, fmt::format("`{}` was opened here", inner.keyword()));
    finish(0);
  }
  siblings().push_back(Statement{.words = std::move(words)});
}

void Statements::open(const Origin& at) {
  if (too_deep_ > 0 || open_.size() >= kDeepest) {
    if (too_deep_++ == 0)
      findings_.error(
          at, fmt::format("blocks are nested deeper than {}; this one is skipped", kDeepest));
    return;
  }
  std::vector<Statement>& level = siblings();
  const std::size_t first = open_.empty() ? given_ : 0;
  Statement opened;
  if (level.size() <= first || level.back().has_block) {
    findings_.error(at, "this { belongs to no keyword",
                    "its block is skipped; write the keyword in front of it");
    opened.words.push_back({.text = "{", .at = at});
  } else {
    opened = std::move(level.back());
    level.pop_back();
  }
  opened.has_block = true;
  opened.open = at;
  open_.push_back(std::move(opened));
}

void Statements::close(const Origin& at) {
  if (too_deep_ > 0) {
    --too_deep_;
  } else if (open_.empty()) {
    findings_.error(at, "this } closes nothing", "there is one } more than {");
  } else {
    finish(open_.size() - 1);
  }
}

void Statements::take(const Line& line) {
  std::vector<Word> words;
  bool is_secret = false;
  const auto flush = [&] {
    if (!words.empty()) begin(std::exchange(words, {}));
  };
  for (Piece& piece : split_words(line.text)) {
    const Origin at = line.origin(piece.begin, piece.length);
    switch (piece.kind) {
      case Piece::Kind::Word:
        is_secret = is_secret || (words.size() >= 2 && is_key(words, piece));
        if (is_secret)
          for (const Origin& part : line.origins(piece.begin, piece.length)) sources_.hide(part);
        is_secret = is_secret || announces_password(piece);
        if (piece.unterminated)
          findings_.error(at, "the closing quote is missing", "it ends at the end of the line");
        words.push_back({.text = std::move(piece.text), .at = at, .quoted = piece.quoted});
        break;
      case Piece::Kind::Open:
        flush();
        open(at);
        break;
      case Piece::Kind::Close:
        flush();
        close(at);
        break;
    }
  }
  flush();
}

std::optional<Statement> Statements::next() {
  for (;;) {
    if (given_ < done_.size()) {
      // The last one may still get its brace from the next line.
      const bool is_whole =
          is_end_ || done_[given_].has_block || !open_.empty() || given_ + 1 < done_.size();
      if (is_whole) return std::move(done_[given_++]);
    } else {
      done_.clear();
      given_ = 0;
      if (is_end_) return std::nullopt;
    }
    if (const auto line = lines_.next())
      take(*line);
    else
      end();
  }
}

void Statements::end() {
  is_end_ = true;
  if (!open_.empty()) {
    const Statement& inner = open_.back();
    findings_.error(inner.open, fmt::format("the block of `{}` is never closed", inner.keyword()),
                    "a } is missing at or before the end of the file");
  }
  finish(0);
}

}  // namespace keepalived
