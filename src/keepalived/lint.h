// What is allowed and still is seldom meant. Each finding has a stable name, so that documentation
// can explain it and people can look it up.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keepalived/config.h"
#include "text/place.h"

namespace keepalived {

struct LintFinding {
  std::string_view rule;  // "strict-accept"
  text::Diagnostic diagnostic;
};

std::vector<LintFinding> lint(const Config& config);

// Whether two nodes' configurations work together: instances of one VRID and family are compared.
std::vector<LintFinding> lint_pair(const Config& here, const Config& peer);

}  // namespace keepalived
