// The form of a configuration as JSON: a section is an object, named ones of a kind are an array of
// objects with a "name", a list is an array, a flag is true, a time a number of seconds.
#include <fmt/format.h>

#include "keepalived/print.h"

namespace keepalived {
namespace {

json::Value scalar(const Scalar& value) {
  struct Writer {
    json::Value operator()(bool is_on) const { return is_on; }
    json::Value operator()(std::int64_t number) const { return number; }
    json::Value operator()(const std::string& text) const { return text; }
    json::Value operator()(Duration time) const {
      const auto seconds = std::chrono::floor<std::chrono::seconds>(time);
      if (seconds == time) return seconds.count();
      return std::chrono::duration<double>(time).count();
    }
  };
  return std::visit(Writer{}, value);
}

json::Value scalars(const std::vector<Scalar>& values) {
  if (values.size() == 1) return scalar(values.front());
  json::Array out;
  for (const Scalar& value : values) out.push_back(scalar(value));
  return out;
}

json::Value command(const Command& given) {
  json::Array argv;
  for (const std::string& argument : given.argv) argv.emplace_back(argument);
  json::Object out{{"argv", std::move(argv)}};
  if (!given.user.empty()) out.set("user", given.user);
  if (!given.group.empty()) out.set("group", given.group);
  if (given.supplementary_groups) out.set("supplementary_groups", true);
  return out;
}

// What may come more than once under one key becomes an array.
void append(json::Object& out, std::string_view key, json::Value value) {
  if (!out.contains(key)) out.set(key, json::Array());
  out[key].as_array()->push_back(std::move(value));
}

json::Object object(const std::vector<FormNode>& nodes);

json::Value line(const FormNode& node) {
  if (node.inner.empty() && node.key.empty()) return scalars(node.values);
  json::Object out;
  if (!node.values.empty()) out.set(node.key, scalars(node.values));
  for (const json::Member& member : object(node.inner)) out.set(member.key, member.value);
  return out;
}

void add(json::Object& out, const FormNode& node) {
  switch (node.kind) {
    case FormNode::Kind::Setting:
      // Keys of auth_hmac are the one setting that comes again.
      if (node.key == "key")
        append(out, node.key, scalars(node.values));
      else
        out.set(node.key, scalars(node.values));
      return;
    case FormNode::Kind::Flag:
      if (node.inner.empty())
        out.set(node.key, true);
      else
        append(out, node.key, object(node.inner));
      return;
    case FormNode::Kind::Command:
      out.set(node.key, command(node.command));
      return;
    case FormNode::Kind::List: {
      json::Array lines;
      for (const FormNode& one : node.inner) lines.push_back(line(one));
      out.set(node.key, std::move(lines));
      return;
    }
    case FormNode::Kind::Section: {
      json::Object inner = object(node.inner);
      if (node.is_named) {
        json::Object named{{"name", scalar(node.values.front())}};
        for (const json::Member& member : inner) named.set(member.key, member.value);
        append(out, node.key, std::move(named));
      } else if (node.key == "garp_group") {
        append(out, node.key, std::move(inner));
      } else {
        out.set(node.key, std::move(inner));
      }
      return;
    }
    case FormNode::Kind::Line:
    case FormNode::Kind::Comment:
      return;
  }
}

json::Object object(const std::vector<FormNode>& nodes) {
  json::Object out;
  for (const FormNode& node : nodes) add(out, node);
  return out;
}

}  // namespace

json::Value to_json(const Config& config, const PrintOptions& options) {
  return object(form_of(config, options));
}

}  // namespace keepalived
