#include "bosh/ops_path.h"

#include <fmt/format.h>

#include "base/text.h"

namespace bosh::ops {
namespace {

// ~0 is '~', ~1 is '/', ~7 is ':' (RFC 6901 has the first two).
std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '~' && i + 1 < text.size() &&
        (text[i + 1] == '0' || text[i + 1] == '1' || text[i + 1] == '7')) {
      ++i;
      out += text[i] == '0' ? '~' : text[i] == '1' ? '/' : ':';
    } else {
      out += text[i];
    }
  }
  return out;
}

struct Modifier {
  std::string_view suffix;
  Beside beside;
};
constexpr Modifier kModifiers[] = {{":before", Beside::Before},
                                   {":after", Beside::After},
                                   {":prev", Beside::Previous},
                                   {":next", Beside::Next}};

Token token(std::string_view text, bool is_last, bool was_optional) {
  Token out{.what = Key{},
            .is_optional = was_optional,
            .beside = Beside::None,
            .text = std::string(text)};
  for (const auto& [suffix, beside] : kModifiers)
    if (text.ends_with(suffix)) {
      out.beside = beside;
      text.remove_suffix(suffix.size());
    }
  if (text.ends_with('?')) {
    out.is_optional = true;
    text.remove_suffix(1);
  }
  const std::size_t equals = text.find('=');
  if (const auto index = base::parse_number<std::int64_t>(text))
    out.what = Index{*index};
  else if (text == "-" && is_last)
    out.what = Append{};
  else if (equals != std::string_view::npos)
    out.what = Match{unescape(text.substr(0, equals)), unescape(text.substr(equals + 1))};
  else
    out.what = Key{unescape(text)};
  return out;
}

bool is_of_a_list(const Token& token) {
  return std::holds_alternative<Index>(token.what) || std::holds_alternative<Match>(token.what);
}

}  // namespace

base::Result<std::vector<Token>> parse_path(std::string_view text) {
  std::vector<Token> tokens;
  if (text.empty() || text == "/") return tokens;
  if (!text.starts_with('/'))
    return base::fail(base::Kind::Invalid, fmt::format("the path \"{}\" must begin with /", text));
  const auto parts = base::split(text.substr(1), '/');
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const bool was_optional = !tokens.empty() && tokens.back().is_optional;
    tokens.push_back(token(parts[i], i + 1 == parts.size(), was_optional));
    const Token& made = tokens.back();
    if (made.beside != Beside::None && !is_of_a_list(made))
      return base::fail(base::Kind::Invalid,
                        fmt::format("\"{}\" is neither an index nor key=value", made.text));
    if ((made.beside == Beside::Before || made.beside == Beside::After) && i + 1 < parts.size())
      return base::fail(base::Kind::Invalid,
                        fmt::format("nothing can follow \"{}\" in a path", made.text));
  }
  return tokens;
}

}  // namespace bosh::ops
