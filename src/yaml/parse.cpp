#include "yaml/parse.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <cassert>
#include <map>
#include <sstream>

#include "base/text.h"
#include "yaml/scalar.h"

namespace yaml {
namespace {

// The library has no other way to be stopped; caught in parse().
struct Stop {};

constexpr std::size_t kMostProblems = 50;
constexpr std::string_view kStandardTag = "tag:yaml.org,2002:";

// What a copy of a node costs, roughly.
std::size_t weight(const Node& node) {
  std::size_t sum = sizeof(Node);
  if (const auto* text = node.as_text()) sum += text->size();
  if (const auto* list = node.as_list())
    for (const Node& item : *list) sum += weight(item);
  if (const auto* map = node.as_map())
    for (const Entry& entry : *map) sum += entry.key.size() + weight(entry.value);
  return sum;
}

class Builder : public YAML::EventHandler {
 public:
  Builder(std::shared_ptr<const Source> source, const Limits& limits)
      : source_(std::move(source)), limits_(limits) {}

  Problems problems;
  Node root;

  void report(const Mark& mark, std::string what, std::string hint = {}) {
    problems.push_back({.severity = text::Severity::Error,
                        .place = mark.place(),
                        .what = std::move(what),
                        .hint = std::move(hint)});
    if (problems.size() >= kMostProblems) throw Stop{};
  }

  Mark mark_of(const YAML::Mark& at, std::size_t length = 1) const {
    const auto line = static_cast<std::size_t>(std::max(at.line, 0)) + 1;
    const auto column = static_cast<std::size_t>(std::max(at.column, 0)) + 1;
    return {.source = source_, .line = line, .column = column, .length = length};
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& at, YAML::anchor_t anchor) override {
    add(Node(mark_of(at), {}), anchor);
  }

  void OnAlias(const YAML::Mark& at, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      report(mark_of(at), "this alias refers to the value it stands in");
      throw Stop{};
    }
    spend(weight(found->second), at);
    add(found->second, 0);
  }

  void OnScalar(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    add(scalar(mark_of(at, length_of(at, value)), tag, value), anchor);
  }

  void OnSequenceStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(at, tag, "seq", anchor, Node(mark_of(at), List{}));
  }
  void OnSequenceEnd() override { close(); }

