#include "bosh/fields.h"

#include <fmt/format.h>

#include <algorithm>

#include "bosh/codes.h"

namespace bosh {
namespace {

const yaml::List& no_list() {
  static const yaml::List empty;
  return empty;
}

bool is_text_or_number(const yaml::Node& node) {
  return node.as_text() != nullptr || node.as_integer() != nullptr || node.as_number();
}

}  // namespace

Fields::Fields(const yaml::Node& node, std::string what, Report& report)
    : node_(node), what_(std::move(what)), report_(report) {
  if (!is_map())
    report_.error(node.mark(), code::kValidationInvalidType,
                  fmt::format("{} must be a map, not {}", what_, node.type_name()));
}

const yaml::Node* Fields::find(std::string_view key) {
  asked_.push_back(key);
  return node_.find(key);
}

const yaml::Mark& Fields::mark(std::string_view key) const {
  const yaml::Node* value = node_.find(key);
  return value == nullptr ? node_.mark() : value->mark();
}

void Fields::missing(std::string_view key, std::string_view type) {
  if (!is_map()) return;  // reported once already
  report_.error(node_.mark(), code::kValidationMissingField,
                fmt::format("{} needs the key \"{}\", a {}", what_, key, type));
}

void Fields::mistyped(const yaml::Node& node, std::string_view key, std::string_view type) {
  report_.error(
      node.mark(), code::kValidationInvalidType,
      fmt::format("\"{}\" of {} must be a {}, not {}", key, what_, type, node.type_name()));
}

std::string Fields::text(std::string_view key) {
  if (find(key) == nullptr) {
    missing(key, "text");
    return {};
  }
  return optional_text(key).value_or("");
}

std::optional<std::string> Fields::optional_text(std::string_view key) {
  const yaml::Node* value = find(key);
  if (value == nullptr) return std::nullopt;
  if (is_text_or_number(*value)) return value->scalar_text();
  mistyped(*value, key, "text");
  return std::nullopt;
}

std::int64_t Fields::integer(std::string_view key, std::int64_t least) {
  if (find(key) == nullptr) missing(key, "whole number");
  return optional_integer(key, least).value_or(least);
}

std::optional<std::int64_t> Fields::optional_integer(std::string_view key, std::int64_t least) {
  const yaml::Node* value = find(key);
  if (value == nullptr) return std::nullopt;
  const std::int64_t* number = value->as_integer();
  if (number == nullptr) {
    mistyped(*value, key, "whole number");
    return std::nullopt;
  }
  if (*number < least) {
    report_.error(value->mark(), code::kValidationViolatedMin,
                  fmt::format("\"{}\" of {} must be at least {}", key, what_, least));
    return std::nullopt;
  }
  return *number;
}

bool Fields::boolean(std::string_view key, bool otherwise) {
  const yaml::Node* value = find(key);
  if (value == nullptr) return otherwise;
  if (const bool* flag = value->as_bool()) return *flag;
  mistyped(*value, key, "boolean");
  return otherwise;
}

json::Object Fields::object(std::string_view key) {
  const yaml::Node* value = find(key);
  if (value == nullptr) return {};
  if (value->as_map() != nullptr) return *yaml::to_json(*value).as_object();
  mistyped(*value, key, "map");
  return {};
}

const yaml::List& Fields::list(std::string_view key) {
  const yaml::Node* value = find(key);
  if (value == nullptr) return no_list();
  if (const auto* items = value->as_list()) return *items;
  mistyped(*value, key, "list");
  return no_list();
}

const yaml::List& Fields::required_list(std::string_view key) {
  if (find(key) == nullptr) missing(key, "list");
  return list(key);
}

std::optional<std::vector<Fields::Word>> Fields::words(std::string_view key) {
  if (find(key) == nullptr) return std::nullopt;
  std::vector<Word> words;
  for (const yaml::Node& item : list(key)) {
    if (is_text_or_number(item))
      words.push_back({*item.scalar_text(), item.mark()});
    else
      mistyped(item, key, "list of texts");
  }
  return words;
}

void Fields::refuse(std::string_view key, const Code& code, std::string_view why) {
  asked_.push_back(key);
  if (!is_map()) return;
  for (const yaml::Entry& entry : *node_.as_map())
    if (entry.key == key)
      report_.error(entry.mark, code, fmt::format("\"{}\" of {} {}", key, what_, why));
}

void Fields::unsupported(std::string_view key) {
  asked_.push_back(key);
  if (!is_map()) return;
  for (const yaml::Entry& entry : *node_.as_map())
    if (entry.key == key) report_.unsupported(entry.mark, fmt::format("\"{}\" of {}", key, what_));
}

void Fields::check_spelling(std::initializer_list<std::string_view> others) {
  if (!is_map()) return;
  std::vector<std::string_view> known = asked_;
  known.insert(known.end(), others.begin(), others.end());
  for (const yaml::Entry& entry : *node_.as_map()) {
    if (std::ranges::find(known, entry.key) != known.end()) continue;
    const std::string_view near = text::nearest(entry.key, known);
    if (!near.empty())
      report_.warning(entry.mark,
                      fmt::format("\"{}\" of {} is unknown and ignored", entry.key, what_),
                      fmt::format("did you mean \"{}\"?", near));
  }
}

}  // namespace bosh
