#include "keepalived/entry.h"

#include <fmt/format.h>

#include <utility>

namespace keepalived {
namespace {

constexpr std::size_t kLongestInterface = 15;  // IFNAMSIZ of the kernel, without its zero

std::string_view plural(Named kind) {
  switch (kind) {
    case Named::Table:
      return "routing table";
    case Named::Protocol:
      return "routing protocol";
    case Named::Scope:
      return "scope";
    case Named::Tos:
      return "type of service";
    case Named::Realm:
      return "realm";
    case Named::Group:
      return "group of interfaces";
  }
  return "";
}

std::string_view file_of(Named kind) {
  switch (kind) {
    case Named::Table:
      return "/etc/iproute2/rt_tables";
    case Named::Protocol:
      return "/etc/iproute2/rt_protos";
    case Named::Scope:
      return "/etc/iproute2/rt_scopes";
    case Named::Tos:
      return "/etc/iproute2/rt_dsfield";
    case Named::Realm:
      return "/etc/iproute2/rt_realms";
    case Named::Group:
      return "/etc/iproute2/group";
  }
  return "";
}

}  // namespace

bool Entry::skip(std::string_view word) {
  if (is_at_end() || peek().text != word) return false;
  ++at_;
  return true;
}

Findings::Remark Entry::wrong(const Word& at, std::string what, std::string hint) {
  is_wrong_ = true;
  return context_.findings.error(
      at.at, std::move(what),
      hint.empty() ? std::string(left_out_) : fmt::format("{}; {}", hint, left_out_));
}

void Entry::unknown(const Word& word) {
  const std::string_view near =
      context_.findings.is_full() ? std::string_view() : nearest_keyword(block_, word.text);
  wrong(word, fmt::format("`{}` is not known in {}", word.text, name(block_)),
        near.empty() ? std::string() : fmt::format("did you mean `{}`?", near));
}

const Word* Entry::value(const Word& key) {
  if (!is_at_end()) return &take();
  const Keyword* keyword = find_keyword(block_, key.text);
  wrong(key, fmt::format("`{}` needs a value", key.text),
        keyword == nullptr ? std::string()
                           : fmt::format("write `{} {}`", key.text, syntax(*keyword)));
  return nullptr;
}

std::optional<std::uint64_t> Entry::number(const Word& key) {
  const Word* word = value(key);
  if (word == nullptr) return std::nullopt;
  const Keyword* keyword = find_keyword(block_, key.text);
  const auto value = any_base(word->text);
  if (value && static_cast<double>(*value) >= keyword->least &&
      static_cast<double>(*value) <= keyword->most)
    return value;
  wrong(*word, fmt::format("{} `{}` is outside {}", key.text, word->text, syntax(*keyword)));
  return std::nullopt;
}

std::optional<std::uint32_t> Entry::named(const Word& key, Named kind) {
  const Word* word = value(key);
  if (word == nullptr) return std::nullopt;
  const auto value = context_.numbers.find(kind, word->text);
  if (!value)
    wrong(*word, fmt::format("there is no {} `{}`", plural(kind), word->text),
          fmt::format("write a number, or add the name to {}", file_of(kind)));
  return value;
}

std::optional<net::IpAddress> Entry::address(const Word& key) {
  const Word* word = value(key);
  if (word == nullptr) return std::nullopt;
  const auto address = net::IpAddress::parse(word->text);
  if (address) return *address;
  wrong(*word, address.error().what);
  return std::nullopt;
}

std::optional<std::string> Entry::interface(const Word& key) {
  const Word* word = value(key);
  if (word == nullptr) return std::nullopt;
  if (!word->text.empty() && word->text.size() <= kLongestInterface) return word->text;
  wrong(*word, fmt::format("no interface can be called `{}`", word->text),
        fmt::format("a name has 1 to {} characters", kLongestInterface));
  return std::nullopt;
}

std::optional<net::Prefix> prefix_of(std::string_view text) {
  const auto prefix = net::Prefix::parse(text);
  if (!prefix) return std::nullopt;
  return *prefix;
}

}  // namespace keepalived
