#include "bosh/report.h"

#include <fmt/format.h>

#include <algorithm>

namespace bosh {
namespace {

constexpr std::size_t kMost = 100;  // nobody reads on, and the input may be hostile

}  // namespace

void Report::error(const yaml::Mark& at, std::string what, std::string hint) {
  add({text::Severity::Error, at.place(), std::move(what), std::move(hint)});
}

void Report::error(const yaml::Mark& at, const Code& code, std::string what, std::string hint) {
  error(
      at,
      fmt::format("{} (Error {}{}{})", what, code.number, code.name.empty() ? "" : " ", code.name),
      std::move(hint));
}

void Report::warning(const yaml::Mark& at, std::string what, std::string hint) {
  add({text::Severity::Warning, at.place(), std::move(what), std::move(hint)});
}

void Report::unsupported(const yaml::Mark& at, std::string_view what) {
  error(at, fmt::format("{} is not supported by holdfast deploy yet", what),
        "a BOSH Director takes the same file");
}

void Report::add(std::vector<text::Diagnostic> others) {
  for (auto& other : others) add(std::move(other));
}

void Report::add(text::Diagnostic diagnostic) {
  failed_ = failed_ || diagnostic.severity == text::Severity::Error;
  if (list_.size() < kMost && std::ranges::find(list_, diagnostic) == list_.end())
    list_.push_back(std::move(diagnostic));
}

std::string Report::render() const {
  std::string out;
  for (const auto& diagnostic : list_) {
    if (!out.empty()) out += "\n";
    out += text::render(diagnostic);
  }
  return out;
}

}  // namespace bosh
