#include "keepalived/lines.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/text.h"
#include "keepalived/words.h"

namespace keepalived {
namespace {

// Far above what people write, far below what hurts.
constexpr std::size_t kMostBytesRead = std::size_t{64} << 20;
constexpr std::size_t kMostLines = 2'000'000;
constexpr std::size_t kMostBytesOut = std::size_t{512} << 20;
constexpr std::size_t kLongestLine = 64 << 10;
constexpr std::size_t kDeepest = 32;

constexpr unsigned kReadable = 1, kMatch = 2, kWildcardMatch = 4, kBraceMatch = 8;

std::string folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string(".") : path.substr(0, slash == 0 ? 1 : slash);
}

std::string_view first_word(std::string_view text) {
  const std::size_t begin = indentation(text);
  return text.substr(begin, std::min(text.find_first_of(" \t", begin), text.size()) - begin);
}

}  // namespace

Origin Line::origin(std::size_t begin, std::size_t length) const {
  const auto next = std::upper_bound(parts.begin(), parts.end(), begin,
                                     [](std::size_t at, const Part& p) { return at < p.begin; });
  if (next == parts.begin()) return {};
  const auto part = std::prev(next);
  Origin origin = part->origin;
  if (part->is_fixed) return origin;
  // What follows may be written somewhere else.
  if (next != parts.end()) length = std::min(length, next->begin - begin);
  origin.column += static_cast<std::uint32_t>(begin - part->begin);
  origin.length = static_cast<std::uint32_t>(std::max<std::size_t>(length, 1));
  return origin;
}

std::vector<Origin> Line::origins(std::size_t begin, std::size_t length) const {
  std::vector<Origin> out = {origin(begin, length)};
  for (const Part& part : parts)
    if (part.begin > begin && part.begin < begin + length)
      out.push_back(origin(part.begin, begin + length - part.begin));
  return out;
}

Line Line::from(std::size_t begin) const {
  Line out{.text = text.substr(begin), .parts = {{.begin = 0, .origin = origin(begin, 1)}}};
  const auto part = std::upper_bound(parts.begin(), parts.end(), begin,
                                     [](std::size_t at, const Part& p) { return at < p.begin; });
  if (part != parts.begin()) out.parts.front().is_fixed = std::prev(part)->is_fixed;
  for (auto later = part; later != parts.end(); ++later) {
    out.parts.push_back(*later);
    out.parts.back().begin -= begin;
  }
  return out;
}

void Line::append(const Line& other, std::size_t begin, std::size_t end, const Via* via) {
  if (begin >= end) return;
  auto part = std::upper_bound(other.parts.begin(), other.parts.end(), begin,
                               [](std::size_t at, const Part& p) { return at < p.begin; });
  if (part != other.parts.begin()) --part;
  for (; part != other.parts.end() && part->begin < end; ++part) {
    const std::size_t from = std::max(part->begin, begin);
    Part& copy = parts.emplace_back(*part);
    copy.begin = text.size() + (from - begin);
    if (!part->is_fixed) copy.origin.column += static_cast<std::uint32_t>(from - part->begin);
    if (via != nullptr) via->apply(copy);
  }
  text.append(other.text, begin, end - begin);
}

void Line::Via::apply(Part& part) const {
  if (is_written) {
    part.origin.use = use;
    part.origin.round = at.round;
  } else {
    part.origin = at;
    part.is_fixed = true;
  }
}

Lines::Lines(Sources& sources, Findings& findings, const Files& files, const Options& options)
    : sources_(sources), findings_(findings), files_(files), options_(options) {}

bool Lines::give_up(const Origin& at, std::string what, std::string hint) {
  if (!given_up_) findings_.fatal(at, std::move(what), std::move(hint));
  given_up_ = true;
  frames_.clear();
  return false;
}

bool Lines::push(Frame frame, const Origin& at) {
  if (frames_.size() >= kDeepest)
    return give_up(at,
                   fmt::format("includes, macros and loops are nested deeper than {}", kDeepest),
                   "does one contain itself?");
  frame.include_check = include_check_;
  frames_.push_back(std::move(frame));
  return true;
}

