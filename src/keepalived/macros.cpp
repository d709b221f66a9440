// The part of Lines that knows $NAME=value, $NAME, ${NAME}, ~SEQ and ~LST.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "keepalived/lines.h"
#include "keepalived/words.h"

namespace keepalived {
namespace {

constexpr std::size_t kLongestExpanded = 64 << 10;
constexpr unsigned kDeepestMacro = 32;
// Of all replacements together: a macro that doubles itself thirty times stops here.
constexpr std::size_t kMostReplacements = 5'000'000;

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

std::size_t name_length(std::string_view text) {
  std::size_t n = 0;
  while (n < text.size() && is_name_character(text[n])) ++n;
  return n > 0 && text[0] >= '0' && text[0] <= '9' ? 0 : n;
}

// True if the line goes on: ends with a backslash, which is taken off.
bool take_continuation(std::string& text) {
  if (!text.ends_with('\\')) return false;
  text.pop_back();
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  return true;
}

// Decimal, 0x… or 0…, with a sign, as strtol reads it.
std::optional<std::int64_t> integer(std::string_view text) {
  text = base::trim(text);
  const bool is_negative = text.starts_with('-');
  if (is_negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  }
  const auto value = base::parse_number<std::uint32_t>(text, base);
  if (!value) return std::nullopt;
  return is_negative ? -std::int64_t{*value} : std::int64_t{*value};
}

// "a, b" or "{a,b}, {c,d}": the parts between commas outside braces.
std::vector<std::string> comma_separated(std::string_view text) {
  std::vector<std::string> parts(1);
  int depth = 0;
  for (const char c : text) {
    depth += c == '{' ? 1 : c == '}' ? -1 : 0;
    if (c == ',' && depth == 0)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  for (std::string& part : parts) part = std::string(base::trim(part));
  return parts;
}

std::vector<std::string> row(std::string_view text) {
  if (!text.starts_with('{') || !text.ends_with('}')) return {std::string(text)};
  return comma_separated(text.substr(1, text.size() - 2));
}

std::string value_of_round(std::int64_t first, std::int64_t step, std::size_t round,
                           bool hexadecimal) {
  const std::int64_t number = first + step * static_cast<std::int64_t>(round);
  return hexadecimal ? fmt::format("{:x}", number) : std::to_string(number);
}

}  // namespace

bool Lines::define(const Line& line) {
  const std::size_t begin = indentation(line.text);
  if (line.text[begin] != '$') return false;
  const std::size_t length = name_length(std::string_view(line.text).substr(begin + 1));
  const std::size_t equals = begin + 1 + length;
  if (length == 0 || equals >= line.text.size() || line.text[equals] != '=') return false;

  Macro macro;
  Line value = line.from(equals + 1);
  if (take_continuation(value.text)) {
    macro.is_multi_line = true;
    if (!base::trim(value.text).empty()) macro.lines.push_back(std::move(value));
    // Where this line came from is where the others are.
    while (!frames_.empty()) {
      Frame& frame = frames_.back();
      std::optional<Line> more;
      if (frame.kind == Frame::Kind::File) more = next_of_file(frame);
      if (frame.kind == Frame::Kind::Body && frame.at < frame.body.size())
        more = frame.body[frame.at++];
      if (!more) break;
      if (base::trim(more->text).empty()) continue;
      const bool goes_on = take_continuation(more->text);
      macro.lines.push_back(std::move(*more));
      if (!goes_on) break;
    }
  } else {
    value = value.from(std::min(indentation(value.text), value.text.size()));
    value.text.resize(base::trim(value.text).size());
    macro.lines.push_back(std::move(value));
  }
  macros_.insert_or_assign(line.text.substr(begin + 1, length), std::move(macro));
  return true;
}

bool Lines::unroll(const Line& line) {
  const std::size_t begin = indentation(line.text);
  const std::string_view text = std::string_view(line.text).substr(begin);
  if (text.starts_with("~SEQ(")) return unroll_sequence(line, 4);
  if (text.starts_with("~SEQx(")) return unroll_sequence(line, 5);
  if (text.starts_with("~LST(")) return unroll_list(line);
  return false;
}

bool Lines::unroll_sequence(const Line& line, std::size_t name) {
  const std::size_t begin = indentation(line.text);
  const std::size_t open = begin + name;
  const std::size_t close = line.text.find(')', open);
  const Origin at = line.origin(begin, std::min(close, line.text.size() - 1) - begin + 1);
  const auto wrong = [&](std::string what) {
    findings_.error(at, std::move(what),
                    "write ~SEQ(name, first, step, last) and a line behind it");
    return true;
  };
  if (close == std::string::npos) return wrong("~SEQ is not closed with )");
  const auto parts =
      comma_separated(std::string_view(line.text).substr(open + 1, close - open - 1));
  if (parts.size() < 2 || parts.size() > 4)
    return wrong(
        fmt::format("~SEQ takes a name and one to three numbers, not {} things", parts.size()));
  if (name_length(parts[0]) != parts[0].size() || parts[0].empty())
    return wrong(fmt::format("`{}` cannot be the name of a macro", parts[0]));
  std::vector<std::int64_t> numbers;
  for (std::size_t i = 1; i < parts.size(); ++i) {
    const auto value = integer(parts[i]);
    if (!value) return wrong(fmt::format("`{}` is not a number", parts[i]));
    numbers.push_back(*value);
  }
  const std::int64_t last = numbers.back();
  const std::int64_t first = numbers.size() > 1 ? numbers[0] : last > 0 ? 1 : -1;
  const std::int64_t step = numbers.size() > 2 ? numbers[1] : last >= first ? 1 : -1;
  if (step == 0) return wrong("a step of 0 never ends");
  if ((last > first && step < 0) || (last < first && step > 0))
    return wrong(fmt::format("steps of {} do not lead from {} to {}", step, first, last));
  Frame frame{.kind = Frame::Kind::Loop};
  frame.body.push_back(line.from(close + 1));
  frame.names = {parts[0]};
  frame.first = first;
  frame.step = step;
  frame.rounds = static_cast<std::size_t>((last - first) / step) + 1;
  frame.hexadecimal = name == 5;
  frame.first_round = sources_.add_loop(
      at, frame.rounds,
      [name = parts[0], first, step, hexadecimal = frame.hexadecimal](std::size_t round) {
        return fmt::format("{} = {}", name, value_of_round(first, step, round, hexadecimal));
      });
  push(std::move(frame), at);
  return true;
}

bool Lines::unroll_list(const Line& line) {
  const std::size_t begin = indentation(line.text);
  const std::size_t open = begin + 4;
  const std::size_t close = line.text.find(')', open);
  const Origin at = line.origin(begin, std::min(close, line.text.size() - 1) - begin + 1);
  const auto wrong = [&](std::string what) {
    findings_.error(at, std::move(what),
                    "write ~LST(name, a, b) or ~LST({n, m}, {a, b}, {c, d}) and a line behind it");
    return true;
  };
  if (close == std::string::npos) return wrong("~LST is not closed with )");
  const auto parts =
      comma_separated(std::string_view(line.text).substr(open + 1, close - open - 1));
  Frame frame{.kind = Frame::Kind::Loop};
  frame.names = row(parts[0]);
  for (const std::string& macro : frame.names)
    if (macro.empty() || name_length(macro) != macro.size())
      return wrong(fmt::format("`{}` cannot be the name of a macro", macro));
  for (std::size_t i = 1; i < parts.size(); ++i) {
    frame.values.push_back(row(parts[i]));
    if (frame.values.back().size() != frame.names.size())
      return wrong(fmt::format("value {} of ~LST has {} parts for {} names", i,
                               frame.values.back().size(), frame.names.size()));
  }
  if (frame.values.empty()) return wrong("~LST has no values");
  frame.body.push_back(line.from(close + 1));
  frame.rounds = frame.values.size();
  frame.first_round = sources_.add_loop(
      at, frame.rounds, [names = frame.names, values = frame.values](std::size_t round) {
        std::string out;
        for (std::size_t i = 0; i < names.size(); ++i)
          out += fmt::format("{}{} = {}", i == 0 ? "" : ", ", names[i], values[round][i]);
        return out;
      });
  push(std::move(frame), at);
  return true;
}

bool Lines::next_round(Frame& frame, Line& line) {
  if (frame.at >= frame.rounds) return false;
  const std::size_t round = frame.at++;
  for (std::size_t i = 0; i < frame.names.size(); ++i) {
    std::string value = frame.values.empty()
                            ? value_of_round(frame.first, frame.step, round, frame.hexadecimal)
                            : frame.values[round][i];
    macros_.insert_or_assign(
        frame.names[i],
        Macro{.lines = {{.text = std::move(value), .parts = {{}}}}, .is_written = false});
  }
  line = frame.body.front();
  const auto number = frame.first_round + static_cast<std::uint32_t>(round);
  for (Line::Part& part : line.parts) part.origin.round = number;
  return true;
}

std::optional<Line> Lines::substitute(Line line) {
  // A line that is nothing but a macro of several lines: they take its place, each where it was
  // written.
  const std::string_view text = base::trim(line.text);
  if (text.starts_with('$')) {
    std::string_view name = text.substr(1);
    if (name.starts_with('{') && name.ends_with('}')) name = name.substr(1, name.size() - 2);
    const auto macro = macros_.find(name);
    if (macro != macros_.end() && macro->second.is_multi_line) {
      Frame frame{.kind = Frame::Kind::Body};
      frame.body = macro->second.lines;
      const Origin at = line.origin(indentation(line.text), text.size());
      const Line::Via via{.at = at, .use = sources_.add_use(text, at)};
      for (Line& one : frame.body)
        for (Line::Part& part : one.parts) via.apply(part);
      push(std::move(frame), at);
      return std::nullopt;
    }
  }
  Line out;
  if (!expand(line, nullptr, 0, out)) return std::nullopt;
  const bool may_begin_anew =
      indentation(line.text) < line.text.size() && line.text[indentation(line.text)] == '$';
  if (out.text.find('\n') == std::string::npos && !may_begin_anew) return out;

  // What a macro made may be several lines, a condition, a loop, or nothing.
  Frame frame{.kind = Frame::Kind::Body};
  for (std::size_t begin = 0; begin <= out.text.size();) {
    const std::size_t end = std::min(out.text.find('\n', begin), out.text.size());
    Line one;
    one.append(out, begin, end);
    if (!base::trim(one.text).empty()) frame.body.push_back(std::move(one));
    begin = end + 1;
  }
  if (frame.body.size() == 1) {
    Line& only = frame.body.front();
    const char first = only.text[indentation(only.text)];
    if (first != '@' && first != '~') return std::move(only);
  }
  if (!frame.body.empty()) push(std::move(frame), line.origin(0, line.text.size()));
  return std::nullopt;
}

namespace {

// The macro that a text beginning with '$' uses: its name, and how much of the text is that.
struct MacroWord {
  std::string_view name = {};
  std::size_t length = 0;  // 0: none
};

MacroWord macro_word(std::string_view text) {
  const std::string_view rest = text.substr(1);
  if (rest.starts_with('{')) {
    const std::size_t close = rest.find('}');
    if (close == std::string_view::npos) return {};
    return {.name = rest.substr(1, close - 1), .length = close + 2};
  }
  const std::size_t length = name_length(rest);
  if (length < rest.size() && rest[length] != ' ' && rest[length] != '\t') return {};
  return {.name = rest.substr(0, length), .length = length + 1};
}

}  // namespace

// Appends the line with its macros replaced. What a macro holds stands where it was written.
bool Lines::expand(const Line& line, const Line::Via* via, unsigned depth, Line& out) {
  const std::string_view text = line.text;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t dollar = std::min(text.find('$', i), text.size());
    out.append(line, i, dollar, via);
    i = dollar;
    if (i == text.size()) break;

    const MacroWord word = macro_word(text.substr(i));
    Line::Part part{.origin = line.origin(i, std::max<std::size_t>(word.length, 1))};
    if (via != nullptr) via->apply(part);
    const Origin& at = part.origin;
    if (++steps_ > kMostReplacements)
      return give_up(at, fmt::format("more than {} macros are replaced", kMostReplacements), {});
    const auto macro = word.length > 0 ? macros_.find(word.name) : macros_.end();
    if (macro != macros_.end()) {
      if (!replace(macro->second, text.substr(i, word.length), at, depth, out)) return false;
    } else if (auto value = word.length > 0 && word.name.starts_with('_') ? built_in(word.name)
                                                                          : std::nullopt) {
      const Macro made{.lines = {{.text = std::move(*value), .parts = {{}}}}, .is_written = false};
      if (!replace(made, text.substr(i, word.length), at, depth, out)) return false;
    } else {  // unknown ones stay as they are: scripts have dollars too
      out.append(line, i, i + 1, via);
      ++i;
      continue;
    }
    i += word.length;
  }
  return true;
}

// `spelled` is how the macro is used, "$NAME" or "${NAME}", and `at` where.
bool Lines::replace(const Macro& macro, std::string_view spelled, const Origin& at, unsigned depth,
                    Line& out) {
  if (depth >= kDeepestMacro)
    return give_up(at, fmt::format("macros contain each other deeper than {}", kDeepestMacro),
                   "does one contain itself?");
  std::size_t size = macro.lines.empty() ? 0 : macro.lines.size() - 1;
  for (const Line& one : macro.lines) size += one.text.size();
  if (out.text.size() + size > kLongestExpanded)
    return give_up(at, fmt::format("the line expands to more than {} bytes", kLongestExpanded),
                   "does a macro double itself?");
  const Line::Via via{.at = at,
                      .use = macro.is_written ? sources_.add_use(spelled, at) : 0,
                      .is_written = macro.is_written};
  bool is_first = true;
  for (const Line& one : macro.lines) {
    if (!std::exchange(is_first, false)) out.text += '\n';
    if (!expand(one, &via, depth + 1, out)) return false;
  }
  return true;
}

}  // namespace keepalived
