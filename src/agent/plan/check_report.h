// What a check of configuration files found, for people and for programs. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "keepalived/read.h"
#include "text/place.h"

namespace agent::plan {

struct CheckResult {
  std::string file;
  std::vector<std::string> peers = {};
  keepalived::Verdict verdict = keepalived::Verdict::Sound;
  std::vector<text::Diagnostic> findings = {};
};

std::string to_text(const CheckResult& result, text::Look look);
// "k.conf runs with errors: 2 errors, 1 warning", with a line feed.
std::string summary(const CheckResult& result);
// Schema holdfast/check/1, see docs/lint.md.
std::string to_json(const CheckResult& result);

}  // namespace agent::plan
