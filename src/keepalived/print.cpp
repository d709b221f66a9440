#include "keepalived/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "base/text.h"
#include "keepalived/values.h"

namespace keepalived {
namespace {

// A word as it must be written to be read as itself.
std::string word(std::string_view text) {
  constexpr std::string_view kSpecial = " \t\v\f\r\n\"'\\#!{}$@~";
  const bool is_plain = !text.empty() && text.find_first_of(kSpecial) == std::string_view::npos &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c > ' '; });
  if (is_plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (byte < ' ' || byte == 0x7f || c == '$')  // a dollar could name a macro
      out += fmt::format("\\{:03o}", byte);
    else
      out += c;
  }
  return out + "\"";
}

// An argument within a command: there are no escapes in there, but quotes of one kind protect those
// of the other, and pieces join.
std::string argument(std::string_view text) {
  if (text.empty()) return "''";
  if (text.find_first_of(" \t\v\f\r\n\"'") == std::string_view::npos) return std::string(text);
  std::string out;
  char quote = 0;
  for (const char c : text) {
    const char wanted = c == '\'' ? '"' : c == '"' || quote == 0 ? '\'' : quote;
    if (wanted != quote) {
      if (quote != 0) out += quote;
      out += quote = wanted;
    }
    out += c;
  }
  return out + quote;
}

// The arguments as one word, split again when it is read.
std::string command(const Command& command) {
  std::string joined;
  for (const std::string& one : command.argv) joined += (joined.empty() ? "" : " ") + argument(one);
  std::string out = word(joined);
  if (out.front() != '"') out = fmt::format("\"{}\"", out);
  return out;
}

std::string with_user(const Command& given) {
  std::string out = command(given);
  if (given.user.empty()) return out;
  out += " " + word(given.user);
  const std::string group = (given.supplementary_groups ? ":" : "") + given.group;
  if (!group.empty()) out += " " + word(group);
  return out;
}

std::string scalar(const Scalar& value) {
  struct Writer {
    std::string operator()(bool is_on) const { return is_on ? "on" : "off"; }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(const std::string& text) const { return text; }
    std::string operator()(Duration time) const { return in_seconds(time); }
  };
  return std::visit(Writer{}, value);
}

std::string words_of(const FormNode& node) {
  std::string out = node.key;
  for (const Scalar& value : node.values) out += " " + word(scalar(value));
  return out;
}

// Lines with an indentation of two spaces a level.
class Printer {
 public:
  std::string print(const std::vector<FormNode>& nodes) {
    for (const FormNode& node : nodes) write(node);
    return std::move(out_);
  }

 private:
  void write(const FormNode& node) {
    switch (node.kind) {
      case FormNode::Kind::Setting:
      case FormNode::Kind::Flag:
        line(words_of(node));
        return;
      case FormNode::Kind::Command:
        line(fmt::format("{} {}", node.key, with_user(node.command)));
        return;
      case FormNode::Kind::Line:
        line(line_text(node));
        return;
      case FormNode::Kind::Comment:
        line("# " + scalar(node.values.front()));
        return;
      case FormNode::Kind::Section:
      case FormNode::Kind::List:
        if (depth_ == 0 && !out_.empty()) out_ += '\n';
        line(words_of(node) + " {");
        ++depth_;
        for (const FormNode& one : node.inner) write(one);
        --depth_;
        line("}");
        return;
    }
  }

  void line(std::string_view text) {
    out_.append(depth_ * 2, ' ');
    out_ += text;
    out_ += '\n';
  }

  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

// The value and what stands behind it; its key is for other writers.
std::string line_text(const FormNode& node) {
  std::string out;
  const auto add = [&](const std::string& text) { out += (out.empty() ? "" : " ") + text; };
  for (const Scalar& value : node.values) add(word(scalar(value)));
  for (const FormNode& one : node.inner) {
    add(words_of(one));
    if (!one.inner.empty()) add(line_text({.kind = FormNode::Kind::Line, .inner = one.inner}));
  }
  return out;
}

std::string print(const Config& config, const PrintOptions& options) {
  return Printer().print(form_of(config, options));
}

}  // namespace keepalived
