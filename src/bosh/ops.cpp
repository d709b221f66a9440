#include "bosh/ops.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <span>

#include "bosh/ops_path.h"

namespace bosh {
namespace {

using ops::Append;
using ops::Beside;
using ops::Index;
using ops::Key;
using ops::Match;
using ops::Token;
using Path = std::span<const Token>;

// One operation on one document. Functions answer false after they have said why.
class Operation {
 public:
  Operation(const yaml::Mark& path_mark, Report& report) : mark_(path_mark), report_(report) {}

  bool replace(yaml::Node& at, Path path, const yaml::Node& value) {
    if (path.empty()) {
      at = value;
      return true;
    }
    const Token& token = path.front();
    if (const auto* key = std::get_if<Key>(&token.what)) return replace_key(at, *key, path, value);
    if (at.is_null() && token.is_optional) at = yaml::Node(value.mark(), yaml::List{});
    yaml::List* list = at.as_list();
    if (list == nullptr) return mismatch(at, token, "list");
    if (std::holds_alternative<Append>(token.what)) {
      list->push_back(value);
      return true;
    }
    bool is_missing = false;
    const auto place = find(*list, token, is_missing);
    if (is_missing) return append_match(*list, token, path, value);
    if (!place) return false;
    if (token.beside == Beside::Before || token.beside == Beside::After) {
      const auto after = static_cast<std::ptrdiff_t>(*place) + (token.beside == Beside::After);
      list->insert(list->begin() + after, value);
      return true;
    }
    return replace((*list)[*place], path.subspan(1), value);
  }

  bool remove(yaml::Node& at, Path path) {
    if (path.empty()) return refuse("the whole document cannot be removed");
    const Token& token = path.front();
    if (const auto* key = std::get_if<Key>(&token.what)) return remove_key(at, *key, path);
    yaml::List* list = at.as_list();
    if (list == nullptr) return mismatch(at, token, "list");
    if (std::holds_alternative<Append>(token.what)) return refuse("\"-\" has nothing to remove");
    bool is_missing = false;
    const auto place = find(*list, token, is_missing);
    if (is_missing) return true;  // optional
    if (!place) return false;
    if (path.size() > 1) return remove((*list)[*place], path.subspan(1));
    list->erase(list->begin() + static_cast<std::ptrdiff_t>(*place));
    return true;
  }

  const yaml::Node* look(yaml::Node& at, Path path) {
    yaml::Node* node = &at;
    for (const Token& token : path) {
      if (const auto* key = std::get_if<Key>(&token.what)) {
        node = node->find(key->name);
      } else {
        yaml::List* list = node->as_list();
        bool is_missing = false;
        Report unheard;
        const auto place = list == nullptr
                               ? std::nullopt
                               : Operation(mark_, unheard).find(*list, token, is_missing);
        node = place ? &(*list)[*place] : nullptr;
      }
      if (node == nullptr) return nullptr;
    }
    return node;
  }

  bool refuse(std::string what) {
    report_.error(mark_, std::move(what));
    return false;
  }

 private:
  bool mismatch(const yaml::Node& at, const Token& token, std::string_view wanted) {
    return refuse(
        fmt::format("\"{}\" is looked for in a {}, not a {}", token.text, at.type_name(), wanted));
  }

  bool replace_key(yaml::Node& at, const Key& key, Path path, const yaml::Node& value) {
    const Token& token = path.front();
    if (at.is_null() && token.is_optional) at = yaml::Node(value.mark(), yaml::Map{});
    yaml::Map* map = at.as_map();
    if (map == nullptr) return mismatch(at, token, "map");
    yaml::Node* next = at.find(key.name);
    // The last key of a path may be new without being optional.
    if (next == nullptr && path.size() > 1 && !token.is_optional)
      return refuse(
          fmt::format("there is no key \"{}\"; \"{}?\" would make it", key.name, token.text));
    if (next == nullptr) {
      yaml::Node fresh;
      if (path.size() > 1) {
        if (std::holds_alternative<Index>(path[1].what))
          return refuse(fmt::format("the index {} has no list to be in", path[1].text));
        const bool is_map = std::holds_alternative<Key>(path[1].what);
        fresh =
            is_map ? yaml::Node(value.mark(), yaml::Map{}) : yaml::Node(value.mark(), yaml::List{});
      }
      if (!replace(fresh, path.subspan(1), value)) return false;
      map->push_back({.key = key.name, .mark = value.mark(), .value = std::move(fresh)});
      return true;
    }
    return replace(*next, path.subspan(1), value);
  }