bool Lines::open(const std::string& main_file) {
  auto text = files_.contents ? files_.contents(main_file)
                              : base::fail(base::Kind::NotFound, "no files are at hand");
  if (!text) {
    sources_.add(main_file, "");
    const std::string& why = text.error().what;
    const bool is_named = why.find(main_file) != std::string::npos;
    return give_up({.line = 0}, is_named ? why : fmt::format("cannot read {}: {}", main_file, why),
                   text.error().hint);
  }
  bytes_read_ = text->size();
  const std::uint32_t file = sources_.add(main_file, std::move(*text));
  if (bytes_read_ > kMostBytesRead)
    return give_up({.file = file}, fmt::format("the file is larger than {} bytes", kMostBytesRead),
                   "is this a configuration?");
  return push({.kind = Frame::Kind::File, .file = file}, {});
}

std::optional<Line> Lines::next_of_file(Frame& frame) {
  if (frame.at >= sources_.lines(frame.file)) return std::nullopt;
  const std::size_t number = ++frame.at;
  const Origin origin{.file = frame.file, .line = static_cast<std::uint32_t>(number)};
  const std::string_view text = sources_.line(frame.file, number);
  Line line{.text = {}, .parts = {{.begin = 0, .origin = origin}}};
  if (text.find('\0') != std::string_view::npos) {
    findings_.error(origin, "the line holds a zero byte and is skipped",
                    "is this file really text?");
  } else if (text.size() > kLongestLine) {
    findings_.error(origin, fmt::format("the line has {} bytes, more than {}, and is skipped",
                                        text.size(), kLongestLine));
  } else {
    line.text = without_comment(text);
  }
  return line;
}

std::optional<Line> Lines::raw() {
  while (!frames_.empty()) {
    Frame& frame = frames_.back();
    if (frame.kind == Frame::Kind::File) {
      if (auto line = next_of_file(frame)) return line;
      include_check_ = frame.include_check;
    } else if (frame.kind == Frame::Kind::Body) {
      if (frame.at < frame.body.size()) return frame.body[frame.at++];
    } else {
      Line line;
      if (next_round(frame, line)) return line;
    }
    frames_.pop_back();
  }
  return std::nullopt;
}

std::optional<Line> Lines::next() {
  while (auto line = raw()) {
    const Origin at = line->origin(0, line->text.size());
    ++lines_out_;
    bytes_out_ += line->text.size();
    if (lines_out_ > kMostLines || bytes_out_ > kMostBytesOut) {
      give_up(at,
              fmt::format("the configuration expands to more than {} lines or {} bytes", kMostLines,
                          kMostBytesOut),
              "a ~SEQ, ~LST or macro makes more than anybody can run");
      return std::nullopt;
    }
    const std::string_view keyword = first_word(line->text);
    if (keyword.empty() || include(*line, keyword)) continue;
    if (!is_chosen(*line) || define(*line) || unroll(*line)) continue;
    if (line->text.find('$') == std::string::npos) return line;
    if (auto done = substitute(std::move(*line))) return done;
  }
  return std::nullopt;
}

bool Lines::include(const Line& line, std::string_view keyword) {
  if (keyword == "include_check") return set_include_check(line);
  if (!keyword.starts_with("include") || keyword.size() > 8) return false;
  unsigned check = include_check_;
  const char variant = keyword.size() == 8 ? keyword[7] : '\0';
  if (variant == 'r')
    check |= kReadable;
  else if (variant == 'm')
    check |= kReadable | kMatch;
  else if (variant == 'w')
    check |= kReadable | kMatch | kWildcardMatch;
  else if (variant == 'b')
    check |= kReadable | kMatch | kBraceMatch;
  else if (variant == 'a')
    check |= kReadable | kMatch | kWildcardMatch | kBraceMatch;
  else if (variant != '\0')
    return false;

  const std::size_t begin = indentation(line.text) + keyword.size();
  std::string pattern(base::trim(std::string_view(line.text).substr(begin)));
  const Origin at =
      line.origin(std::min(line.text.find_first_not_of(" \t", begin), line.text.size() - 1),
                  std::max<std::size_t>(pattern.size(), 1));
  std::erase_if(pattern, [](char c) { return c == '"' || c == '\''; });
  if (pattern.empty()) {
    findings_.error(at, "include names no file", "write `include FILE`");
    return true;
  }
  if (pattern[0] != '/') pattern = folder(sources_.name(at.file)) + "/" + pattern;

  const bool is_wild = pattern.find_first_of("*?[") != std::string::npos;
  const bool has_braces = pattern.find('{') != std::string::npos;
  if (!is_wild && !has_braces) {
    open_file(pattern, at, (check & (kReadable | kMatch)) != 0);
    return true;
  }
  const std::vector<std::string> found =
      files_.matching ? files_.matching(pattern) : std::vector<std::string>();
  const unsigned demanded = (is_wild ? kWildcardMatch : 0U) | (has_braces ? kBraceMatch : 0U);
  if (found.empty() && (check & demanded) != 0)
    findings_.error(at, fmt::format("no file matches {}", pattern),
                    fmt::format("`{}` asks for at least one; plain `include` does not", keyword));
  // The first one is read first, so it goes on top.
  for (auto path = found.rbegin(); path != found.rend(); ++path)
    if (!open_file(*path, at, (check & kReadable) != 0) && given_up_) break;
  return true;
}

