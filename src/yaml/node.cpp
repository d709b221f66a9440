#include "yaml/node.h"

#include <fmt/format.h>

#include <algorithm>

namespace yaml {

text::Place Mark::place() const {
  text::Place place{.file = source ? source->file : "",
                    .text = {},
                    .line = line,
                    .column = column,
                    .length = length};
  if (!source || line == 0 || line > source->lines.size()) return place;
  std::string_view rest = std::string_view(source->text).substr(source->lines[line - 1]);
  rest = rest.substr(0, rest.find('\n'));
  if (rest.ends_with('\r')) rest.remove_suffix(1);
  place.text = rest;
  return place;
}

const Node* Node::find(std::string_view key) const {
  const Map* map = as_map();
  if (map == nullptr) return nullptr;
  const auto found = std::ranges::find(*map, key, &Entry::key);
  return found == map->end() ? nullptr : &found->value;
}

Node* Node::find(std::string_view key) {
  return const_cast<Node*>(std::as_const(*this).find(key));
}

std::optional<std::string> Node::scalar_text() const {
  struct Visitor {
    std::optional<std::string> operator()(std::monostate) const { return ""; }
    std::optional<std::string> operator()(bool value) const { return value ? "true" : "false"; }
    std::optional<std::string> operator()(std::int64_t value) const {
      return std::to_string(value);
    }
    std::optional<std::string> operator()(double value) const {
      const std::string text = fmt::format("{}", value);
      // Ruby writes 1.0, never 1.
      return text.find_first_not_of("-0123456789") == std::string::npos ? text + ".0" : text;
    }
    std::optional<std::string> operator()(const std::string& value) const { return value; }
    std::optional<std::string> operator()(const List&) const { return std::nullopt; }
    std::optional<std::string> operator()(const Map&) const { return std::nullopt; }
  };
  return std::visit(Visitor{}, data_);
}

std::string_view Node::type_name() const {
  constexpr std::string_view kNames[] = {"null", "boolean", "integer", "number",
                                         "text", "list",    "map"};
  return kNames[data_.index()];
}

json::Value to_json(const Node& node) {
  if (const auto* list = node.as_list()) {
    json::Array array;
    for (const Node& item : *list) array.push_back(to_json(item));
    return array;
  }
  if (const auto* map = node.as_map()) {
    json::Object object;
    for (const Entry& entry : *map) object.set(entry.key, to_json(entry.value));
    return object;
  }
  if (const auto* value = node.as_bool()) return *value;
  if (const auto* value = node.as_integer()) return *value;
  if (const auto* value = node.as_text()) return *value;
  if (const auto value = node.as_number()) return *value;
  return nullptr;
}

}  // namespace yaml
