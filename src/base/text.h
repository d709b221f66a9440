// Small helpers on text. ASCII only: nothing here depends on a locale.
#pragma once

#include <charconv>
#include <concepts>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace base {

std::string to_lower(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);
std::string_view trim(std::string_view text);

// "a,,b" split at ',' is {"a", "", "b"}; an empty text is one empty part.
std::vector<std::string> split(std::string_view text, char separator);
// Words between white space; never an empty one.
std::vector<std::string> words(std::string_view text);
std::string join(std::span<const std::string> parts, std::string_view separator);

// The whole text is the number, in this base; no sign for unsigned types, no white space, no
// overflow.
template <std::integral T>
std::optional<T> parse_number(std::string_view text, int base = 10) {
  T value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
  if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return value;
}

// Lower case, two digits a byte, nothing between.
std::string to_hex(std::span<const std::uint8_t> bytes);
// Accepts white space and ':' between bytes; nothing if any other character or half a byte is left.
std::optional<std::vector<std::uint8_t>> from_hex(std::string_view text);

// Replaces what would break a terminal or a line-based log: control characters and invalid UTF-8.
std::string printable(std::string_view text);

}  // namespace base
