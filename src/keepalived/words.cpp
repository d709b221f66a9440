#include "keepalived/words.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>

namespace keepalived {
namespace {

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\v' || c == '\f' || c == '\r';
}

std::optional<unsigned> digit(char c, unsigned base) {
  unsigned value = 99;
  if (c >= '0' && c <= '9') value = static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') value = static_cast<unsigned>(c - 'a') + 10;
  if (c >= 'A' && c <= 'F') value = static_cast<unsigned>(c - 'A') + 10;
  if (value >= base) return std::nullopt;
  return value;
}

// Takes up to `most` digits at `i` and leaves `i` behind them.
char number(std::string_view line, std::size_t& i, unsigned base, std::size_t most) {
  unsigned value = 0;
  for (std::size_t n = 0; n < most && i < line.size(); ++n, ++i) {
    const auto next = digit(line[i], base);
    if (!next) break;
    value = (value * base + *next) & 0xff;
  }
  return static_cast<char>(static_cast<std::uint8_t>(value));
}

// `i` is at the character after the backslash, and is left behind the whole escape.
char escaped(std::string_view line, std::size_t& i) {
  const char c = line[i];
  if (digit(c, 8)) return number(line, i, 8, 3);
  ++i;
  switch (c) {
    case 'a':
      return '\a';
    case 'b':
      return '\b';
    case 'E':
      return '\x1b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    case 'v':
      return '\v';
    case 'x':
      return number(line, i, 16, line.size());
    case 'c':
      return i < line.size() ? static_cast<char>(line[i++] & 0x1f) : 'c';
    default:
      return c;
  }
}

// Reads the word that begins at `i`; braces at the ends of an unquoted one stand for themselves,
// those of ${NAME} do not.
Piece read_word(std::string_view line, std::size_t& i) {
  Piece word{.kind = Piece::Kind::Word, .text = {}, .begin = i};
  char quote = 0;
  int braces = 0;
  while (i < line.size()) {
    const char c = line[i];
    if (c == '\\' && i + 1 < line.size()) {
      word.text += escaped(line, ++i);
      continue;
    }
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        word.text += c;
      ++i;
      continue;
    }
    if (c == '"' || c == '\'') {
      quote = c;
      word.quoted = true;
      ++i;
      continue;
    }
    if (is_space(c)) break;
    if (c == '{') {
      if (i == word.begin || line[i - 1] != '$') {
        const bool ends = i + 1 == line.size() || is_space(line[i + 1]);
        if (ends && braces == 0) break;
      }
      ++braces;
    }
    if (c == '}' && --braces < 0) break;
    word.text += c;
    ++i;
  }
  word.unterminated = quote != 0;
  word.length = i - word.begin;
  return word;
}

}  // namespace

std::vector<Piece> split_words(std::string_view line) {
  std::vector<Piece> pieces;
  for (std::size_t i = 0; i < line.size();) {
    const char c = line[i];
    if (is_space(c)) {
      ++i;
    } else if (c == '{' || c == '}') {
      pieces.push_back(
          {.kind = c == '{' ? Piece::Kind::Open : Piece::Kind::Close, .text = {}, .begin = i});
      ++i;
    } else {
      pieces.push_back(read_word(line, i));
    }
  }
  return pieces;
}

std::size_t indentation(std::string_view line) {
  return std::min(line.find_first_not_of(" \t\v\f\r"), line.size());
}

std::string_view without_comment(std::string_view line) {
  char quote = 0;
  std::size_t end = 0;
  for (; end < line.size(); ++end) {
    const char c = line[end];
    if (c == '\\' && end + 1 < line.size())
      ++end;
    else if (quote != 0)
      quote = c == quote ? '\0' : quote;
    else if (c == '"' || c == '\'')
      quote = c;
    else if (c == '#' || c == '!')
      break;
  }
  line = line.substr(0, std::min(end, line.size()));
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

std::vector<std::string> split_command(std::string_view text) {
  std::vector<std::string> arguments;
  std::string current;
  bool started = false;
  char quote = 0;
  for (const char c : text) {
    if (quote != 0) {
      if (c == quote)
        quote = 0;
      else
        current += c;
    } else if (c == '"' || c == '\'') {
      quote = c;
      started = true;
    } else if (is_space(c) || c == '\n') {
      if (started) arguments.push_back(std::exchange(current, {}));
      started = false;
    } else {
      current += c;
      started = true;
    }
  }
  if (started) arguments.push_back(std::move(current));
  return arguments;
}

}  // namespace keepalived
