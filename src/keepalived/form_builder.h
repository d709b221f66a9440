// Builds the nodes of a form. Internal to the writers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keepalived/form.h"

namespace keepalived {

// Adds what is set; the order of the calls is the order of the lines.
class Builder {
 public:
  std::vector<FormNode> nodes = {};

  void add(FormNode node) { nodes.push_back(std::move(node)); }
  void value(std::string_view key, Scalar what) { add(setting(key, std::move(what))); }
  void number(std::string_view key, std::uint64_t what) { value(key, keepalived::number(what)); }
  void if_set(std::string_view key, bool is_set) {
    if (is_set) add(flag(key));
  }
  void if_any(std::string_view key, const std::string& what) {
    if (!what.empty()) value(key, what);
  }
  void if_any(std::string_view key, Duration what) {
    if (what != Duration{}) value(key, what);
  }
  template <typename T>
  void if_any(std::string_view key, const std::optional<T>& what) {
    if (what) value(key, static_cast<std::int64_t>(*what));
  }
  void if_any(std::string_view key, const std::optional<Command>& what) {
    if (what) add({.kind = FormNode::Kind::Command, .key = std::string(key), .command = *what});
  }
  // A switch whose other value holds without a line.
  void unless(std::string_view key, bool what, bool otherwise) {
    if (what != otherwise) value(key, what);
  }
  void user(std::string_view key, const std::string& user, const std::string& group,
            bool supplementary) {
    if (user.empty()) return;
    std::vector<Scalar> words = {user};
    if (supplementary || !group.empty()) words.emplace_back((supplementary ? ":" : "") + group);
    add(settings(key, std::move(words)));
  }
  template <typename Items>
  void list(std::string_view key, const Items& items) {
    if (items.empty()) return;
    FormNode out{.kind = FormNode::Kind::List, .key = std::string(key)};
    for (const auto& item : items) out.inner.push_back(line_of(item));
    add(std::move(out));
  }

 private:
  static FormNode line_of(const std::string& word);
  static FormNode line_of(const VirtualAddress& given);
  static FormNode line_of(const UnicastPeer& given);
  static FormNode line_of(const Route& given) { return keepalived::line_of(given); }
  static FormNode line_of(const Rule& given) { return keepalived::line_of(given); }
  static FormNode line_of(const InterfaceDelay& given);
  static FormNode line_of(const PolledInterface& given);
};

FormNode section(std::string_view key, std::vector<FormNode> inner);
FormNode section(std::string_view key, const std::string& name, std::vector<FormNode> inner);
FormNode comment(std::string text);

void add_announce(Builder& out, const Announce& given, const std::string& prefix);
void add_extra_announce(Builder& out, std::string_view key, const ExtraAnnounce& given);

// The block global_defs.
std::vector<FormNode> form_of(const Globals& globals);

}  // namespace keepalived
