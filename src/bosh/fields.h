// Reads the keys of one map with the types a Director demands. What is wrong goes to the report,
// and the caller goes on with the default, so that one run shows everything.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bosh/report.h"
#include "json/value.h"
#include "yaml/node.h"

namespace bosh {

class Fields {
 public:
  // `what` names the map in messages: "network \"private\"". A node that is no map is reported.
  Fields(const yaml::Node& node, std::string what, Report& report);

  bool is_map() const { return node_.as_map() != nullptr; }
  // Present and not null, or present at all.
  const yaml::Node* find(std::string_view key);
  // The place of a key's value, or of the map when it is absent.
  const yaml::Mark& mark(std::string_view key) const;
  const yaml::Mark& mark() const { return node_.mark(); }

  // A missing or mistyped required value is reported and given as the empty one. As in the
  // Director, a number is taken where a text is wanted.
  std::string text(std::string_view key);
  std::optional<std::string> optional_text(std::string_view key);
  std::int64_t integer(std::string_view key, std::int64_t least);
  std::optional<std::int64_t> optional_integer(std::string_view key, std::int64_t least);
  bool boolean(std::string_view key, bool otherwise);
  json::Object object(std::string_view key);  // {} when absent
  const yaml::List& list(std::string_view key);
  const yaml::List& required_list(std::string_view key);
  // The texts of a list; `nothing` when absent.
  struct Word {
    std::string text;
    yaml::Mark mark;
  };
  std::optional<std::vector<Word>> words(std::string_view key);

  // A key that the Director refuses, or that means something holdfast cannot do.
  void refuse(std::string_view key, const Code& code, std::string_view why);
  void unsupported(std::string_view key);

  // Unknown keys are ignored, as the Director does; but one that is nearly a known key deserves a
  // warning. Call when all keys have been asked for; `others` are known keys not asked for.
  void check_spelling(std::initializer_list<std::string_view> others = {});

 private:
  void missing(std::string_view key, std::string_view type);
  void mistyped(const yaml::Node& node, std::string_view key, std::string_view type);
  const yaml::Node& node_;
  std::string what_;
  Report& report_;
  std::vector<std::string_view> asked_;
};

}  // namespace bosh
