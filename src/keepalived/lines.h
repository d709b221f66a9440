// The lines of a configuration after all that is textual was done: includes followed, conditional
// lines chosen, $MACROS replaced, ~SEQ and ~LST unrolled. Lines come one at a time, so that 65,000
// generated instances need no memory of their own.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "keepalived/findings.h"
#include "keepalived/read.h"
#include "keepalived/source.h"

namespace keepalived {

struct Line {
  std::string text;
  // Which part of the text was written where: from `begin` on, column by column, or, if `is_fixed`,
  // all of it at one place (what a loop or a built-in macro gives is written nowhere).
  struct Part {
    std::size_t begin = 0;
    Origin origin = {};
    bool is_fixed = false;
  };
  std::vector<Part> parts;

  Origin origin(std::size_t begin, std::size_t length) const;
  // Of all its parts, where macros stand next to other text.
  std::vector<Origin> origins(std::size_t begin, std::size_t length) const;
  Line from(std::size_t begin) const;  // the rest of the line

  // The use of a macro, as what the lines of the macro are there by.
  struct Via {
    Origin at = {};         // where it is used
    std::uint32_t use = 0;  // its number in Sources
    bool is_written = true;
    void apply(Part& part) const;
  };
  void append(const Line& other, std::size_t begin, std::size_t end, const Via* via = nullptr);
};

class Lines {
 public:
  // Everything given must outlive this.
  Lines(Sources& sources, Findings& findings, const Files& files, const Options& options);

  // False, with a finding, if the file cannot be read.
  bool open(const std::string& main_file);
  std::optional<Line> next();

 private:
  struct Macro {
    std::vector<Line> lines = {};
    bool is_multi_line = false;
    bool is_written = true;  // somewhere; a loop's is not
  };
  // Something lines come from. The innermost is asked first.
  struct Frame {
    enum class Kind { File, Body, Loop } kind = Kind::File;
    std::uint32_t file = 0;
    std::size_t at = 0;           // next line, or next round of a loop
    std::vector<Line> body = {};  // Body: its lines; Loop: the one that is repeated
    std::vector<std::string> names = {};
    std::vector<std::vector<std::string>> values = {};  // ~LST: a row a round
    std::int64_t first = 0, step = 1;                   // ~SEQ
    std::size_t rounds = 0;
    bool hexadecimal = false;
    std::uint32_t first_round = 0;  // Loop: its number in Sources
    unsigned include_check = 0;     // File: what held before
  };

  std::optional<Line> raw();  // the next line before it is looked at
  std::optional<Line> next_of_file(Frame& frame);
  bool next_round(Frame& frame, Line& line);
  bool include(const Line& line, std::string_view keyword);
  bool open_file(const std::string& path, const Origin& at, bool must_exist);
  bool set_include_check(const Line& line);
  bool is_chosen(Line& line) const;
  bool define(const Line& line);
  bool unroll(const Line& line);
  bool unroll_sequence(const Line& line, std::size_t name_length);
  bool unroll_list(const Line& line);
  bool push(Frame frame, const Origin& at);
  std::optional<Line> substitute(Line line);
  bool expand(const Line& line, const Line::Via* via, unsigned depth, Line& out);
  bool replace(const Macro& macro, std::string_view spelled, const Origin& at, unsigned depth,
               Line& out);
  std::optional<std::string> built_in(std::string_view name) const;
  bool give_up(const Origin& at, std::string what, std::string hint);

  Sources& sources_;
  Findings& findings_;
  const Files& files_;
  const Options& options_;
  std::deque<Frame> frames_;
  std::map<std::string, Macro, std::less<>> macros_;
  unsigned include_check_ = 0;
  mutable std::uint64_t random_ = 0;
  std::size_t lines_out_ = 0;
  std::size_t bytes_out_ = 0;
  std::size_t steps_ = 0;
  std::size_t bytes_read_ = 0;
  bool given_up_ = false;
};

}  // namespace keepalived
