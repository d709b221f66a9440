// What is wrong with the files, collected in one pass. Each error carries the code a BOSH Director
// would give ("Error 190017"), so that its documentation and search results apply.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "text/place.h"
#include "yaml/node.h"

namespace bosh {

// One of the Director's errors, by its number and, where known, its class name.
struct Code {
  std::string_view name;
  int number;
};

class Report {
 public:
  void error(const yaml::Mark& at, std::string what, std::string hint = {});
  void error(const yaml::Mark& at, const Code& code, std::string what, std::string hint = {});
  void warning(const yaml::Mark& at, std::string what, std::string hint = {});
  // What a Director can do and holdfast cannot: the deployment would mean something else.
  void unsupported(const yaml::Mark& at, std::string_view what);

  void add(std::vector<text::Diagnostic> others);
  bool failed() const { return failed_; }
  const std::vector<text::Diagnostic>& list() const { return list_; }
  std::string render() const;  // all of them, an empty line between

 private:
  void add(text::Diagnostic diagnostic);
  std::vector<text::Diagnostic> list_;
  bool failed_ = false;
};

}  // namespace bosh