  void OnMapStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(at, tag, "map", anchor, Node(mark_of(at), Map{}));
  }
  void OnMapEnd() override {
    merge(frames_.back());
    close();
  }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::optional<Entry> pending = std::nullopt;  // a key whose value is to come
    bool merging = false;                         // the key is <<
    std::map<std::string, Mark, std::less<>> keys = {};
    std::vector<Node> merged = {};  // values of <<
  };

  // The bytes of a scalar's first line, for the caret.
  std::size_t length_of(const YAML::Mark& at, const std::string& value) const {
    const auto from = static_cast<std::size_t>(std::max(at.pos, 0));
    if (from >= source_->text.size()) return 1;
    std::string_view rest = std::string_view(source_->text).substr(from);
    rest = rest.substr(0, rest.find_first_of("\r\n"));
    if (!value.empty() && rest.starts_with(value)) return value.size();
    if (rest.starts_with('"') || rest.starts_with('\''))
      return std::min(rest.find(rest[0], 1), rest.size() - 1) + 1;
    return 1;
  }

  Node scalar(const Mark& mark, const std::string& tag, const std::string& value) {
    if (tag == "!" || tag == std::string(kStandardTag) + "str") return Node(mark, value);
    auto data = plain_scalar(value);
    if (!data) {
      report(mark, fmt::format("{} has no counterpart in JSON", value),
             "put it in quotes if a text is meant");
      return Node(mark, {});
    }
    Node node(mark, std::move(*data));
    if (tag == "?" || tag.empty()) return node;
    const bool fits =
        (tag == std::string(kStandardTag) + "int" && node.as_integer() != nullptr) ||
        (tag == std::string(kStandardTag) + "float" && (node.as_number() || node.as_integer())) ||
        (tag == std::string(kStandardTag) + "bool" && node.as_bool() != nullptr) ||
        (tag == std::string(kStandardTag) + "null" && node.is_null());
    if (!fits) refuse_tag(mark, tag);
    return node;
  }

  void refuse_tag(const Mark& mark, const std::string& tag) {
    report(mark, fmt::format("the tag {} does not fit here or is not supported", tag),
           "leave it away, or put the value in quotes if a text is meant");
  }

  void open(const YAML::Mark& at, const std::string& tag, std::string_view wanted,
            YAML::anchor_t anchor, Node node) {
    if (!tag.empty() && tag != "?" && tag != "!" &&
        tag != std::string(kStandardTag) + std::string(wanted))
      refuse_tag(mark_of(at), tag);
    Frame* parent = frames_.empty() ? nullptr : &frames_.back();
    if (parent != nullptr && parent->node.as_map() != nullptr && !parent->pending) {
      report(mark_of(at), "a key must be a scalar, not a list or map");
      throw Stop{};
    }
    if (frames_.size() >= limits_.depth) {
      report(mark_of(at), fmt::format("nested more than {} levels deep", limits_.depth));
      throw Stop{};
    }
    frames_.push_back({.node = std::move(node), .anchor = anchor});
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    add(std::move(frame.node), frame.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    if (anchor != 0) {
      spend(weight(node), node.mark());
      anchors_[anchor] = node;
    }
    if (frames_.empty()) {
      root = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    if (List* list = frame.node.as_list()) {
      list->push_back(std::move(node));
      return;
    }
    if (!frame.pending)
      add_key(frame, node);
    else if (frame.merging)
      add_merge(frame, std::move(node));
    else
      add_value(frame, std::move(node));
  }

  void add_key(Frame& frame, const Node& node) {
    const auto key = node.scalar_text();
    if (!key) {
      report(node.mark(), "a key must be a scalar, not a list or map");
      throw Stop{};
    }
    frame.pending = Entry{.key = *key, .mark = node.mark(), .value = {}};
    frame.merging = *key == "<<";
    if (frame.merging) return;
    const auto [first, is_new] = frame.keys.emplace(*key, node.mark());
    if (!is_new)
      report(node.mark(), fmt::format("the key \"{}\" stands twice in this map", *key),
             fmt::format("it was given first at {}", text::to_string(first->second.place())));
  }

  static void add_value(Frame& frame, Node node) {
    frame.pending->value = std::move(node);
    frame.node.as_map()->push_back(std::move(*frame.pending));
    frame.pending.reset();
  }

  void add_merge(Frame& frame, Node node) {
    const Mark key = frame.pending->mark;
    frame.pending.reset();
    frame.merging = false;
    if (node.as_map() != nullptr) {
      frame.merged.push_back(std::move(node));
      return;
    }
    const List* list = node.as_list();
    if (list == nullptr ||
        !std::ranges::all_of(*list, [](const Node& item) { return item.as_map() != nullptr; })) {
      report(key, "<< takes a map, or a list of maps");
      return;
    }
    frame.merged.insert(frame.merged.end(), list->begin(), list->end());
  }

  // Keys written out win, then earlier merged maps.
  void merge(Frame& frame) {
    for (Node& other : frame.merged)
      for (Entry& entry : *other.as_map())
        if (frame.keys.emplace(entry.key, entry.mark).second)
          frame.node.as_map()->push_back(std::move(entry));
  }

  void spend(std::size_t amount, const YAML::Mark& at) { spend(amount, mark_of(at)); }
  void spend(std::size_t amount, const Mark& mark) {
    spent_ += amount;
    if (spent_ <= limits_.expansion) return;
    report(mark, "the anchors and aliases of this file expand to too much",
           "write the values out, or in a file of variables (-l)");
    throw Stop{};
  }

  std::shared_ptr<const Source> source_;
  Limits limits_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Node> anchors_;
  std::size_t spent_ = 0;
};

std::shared_ptr<const Source> source_of(std::string_view text, std::string_view file) {
  auto source = std::make_shared<Source>();
  source->file = file;
  source->text = text;
  source->lines.push_back(0);
  for (std::size_t i = 0; i < text.size(); ++i)
    if (text[i] == '\n') source->lines.push_back(i + 1);
  return source;
}

}  // namespace

std::expected<Node, Problems> parse(std::string_view text, std::string_view file,
                                    const Limits& limits) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  Builder builder(source_of(text.substr(0, limits.bytes), file), limits);
  const Mark start = builder.mark_of(YAML::Mark());
  try {
    if (text.size() > limits.bytes) {
      builder.report(start, fmt::format("the file is larger than {} bytes", limits.bytes));
    } else if (text.find('\0') != std::string_view::npos || text.starts_with("\xFE\xFF") ||
               text.starts_with("\xFF\xFE")) {
      builder.report(start, "the file is not UTF-8 text");
    } else {
      std::istringstream stream{std::string(text)};
      YAML::Parser parser(stream);
      if (parser.HandleNextDocument(builder)) {
        Builder second(source_of(text, file), limits);
        if (parser.HandleNextDocument(second) && !second.root.is_null())
          builder.report(second.root.mark(), "a second document in one file is not supported",
                         "put it in a file of its own");
      }
    }
  } catch (const Stop&) {
    assert(!builder.problems.empty());
  } catch (const YAML::Exception& error) {
    if (builder.problems.size() < kMostProblems)
      builder.problems.push_back({.severity = text::Severity::Error,
                                  .place = builder.mark_of(error.mark).place(),
                                  .what = "this is not YAML: " + error.msg});
  }
  if (!builder.problems.empty()) return std::unexpected(std::move(builder.problems));
  if (!builder.root.mark().source) builder.root.move_to(start);  // an empty document
  return std::move(builder.root);
}

}  // namespace yaml
