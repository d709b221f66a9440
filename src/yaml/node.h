// A YAML document as a tree in which every key and value knows where it was written. Scalars are
// already what a BOSH Director reads: `yes` is true, 010 is 8, "1.10" in quotes stays text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "json/value.h"
#include "text/place.h"

namespace yaml {

// The text that was read, for showing lines of it.
struct Source {
  std::string file;
  std::string text;
  std::vector<std::size_t> lines;  // offset of each line's first byte
};

// A place in a source: small, since every node has one.
struct Mark {
  std::shared_ptr<const Source> source;  // shared: nodes outlive the parse and are copied around
  std::size_t line = 1;                  // 1-based
  std::size_t column = 1;
  std::size_t length = 1;

  text::Place place() const;
};

class Node;
struct Entry;
using List = std::vector<Node>;
using Map = std::vector<Entry>;  // in the order of the file; keys are unique

class Node {
 public:
  using Data = std::variant<std::monostate, bool, std::int64_t, double, std::string, List, Map>;

  // All defined below Entry: a list of entries cannot be made or destroyed before.
  Node();
  Node(Mark mark, Data data);
  Node(const Node&);
  Node(Node&&) noexcept;
  Node& operator=(const Node&);
  Node& operator=(Node&&) noexcept;
  ~Node();

  bool is_null() const { return std::holds_alternative<std::monostate>(data_); }
  // The content if it has that type, else nothing.
  const bool* as_bool() const { return std::get_if<bool>(&data_); }
  const std::int64_t* as_integer() const { return std::get_if<std::int64_t>(&data_); }
  std::optional<double> as_number() const {
    const double* value = std::get_if<double>(&data_);
    return value ? std::optional(*value) : std::nullopt;
  }
  const std::string* as_text() const { return std::get_if<std::string>(&data_); }
  const List* as_list() const { return std::get_if<List>(&data_); }
  const Map* as_map() const { return std::get_if<Map>(&data_); }
  List* as_list() { return std::get_if<List>(&data_); }
  Map* as_map() { return std::get_if<Map>(&data_); }
  // The value of a key; nothing when this is no map or has no such key.
  const Node* find(std::string_view key) const;
  Node* find(std::string_view key);
  // A scalar in the words Ruby's to_s would use ("true", "8", "1.1", ""); nothing for lists, maps.
  std::optional<std::string> scalar_text() const;
  std::string_view type_name() const;  // "null", "boolean", "integer", "number", "text", …

  const Mark& mark() const { return mark_; }
  text::Place place() const { return mark_.place(); }
  void move_to(Mark mark) { mark_ = std::move(mark); }

 private:
  Mark mark_;
  Data data_;
};

struct Entry {
  std::string key;
  Mark mark;  // of the key
  Node value;
};

inline Node::Node() = default;
inline Node::Node(Mark mark, Data data) : mark_(std::move(mark)), data_(std::move(data)) {}
inline Node::Node(const Node&) = default;
inline Node::Node(Node&&) noexcept = default;
inline Node& Node::operator=(const Node&) = default;
inline Node& Node::operator=(Node&&) noexcept = default;
inline Node::~Node() = default;

json::Value to_json(const Node& node);

}  // namespace yaml
