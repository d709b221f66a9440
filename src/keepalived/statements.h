// Lines as statements: a keyword, its words, and perhaps a block of statements. Whatever the
// layout, the outermost statements come one at a time.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keepalived/findings.h"
#include "keepalived/lines.h"
#include "keepalived/source.h"

namespace keepalived {

struct Word {
  std::string text;
  Origin at;
  bool quoted = false;
};

struct Statement {
  std::vector<Word> words;  // the keyword first; never empty
  std::vector<Statement> block = {};
  bool has_block = false;
  Origin open = {};  // its brace

  const std::string& keyword() const { return words.front().text; }
  const Origin& at() const { return words.front().at; }
  // The first word behind the keyword, else the keyword: what a message about the value points at.
  const Origin& value_at() const { return words.size() > 1 ? words[1].at : at(); }
};

class Statements {
 public:
  // `is_outermost` knows keywords that never stand inside another block: meeting one there shows
  // which brace is missing.
  Statements(Lines& lines, Sources& sources, Findings& findings,
             bool (*is_outermost)(std::string_view));

  std::optional<Statement> next();

 private:
  void take(const Line& line);
  void begin(std::vector<Word> words);
  void open(const Origin& at);
  void close(const Origin& at);
  void finish(std::size_t depth);
  void end();
  std::vector<Statement>& siblings();

  Lines& lines_;
  Sources& sources_;
  Findings& findings_;
  bool (*is_outermost_)(std::string_view);
  std::vector<Statement> done_;  // outermost ones, the last of them perhaps without its block
  std::vector<Statement> open_;  // those whose block is being read, outermost first
  std::size_t too_deep_ = 0;     // braces below the deepest level
  std::size_t given_ = 0;        // how many of done_ were handed out
  bool is_end_ = false;
};

}  // namespace keepalived
