#include "yaml/scalar.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/text.h"

namespace yaml {
namespace {

// "yes", "Yes" and "YES", but not "yEs".
bool is_word(std::string_view text, std::string_view word) {
  if (text.size() != word.size()) return false;
  if (text == word) return true;
  const auto upper = [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; };
  const auto rest_is = [&](auto change) {
    for (std::size_t i = 1; i < word.size(); ++i)
      if (text[i] != change(word[i])) return false;
    return text[0] == upper(word[0]);
  };
  return rest_is(upper) || rest_is([](char c) { return c; });
}

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return is_word(text, word); });
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::optional<Node::Data> integer(std::string_view text, std::string_view digits) {
  int base = 10;
  std::string_view rest = digits;
  if (rest.starts_with("0x")) {
    base = 16;
    rest.remove_prefix(2);
  } else if (rest.starts_with("0b")) {
    base = 2;
    rest.remove_prefix(2);
  } else if (rest.size() > 1 && rest.starts_with("0")) {
    base = 8;
    rest.remove_prefix(1);
  }
  std::string plain = text.starts_with('-') ? "-" : "";
  for (const char c : rest)
    if (c != '_' && c != ',') plain += c;
  if (const auto value = base::parse_number<std::int64_t>(plain, base)) return *value;
  return std::nullopt;
}

// [-+]?([0-9][0-9_,]*)?\.[0-9]*([eE][-+][0-9]+)?, at least one digit; and plain integers too large.
std::optional<Node::Data> number(std::string_view text, std::string_view digits) {
  std::string plain = text.starts_with('-') ? "-" : "";
  bool some = false;
  std::size_t at = 0;
  for (; at < digits.size() && (is_digit(digits[at]) || digits[at] == '_' || digits[at] == ',');
       ++at)
    if (is_digit(digits[at])) {
      plain += digits[at];
      some = true;
    }
  const bool fraction = at < digits.size() && digits[at] == '.';
  if (fraction) {
    plain += digits[at++];
    for (; at < digits.size() && is_digit(digits[at]); ++at) {
      plain += digits[at];
      some = true;
    }
  }
  if (at < digits.size() && (digits[at] == 'e' || digits[at] == 'E')) {
    std::string_view power = digits.substr(at + 1);
    const bool negative = power.starts_with('-');
    if (!power.empty() && (negative || power[0] == '+')) power.remove_prefix(1);
    if (power.empty() || !std::ranges::all_of(power, is_digit)) return std::nullopt;
    plain += negative ? "e-" : "e";
    plain += power;
    at = digits.size();
  }
  if (at != digits.size() || !some) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), value);
  if (error != std::errc{} || end != plain.data() + plain.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

}  // namespace

std::optional<Node::Data> plain_scalar(std::string_view text) {
  if (text.empty() || text == "~" || is_word(text, "null")) return Node::Data{};
  if (is_one_of(text, {"true", "yes", "on"})) return true;
  if (is_one_of(text, {"false", "no", "off"})) return false;
  std::string_view digits = text;
  if (digits[0] == '-' || digits[0] == '+') digits.remove_prefix(1);
  if (is_one_of(digits, {".inf"}) || text == ".nan" || text == ".NaN" || text == ".NAN" ||
      digits == ".Inf" || digits == ".INF")
    return std::nullopt;
  if (digits.empty() || !(is_digit(digits[0]) || (digits[0] == '.' && digits.size() > 1)))
    return std::string(text);
  if (digits.find('.') == std::string_view::npos)
    if (auto value = integer(text, digits)) return value;
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1]) &&
      digits.find_first_of(".eE") == std::string_view::npos)
    return std::string(text);  // 08 is no octal number
  if (auto value = number(text, digits)) return value;
  return std::string(text);
}

}  // namespace yaml