bool Lines::open_file(const std::string& path, const Origin& at, bool must_exist) {
  for (const Frame& frame : frames_)
    if (frame.kind == Frame::Kind::File && sources_.name(frame.file) == path && frame.at > 0) {
      findings_.error(at, fmt::format("{} includes itself", path), "the include is skipped");
      return false;
    }
  auto text = files_.contents(path);
  if (!text) {
    const std::string what = fmt::format("cannot include {}: {}", path, text.error().what);
    if (must_exist)
      findings_.error(at, what);
    else
      findings_.warning(at, what, "keepalived goes on without it, and so does this");
    return false;
  }
  bytes_read_ += text->size();
  if (bytes_read_ > kMostBytesRead)
    return give_up(at, fmt::format("the files together are larger than {} bytes", kMostBytesRead),
                   "is this a configuration?");
  const std::uint32_t file = sources_.add(path, std::move(*text), at);
  return push({.kind = Frame::Kind::File, .file = file}, at);
}

bool Lines::set_include_check(const Line& line) {
  const std::vector<Piece> words = split_words(line.text);
  unsigned check = words.size() > 1 ? 0 : kReadable | kMatch | kWildcardMatch | kBraceMatch;
  for (std::size_t i = 1; i < words.size(); ++i) {
    std::string_view word = words[i].text;
    const char sign = word.empty() ? '\0' : word[0];
    if (sign == '+' || sign == '-') {
      if (i == 1) check = include_check_;
      word.remove_prefix(1);
    }
    const unsigned flag = word == "readable"         ? kReadable
                          : word == "match"          ? kReadable | kMatch
                          : word == "wildcard_match" ? kReadable | kWildcardMatch
                          : word == "brace_match"    ? kReadable | kBraceMatch
                                                     : 0;
    if (flag == 0)
      findings_.error(line.origin(words[i].begin, words[i].length),
                      fmt::format("include_check does not know `{}`", words[i].text),
                      "it takes readable, match, wildcard_match and brace_match");
    check = sign == '-' ? check & ~flag : check | flag;
  }
  include_check_ = check;
  return true;
}

bool Lines::is_chosen(Line& line) const {
  const std::size_t begin = indentation(line.text);
  if (line.text[begin] != '@') return true;
  const bool is_negative = line.text.compare(begin, 2, "@^") == 0;
  const std::string_view condition = first_word(line.text);
  const std::string_view id = condition.substr(is_negative ? 2 : 1);
  const std::size_t rest = begin + condition.size();
  if ((id == options_.config_id) == is_negative || rest >= line.text.size()) return false;
  line = line.from(rest);
  return true;
}

std::optional<std::string> Lines::built_in(std::string_view name) const {
  if (name == "_HASH") return "#";
  if (name == "_BANG") return "!";
  if (name == "_INSTANCE") return options_.config_id;
  if (name == "_PWD") {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
      if (frame->kind == Frame::Kind::File) return folder(sources_.name(frame->file));
    return ".";
  }
  const std::vector<std::string> words = base::words(name);
  if (words.size() == 2 && words[0] == "_ENV")
    return options_.environment ? options_.environment(words[1]) : std::string();
  if (words.empty() || words.size() > 3 || words[0] != "_RANDOM") return std::nullopt;
  const auto least = words.size() > 1 ? base::parse_number<std::uint32_t>(words[1]) : 0U;
  const auto most = words.size() > 2 ? base::parse_number<std::uint32_t>(words[2]) : 32767U;
  if (!least || !most || *least > *most) return std::nullopt;
  random_ = (random_ + options_.random_seed + 1) * 6364136223846793005U + 1442695040888963407U;
  return std::to_string(*least + (random_ >> 33) % (std::uint64_t{*most} - *least + 1));
}

}  // namespace keepalived