  bool remove_key(yaml::Node& at, const Key& key, Path path) {
    const Token& token = path.front();
    yaml::Map* map = at.as_map();
    if (map == nullptr) return (at.is_null() && token.is_optional) || mismatch(at, token, "map");
    yaml::Node* next = at.find(key.name);
    if (next == nullptr)
      return token.is_optional || refuse(fmt::format("there is no key \"{}\"", key.name));
    if (path.size() > 1) return remove(*next, path.subspan(1));
    std::erase_if(*map, [&](const yaml::Entry& entry) { return entry.key == key.name; });
    return true;
  }

  // An optional key=value without a match makes an item {key: value}.
  bool append_match(yaml::List& list, const Token& token, Path path, const yaml::Node& value) {
    const auto* match = std::get_if<Match>(&token.what);
    if (match == nullptr || token.beside != Beside::None)
      return refuse(fmt::format("there is no item \"{}\"", token.text));
    if (path.size() == 1) {
      list.push_back(value);
      return true;
    }
    yaml::Node item(value.mark(), yaml::Map{});
    item.as_map()->push_back(
        {.key = match->key, .mark = value.mark(), .value = yaml::Node(value.mark(), match->value)});
    if (!replace(item, path.subspan(1), value)) return false;
    list.push_back(std::move(item));
    return true;
  }

  std::optional<std::size_t> find(const yaml::List& list, const Token& token, bool& is_missing) {
    std::int64_t at = 0;
    if (const auto* match = std::get_if<Match>(&token.what)) {
      const auto fits = [&](const yaml::Node& item) {
        const yaml::Node* value = item.find(match->key);
        return value != nullptr && value->as_text() != nullptr && *value->as_text() == match->value;
      };
      const auto count = std::ranges::count_if(list, fits);
      is_missing = count == 0 && token.is_optional;
      if (is_missing) return std::nullopt;
      if (count != 1) {
        refuse(
            fmt::format("{} items have {}={}; exactly one must", count, match->key, match->value));
        return std::nullopt;
      }
      at = std::ranges::find_if(list, fits) - list.begin();
    } else if (const auto* index = std::get_if<Index>(&token.what)) {
      at = index->value < 0 ? index->value + static_cast<std::int64_t>(list.size()) : index->value;
    }
    if (token.beside == Beside::Previous) --at;
    if (token.beside == Beside::Next) ++at;
    if (at >= 0 && at < static_cast<std::int64_t>(list.size())) return static_cast<std::size_t>(at);
    refuse(fmt::format("\"{}\" is outside a list of {}", token.text, list.size()));
    return std::nullopt;
  }

  const yaml::Mark& mark_;
  Report& report_;
};

// test: the value is there and equal, or, with `absent: true`, nothing is there.
void test(yaml::Node& document, Path path, const yaml::Node& operation, Operation& on) {
  const yaml::Node* found = on.look(document, path);
  const yaml::Node* absent = operation.find("absent");
  const yaml::Node* value = operation.find("value");
  if (absent != nullptr && absent->as_bool() != nullptr && *absent->as_bool()) {
    if (found != nullptr) on.refuse("the test failed: there is a value");
    return;
  }
  if (value == nullptr)
    on.refuse("a test needs a \"value\" or \"absent: true\"");
  else if (found == nullptr)
    on.refuse("the test failed: nothing is there");
  else if (yaml::to_json(*found) != yaml::to_json(*value))
    on.refuse("the test failed: another value is there");
}

void apply(yaml::Node& document, const yaml::Node& operation, Report& report) {
  const yaml::Node* type = operation.find("type");
  const yaml::Node* path = operation.find("path");
  const yaml::Node* value = operation.find("value");
  if (type == nullptr || type->as_text() == nullptr || path == nullptr ||
      path->as_text() == nullptr) {
    report.error(operation.mark(), "an operation is a map with a \"type\" and a \"path\"");
    return;
  }
  const auto tokens = ops::parse_path(*path->as_text());
  if (!tokens) {
    report.error(path->mark(), tokens.error().what);
    return;
  }
  Operation on(path->mark(), report);
  if (*type->as_text() == "replace") {
    if (value == nullptr || value->is_null())
      report.error(operation.mark(), "a replace needs a \"value\" other than null");
    else
      on.replace(document, *tokens, *value);
  } else if (*type->as_text() == "remove") {
    on.remove(document, *tokens);
  } else if (*type->as_text() == "test") {
    test(document, *tokens, operation, on);
  } else {
    report.error(type->mark(), fmt::format("\"{}\" is no type of operation", *type->as_text()),
                 "there are replace, remove and test");
  }
}

}  // namespace

void apply_ops(yaml::Node& document, const yaml::Node& ops, Report& report) {
  if (ops.is_null()) return;
  if (ops.as_list() == nullptr) {
    report.error(ops.mark(), "an ops file must be a list of operations");
    return;
  }
  for (const yaml::Node& operation : *ops.as_list()) apply(document, operation, report);
}

}  // namespace bosh
