// Splits one line into words and braces: quotes join, backslashes escape. Comments are taken off
// before macros are replaced, since a macro can hold a '#'.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace keepalived {

struct Piece {
  enum class Kind { Word, Open, Close } kind = Kind::Word;
  std::string text = {};  // of a word, without quotes
  std::size_t begin = 0;  // in the line
  std::size_t length = 1;
  bool quoted = false;        // some part of it was
  bool unterminated = false;  // the closing quote is missing
};

std::vector<Piece> split_words(std::string_view line);

// How much white space the line begins with.
std::size_t indentation(std::string_view line);

// The line up to its comment, and without white space at its end.
std::string_view without_comment(std::string_view line);

// The arguments of a command that was written as one word: split at white space, with quotes of
// either kind round what shall stay together.
std::vector<std::string> split_command(std::string_view text);

}  // namespace keepalived
