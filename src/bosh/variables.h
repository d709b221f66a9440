// ((variables)) in a document, as the bosh CLI fills them: a value that is exactly one placeholder
// takes the variable with its type, a placeholder within text takes only text and whole numbers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "bosh/report.h"
#include "yaml/node.h"

namespace bosh {

class Variables {
 public:
  // One "NAME=VALUE" of -v: the value is YAML, and text keeps what was typed. "a.b=1" is b within
  // a.
  void assign(std::string_view assignment, Report& report);
  // A whole file of -l; what was assigned before wins.
  void add_file(const yaml::Node& root, Report& report);

  // "a.b.0" is element 0 of b within variable a. The document stays the owner of nothing: values
  // are copied where they are used.
  const yaml::Node* find(std::string_view path) const;
  std::vector<std::string_view> names() const;

 private:
  yaml::Node values_{{}, yaml::Map{}};
};

// Replaces every placeholder in values and keys. An unknown one is an error (a Director could ask
// its config server; here is none).
void interpolate(yaml::Node& document, const Variables& variables, Report& report);

}  // namespace bosh
