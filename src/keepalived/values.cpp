#include "keepalived/values.h"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"
#include "keepalived/words.h"

namespace keepalived {
namespace {

std::string kept(const Keyword& keyword) {
  if (keyword.default_text.empty()) return "the line is ignored";
  if (keyword.default_text.starts_with("as "))
    return fmt::format("the value of {} is used", keyword.default_text.substr(3));
  return fmt::format("the default is used: {}", keyword.default_text);
}

std::string number(double value) {
  std::string out = fmt::format("{:.6f}", value);
  while (out.back() == '0') out.pop_back();
  if (out.back() == '.') out.pop_back();
  return out;
}

const Word* value_word(const Call& call) {
  if (call.statement.words.size() > 1) return &call.statement.words[1];
  call.findings().error(call.statement.at(), fmt::format("`{}` needs a value", call.keyword.name),
                        fmt::format("write `{} {}`; {}", call.keyword.name, syntax(call.keyword),
                                    kept(call.keyword)));
  return nullptr;
}

void out_of_range(const Call& call, const Word& word) {
  call.findings().error(word.at,
                        fmt::format("{} {} is outside {}..{}", call.keyword.name, word.text,
                                    number(call.keyword.least), number(call.keyword.most)),
                        kept(call.keyword));
}

void not_a_number(const Call& call, const Word& word, std::string_view what) {
  call.findings().error(
      word.at, fmt::format("`{}` is not {}", word.text, what),
      fmt::format("`{}` takes {}..{}; {}", call.keyword.name, number(call.keyword.least),
                  number(call.keyword.most), kept(call.keyword)));
}

std::optional<bool> switch_word(std::string_view word) {
  // In lower case only: keepalived takes ON for a mistake.
  for (const std::string_view on : {"on", "true", "yes"})
    if (word == on) return true;
  for (const std::string_view off : {"off", "false", "no"})
    if (word == off) return false;
  return std::nullopt;
}

}  // namespace

std::optional<double> decimal(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Duration from_seconds(double value) {
  return std::chrono::microseconds(std::llround(value * 1e6));
}

std::string in_seconds(Duration value) {
  return number(std::chrono::duration<double>(value).count());
}

std::optional<Given<int>> integer(const Call& call) {
  const Word* word = value_word(call);
  if (word == nullptr) return std::nullopt;
  refuse_more_words(call, 2);
  std::string_view digits = word->text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto value = base::parse_number<long long>(digits);
  if (!value && decimal(word->text).has_value()) {
    not_a_number(call, *word, "a whole number");
    return std::nullopt;
  }
  if (!value) {
    not_a_number(call, *word, "a number");
    return std::nullopt;
  }
  if (static_cast<double>(*value) < call.keyword.least ||
      static_cast<double>(*value) > call.keyword.most) {
    out_of_range(call, *word);
    return std::nullopt;
  }
  return Given<int>{static_cast<int>(*value), word->at};
}

namespace {

std::optional<Given<double>> number_of(const Call& call, std::string_view what) {
  const Word* word = value_word(call);
  if (word == nullptr) return std::nullopt;
  refuse_more_words(call, 2);
  const auto value = decimal(word->text);
  if (!value) {
    not_a_number(call, *word, what);
    return std::nullopt;
  }
  if (*value < call.keyword.least || *value > call.keyword.most) {
    out_of_range(call, *word);
    return std::nullopt;
  }
  return Given<double>{*value, word->at};
}

}  // namespace

std::optional<Given<Duration>> seconds(const Call& call) {
  if (call.keyword.type == Type::WholeSeconds) {
    const auto value = integer(call);
    if (!value) return std::nullopt;
    return Given<Duration>{std::chrono::seconds(value->value), value->at};
  }
  const auto value = number_of(call, "a number of seconds");
  if (!value) return std::nullopt;
  return Given<Duration>{from_seconds(value->value), value->at};
}

std::optional<Given<Duration>> milliseconds(const Call& call) {
  const auto value = number_of(call, "a number of milliseconds");
  if (!value) return std::nullopt;
  return Given<Duration>{from_seconds(value->value / 1000), value->at};
}

std::optional<Given<std::string>> text_word(const Call& call) {
  const Word* word = value_word(call);
  if (word == nullptr) return std::nullopt;
  refuse_more_words(call, 2);
  return Given<std::string>{word->text, word->at};
}

std::optional<Given<net::IpAddress>> address(const Call& call) {
  const Word* word = value_word(call);
  if (word == nullptr) return std::nullopt;
  refuse_more_words(call, 2);
  const auto value = net::IpAddress::parse(word->text);
  if (!value) {
    call.findings().error(word->at, value.error().what,
                          fmt::format("`{}` takes one IP address", call.keyword.name));
    return std::nullopt;
  }
  return Given<net::IpAddress>{*value, word->at};
}

std::optional<Given<std::size_t>> choice(const Call& call) {
  const Word* word = value_word(call);
  if (word == nullptr) return std::nullopt;
  refuse_more_words(call, 2);
  const std::vector<std::string> choices = base::split(call.keyword.choices, '|');
  for (std::size_t i = 0; i < choices.size(); ++i)
    if (word->text == choices[i]) return Given<std::size_t>{i, word->at};
  call.findings().error(word->at,
                        fmt::format("{} `{}` is not one of {}", call.keyword.name, word->text,
                                    base::join(choices, ", ")),
                        kept(call.keyword));
  return std::nullopt;
}

std::optional<Given<bool>> on_or_off(const Call& call) {
  if (call.statement.words.size() < 2) return Given<bool>{true, call.statement.at()};
  refuse_more_words(call, 2);
  const Word& word = call.statement.words[1];
  if (const auto value = switch_word(word.text)) return Given<bool>{*value, word.at};
  call.findings().error(word.at, fmt::format("`{}` is neither on nor off", word.text),
                        "on, true, yes, off, false and no are understood");
  return std::nullopt;
}

std::optional<Command> command(const Call& call) {
  const Word* word = value_word(call);
  if (word == nullptr) return std::nullopt;
  Command out{.argv = split_command(word->text), .at = call.context.sources.place(word->at)};
  const std::vector<Word>& words = call.statement.words;
  if (call.keyword.block == Block::Script) {
    // Its user has a keyword of its own, so that what follows are arguments.
    for (std::size_t i = 2; i < words.size(); ++i) out.argv.push_back(words[i].text);
  } else {
    read_user(words, 2, out);
    if (!word->quoted && words.size() > 2 &&
        words[2].text.find_first_of("-/.") != std::string::npos)
      call.findings().warning(words[2].at,
                              fmt::format("`{}` is read as the user who runs it", words[2].text),
                              "write the program and its arguments in one pair of quotes");
    refuse_more_words(call, 4);
  }
  if (out.argv.empty()) {
    call.findings().error(word->at, fmt::format("`{}` names no program", call.keyword.name),
                          "the line is ignored");
    return std::nullopt;
  }
  return out;
}

std::optional<Weight> weight(const Call& call) {
  const Word* word = value_word(call);
  if (word == nullptr) return std::nullopt;
  std::string_view digits = word->text;
  if (digits.starts_with('+')) digits.remove_prefix(1);
  const auto value = base::parse_number<long long>(digits);
  if (!value) {
    not_a_number(call, *word, "a whole number");
    return std::nullopt;
  }
  if (static_cast<double>(*value) < call.keyword.least ||
      static_cast<double>(*value) > call.keyword.most) {
    out_of_range(call, *word);
    return std::nullopt;
  }
  Weight out{.value = static_cast<int>(*value)};
  const std::vector<Word>& words = call.statement.words;
  if (words.size() > 2) {
    if (words[2].text == "reverse")
      out.reverse = true;
    else if (words[2].text == "noreverse" || words[2].text == "no_reverse")
      out.reverse = false;
    else
      call.findings().error(words[2].at, fmt::format("`{}` is not known here", words[2].text),
                            "behind a weight may stand `reverse`");
    refuse_more_words(call, 3);
  }
  return out;
}

void refuse_more_words(const Call& call, std::size_t expected) {
  const std::vector<Word>& words = call.statement.words;
  if (words.size() <= expected) return;
  const Word& more = words[expected];
  // A password with a space in it must not be shown.
  const std::string_view shown =
      call.keyword.name == "auth_pass" ? std::string_view("…") : std::string_view(more.text);
  std::string hint = "a quoted text counts as one word";
  if (find_keyword(call.keyword.block, more.text) != nullptr)
    hint = fmt::format("write `{}` on a line of its own", more.text);
  call.findings().warning(more.at,
                          fmt::format("`{}` is ignored: `{}` takes {}", shown, call.keyword.name,
                                      expected == 1 ? std::string("no value")
                                                    : fmt::format("at most {} word{}", expected - 1,
                                                                  expected == 2 ? "" : "s")),
                          std::move(hint));
}

}  // namespace keepalived
