#include "bosh/variables.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "base/text.h"
#include "yaml/parse.h"

namespace bosh {
namespace {

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("_.-/").find(c) != std::string_view::npos;
}

struct Placeholder {
  std::size_t begin;
  std::size_t end;  // one past the last
  std::string_view name;
};

// The first ((name)), (( name )) or ((!name)) from `from` on.
std::optional<Placeholder> next_placeholder(std::string_view text, std::size_t from) {
  for (std::size_t at = text.find("((", from); at != std::string_view::npos;
       at = text.find("((", at + 1)) {
    const std::size_t close = text.find("))", at);
    if (close == std::string_view::npos) return std::nullopt;
    std::string_view name = base::trim(text.substr(at + 2, close - at - 2));
    if (name.starts_with('!')) name.remove_prefix(1);
    if (!name.empty() && std::ranges::all_of(name, is_name_character))
      return Placeholder{at, close + 2, name};
  }
  return std::nullopt;
}

class Interpolation {
 public:
  Interpolation(const Variables& variables, Report& report)
      : variables_(variables), report_(report) {}

  void node(yaml::Node& node) {
    if (yaml::List* list = node.as_list())
      for (yaml::Node& item : *list) this->node(item);
    if (yaml::Map* map = node.as_map())
      for (yaml::Entry& entry : *map) {
        entry.key = text(entry.key, entry.mark);
        this->node(entry.value);
      }
    const std::string* content = node.as_text();
    if (content == nullptr) return;
    const auto first = next_placeholder(*content, 0);
    if (!first) return;
    if (first->begin == 0 && first->end == content->size()) {
      // What a variable brings in is not looked at again, and is shown where it is used.
      const yaml::Mark mark = node.mark();
      if (const yaml::Node* value = look_up(first->name, mark)) {
        node = *value;
        node.move_to(mark);
      }
      return;
    }
    node = yaml::Node(node.mark(), text(*content, node.mark()));
  }

 private:
  std::string text(const std::string& content, const yaml::Mark& mark) {
    std::string out;
    std::size_t from = 0;
    while (const auto placeholder = next_placeholder(content, from)) {
      out += std::string_view(content).substr(from, placeholder->begin - from);
      from = placeholder->end;
      const yaml::Node* value = look_up(placeholder->name, mark);
      if (value == nullptr) continue;
      if (value->as_text() != nullptr || value->as_integer() != nullptr)
        out += *value->scalar_text();
      else
        report_.error(mark, fmt::format("the variable \"{}\" is a {} and cannot stand within text",
                                        placeholder->name, value->type_name()));
    }
    return out + content.substr(from);
  }

  const yaml::Node* look_up(std::string_view name, const yaml::Mark& mark) {
    if (const yaml::Node* value = variables_.find(name)) return value;
    const std::string_view near = text::nearest(name, variables_.names());
    report_.error(mark, fmt::format("the variable \"{}\" has no value", name),
                  near.empty() ? fmt::format("give it with -v {}=…, or in a file with -l", name)
                               : fmt::format("\"{}\" has one", near));
    return nullptr;
  }

  const Variables& variables_;
  Report& report_;
};

// -v keeps what was typed when YAML takes it as text, minus one pair of quotes.
yaml::Node typed_value(std::string_view typed, yaml::Node parsed) {
  if (parsed.as_text() == nullptr) return parsed;
  if (typed.size() >= 2 && (typed[0] == '"' || typed[0] == '\'') && typed.back() == typed[0])
    typed = typed.substr(1, typed.size() - 2);
  return yaml::Node(parsed.mark(), std::string(typed));
}

}  // namespace

void Variables::assign(std::string_view assignment, Report& report) {
  const std::size_t equals = assignment.find('=');
  const std::string file = fmt::format("-v {}", assignment.substr(0, equals));
  const std::string_view typed =
      equals == std::string_view::npos ? "" : assignment.substr(equals + 1);
  auto parsed = yaml::parse(typed, file);
  if (!parsed) {
    report.add(parsed.error());
    return;
  }
  if (equals == std::string_view::npos || equals == 0 || typed.empty()) {
    report.error(parsed->mark(), "-v takes NAME=VALUE, both not empty");
    return;
  }
  yaml::Node* at = &values_;
  for (const std::string& part : base::split(assignment.substr(0, equals), '.')) {
    if (at->as_map() == nullptr) *at = yaml::Node(parsed->mark(), yaml::Map{});
    yaml::Node* next = at->find(part);
    if (next == nullptr) {
      at->as_map()->push_back({.key = part, .mark = parsed->mark(), .value = {}});
      next = &at->as_map()->back().value;
    }
    at = next;
  }
  *at = typed_value(typed, std::move(*parsed));
}

void Variables::add_file(const yaml::Node& root, Report& report) {
  if (root.is_null()) return;
  if (root.as_map() == nullptr) {
    report.error(root.mark(), "a file of variables must be a map of names to values");
    return;
  }
  for (const yaml::Entry& entry : *root.as_map())
    if (values_.find(entry.key) == nullptr) values_.as_map()->push_back(entry);
}

const yaml::Node* Variables::find(std::string_view path) const {
  if (const yaml::Node* whole = values_.find(path)) return whole;
  const yaml::Node* at = &values_;
  for (const std::string& part : base::split(path, '.')) {
    if (const yaml::List* list = at->as_list()) {
      const auto index = base::parse_number<std::size_t>(part);
      if (!index || *index >= list->size()) return nullptr;
      at = &(*list)[*index];
    } else {
      at = at->find(part);
    }
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::vector<std::string_view> Variables::names() const {
  std::vector<std::string_view> names;
  for (const yaml::Entry& entry : *values_.as_map()) names.push_back(entry.key);
  return names;
}

void interpolate(yaml::Node& document, const Variables& variables, Report& report) {
  Interpolation(variables, report).node(document);
}

}  // namespace bosh
