#include "json/value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

namespace json {
namespace {

constexpr std::size_t kMaxDepth = 200;

// Builds a Value from the library's events; stops at what the library itself would let through.
class Builder : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit Builder(std::string_view text) : text_(text) {}

  bool null() override { return add(Value()); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(number_integer_t value) override { return add(value); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max()))
      return add(static_cast<double>(value));
    return add(static_cast<std::int64_t>(value));
  }
  bool number_float(number_float_t value, const string_t&) override { return add(value); }
  bool string(string_t& value) override { return add(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return open(Object()); }
  bool start_array(std::size_t) override { return open(Array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& name) override {
    if (open_.back().value.as_object()->contains(name))
      return refuse(fmt::format("the key '{}' occurs twice in one object", name));
    open_.back().key = std::move(name);
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    const std::string_view before = text_.substr(0, position == 0 ? 0 : position - 1);
    const auto line = 1 + std::count(before.begin(), before.end(), '\n');
    const auto last_break = before.rfind('\n');
    const auto column = before.size() - (last_break == std::string_view::npos ? 0 : last_break + 1);
    return refuse(fmt::format("unexpected text at line {}, column {}", line, column + 1));
  }

  base::Result<Value> take(bool is_complete) {
    if (is_complete && problem_.empty()) return std::move(root_);
    return base::fail(base::Kind::Invalid, "not valid JSON: " + problem_);
  }

 private:
  struct Level {
    Value value;
    std::string key;  // of the member being read, for objects
  };

  bool refuse(std::string problem) {
    if (problem_.empty()) problem_ = std::move(problem);
    return false;
  }

  bool add(Value value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Object* object = open_.back().value.as_object()) {
      object->set(open_.back().key, std::move(value));
    } else {
      open_.back().value.as_array()->push_back(std::move(value));
    }
    return true;
  }

  bool open(Value empty) {
    if (open_.size() >= kMaxDepth)
      return refuse(fmt::format("nested deeper than {} levels", kMaxDepth));
    open_.push_back({std::move(empty), {}});
    return true;
  }

  bool close() {
    Value done = std::move(open_.back().value);
    open_.pop_back();
    return add(std::move(done));
  }

  std::string_view text_;
  std::vector<Level> open_;
  Value root_;
  std::string problem_;
};

nlohmann::ordered_json to_library(const Value& value) {
  if (const auto* boolean = value.as_bool()) return *boolean;
  if (value.is_integer()) return *value.as_integer();
  if (value.is_number()) return *value.as_number();
  if (const auto* text = value.as_string()) return *text;
  if (const auto* array = value.as_array()) {
    auto out = nlohmann::ordered_json::array();
    for (const Value& element : *array) out.push_back(to_library(element));
    return out;
  }
  if (const auto* object = value.as_object()) {
    auto out = nlohmann::ordered_json::object();
    for (const auto& [key, member] : *object) out.push_back({key, to_library(member)});
    return out;
  }
  return nullptr;
}

std::string dump(const Value& value, int indent) {
  return to_library(value).dump(indent, ' ', false,
                                nlohmann::ordered_json::error_handler_t::replace);
}

const Value& null_value() {
  static const Value null;
  return null;
}

}  // namespace

Object::Object(std::initializer_list<Member> members) {
  for (const auto& [key, value] : members) set(key, value);
}

const Value* Object::find(std::string_view key) const {
  const auto found = std::ranges::find(members_, key, &Member::key);
  return found == members_.end() ? nullptr : &found->value;
}

Value* Object::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

Value& Object::operator[](std::string_view key) {
  if (Value* found = find(key)) return *found;
  return members_.emplace_back(std::string(key), Value()).value;
}

void Object::set(std::string_view key, Value value) {
  (*this)[key] = std::move(value);
}

bool Object::erase(std::string_view key) {
  return std::erase_if(members_, [key](const Member& member) { return member.key == key; }) > 0;
}

bool Object::operator==(const Object& other) const {
  return size() == other.size() && std::ranges::all_of(members_, [&other](const Member& member) {
           const Value* match = other.find(member.key);
           return match != nullptr && *match == member.value;
         });
}

std::string_view Value::type_name() const {
  constexpr std::string_view kNames[] = {"null",   "boolean", "integer", "number",
                                         "string", "array",   "object"};
  return kNames[data_.index()];
}

std::optional<std::int64_t> Value::as_integer() const {
  if (const auto* integer = std::get_if<std::int64_t>(&data_)) return *integer;
  const auto* number = std::get_if<double>(&data_);
  constexpr double kLimit = 9007199254740992.0;  // 2^53: beyond it a double skips integers
  if (number == nullptr || std::trunc(*number) != *number || std::abs(*number) > kLimit)
    return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

std::optional<double> Value::as_number() const {
  if (const auto* integer = std::get_if<std::int64_t>(&data_)) return static_cast<double>(*integer);
  const auto* number = std::get_if<double>(&data_);
  return number == nullptr ? std::nullopt : std::optional(*number);
}

const Value& Value::operator[](std::string_view key) const {
  const Object* object = as_object();
  const Value* found = object == nullptr ? nullptr : object->find(key);
  return found == nullptr ? null_value() : *found;
}

const Value& Value::at(std::size_t index) const {
  const Array* array = as_array();
  return array == nullptr || index >= array->size() ? null_value() : (*array)[index];
}

std::string Value::text_or(std::string_view key, std::string_view otherwise) const {
  const std::string* found = (*this)[key].as_string();
  return found == nullptr ? std::string(otherwise) : *found;
}

base::Result<Value> parse(std::string_view text) {
  Builder builder(text);
  const bool is_complete = nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take(is_complete);
}

std::string dump(const Value& value) {
  return dump(value, -1);
}
std::string dump_pretty(const Value& value) {
  return dump(value, 2);
}

}  // namespace json
