// A JSON document as a value. The only wrapper of the JSON library: duplicate keys, trailing text
// and nesting deeper than 200 are errors, integers stay integers, object keys keep their order.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "base/error.h"

namespace json {

class Value;
using Array = std::vector<Value>;

struct Member;  // {key, value}; defined below, where Value is complete

// An object: few keys, looked up linearly, in the order they were written.
class Object {
 public:
  Object();
  Object(std::initializer_list<Member> members);
  Object(const Object& other);
  Object(Object&& other) noexcept;
  Object& operator=(const Object& other);
  Object& operator=(Object&& other) noexcept;
  ~Object();

  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  bool contains(std::string_view key) const { return find(key) != nullptr; }
  Value& operator[](std::string_view key);  // inserts null at the end when absent
  void set(std::string_view key, Value value);
  bool erase(std::string_view key);
  std::size_t size() const;
  bool empty() const;
  std::vector<Member>::const_iterator begin() const;
  std::vector<Member>::const_iterator end() const;
  std::vector<Member>::iterator begin();
  std::vector<Member>::iterator end();
  bool operator==(const Object& other) const;  // order does not matter

 private:
  std::vector<Member> members_;
};

class Value {
 public:
  Value() = default;
  Value(std::nullptr_t) {}
  Value(bool value) : data_(value) {}
  template <std::integral T>
  requires(!std::same_as<T, bool>) Value(T value) : data_(static_cast<std::int64_t>(value)) {}
  Value(double value) : data_(value) {}
  Value(std::string value) : data_(std::move(value)) {}
  Value(std::string_view value) : data_(std::string(value)) {}
  Value(const char* value) : data_(std::string(value)) {}
  Value(Array value) : data_(std::move(value)) {}
  Value(Object value) : data_(std::move(value)) {}

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  bool is_bool() const { return std::holds_alternative<bool>(data_); }
  bool is_integer() const { return std::holds_alternative<std::int64_t>(data_); }
  bool is_number() const { return is_integer() || std::holds_alternative<double>(data_); }
  bool is_string() const { return std::holds_alternative<std::string>(data_); }
  bool is_array() const { return std::holds_alternative<Array>(data_); }
  bool is_object() const { return std::holds_alternative<Object>(data_); }
  std::string_view type_name() const;  // "null", "boolean", "integer", "number", "string", …

  // The content if it has that type, else nothing.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  std::optional<std::int64_t> as_integer() const;  // also a number without a fraction, 13.0
  std::optional<double> as_number() const;
  const std::string* as_string() const { return std::get_if<std::string>(&data_); }
  const Array* as_array() const { return std::get_if<Array>(&data_); }
  Array* as_array() { return std::get_if<Array>(&data_); }
  const Object* as_object() const { return std::get_if<Object>(&data_); }
  Object* as_object() { return std::get_if<Object>(&data_); }

  // A member of an object; null when this is no object or has no such key. Chains: v["a"]["b"].
  const Value& operator[](std::string_view key) const;
  // An element of an array; null when out of range or no array.
  const Value& at(std::size_t index) const;
  // The text of a member, or `otherwise`.
  std::string text_or(std::string_view key, std::string_view otherwise) const;

  bool operator==(const Value&) const = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> data_;
};

struct Member {
  std::string key;
  Value value;

  bool operator==(const Member&) const = default;
};

inline Object::Object() = default;
inline Object::Object(const Object& other) = default;
inline Object::Object(Object&& other) noexcept = default;
inline Object& Object::operator=(const Object& other) = default;
inline Object& Object::operator=(Object&& other) noexcept = default;
inline Object::~Object() = default;
inline std::size_t Object::size() const {
  return members_.size();
}
inline bool Object::empty() const {
  return members_.empty();
}
inline std::vector<Member>::const_iterator Object::begin() const {
  return members_.begin();
}
inline std::vector<Member>::const_iterator Object::end() const {
  return members_.end();
}
inline std::vector<Member>::iterator Object::begin() {
  return members_.begin();
}
inline std::vector<Member>::iterator Object::end() {
  return members_.end();
}

// The error names line and column; it never quotes the document, which may hold secrets.
base::Result<Value> parse(std::string_view text);

// One line; invalid UTF-8 in strings is replaced, never an error.
std::string dump(const Value& value);
// For people: two spaces a level.
std::string dump_pretty(const Value& value);

}  // namespace json
