#include "keepalived/findings.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <utility>

namespace keepalived {
namespace {

// Nobody reads more, and a file that is not a configuration at all would fill the memory.
constexpr std::size_t kMostFindings = 1000;

}  // namespace

void Findings::add(text::Severity severity, const Origin& at, std::string what, std::string hint) {
  if (found_.size() < kMostFindings)
    found_.push_back({at, found_.size(), severity, std::move(what), std::move(hint)});
  else
    ++left_out_;
}

void Findings::note(const Origin& at, std::string what, std::string hint) {
  add(text::Severity::Note, at, std::move(what), std::move(hint));
}

void Findings::warning(const Origin& at, std::string what, std::string hint) {
  add(text::Severity::Warning, at, std::move(what), std::move(hint));
}

void Findings::error(const Origin& at, std::string what, std::string hint) {
  if (verdict_ == Verdict::Sound) verdict_ = Verdict::RunsWithErrors;
  add(text::Severity::Error, at, std::move(what), std::move(hint));
}

void Findings::fatal(const Origin& at, std::string what, std::string hint) {
  verdict_ = Verdict::CannotRun;
  // There is always room for the reason why nothing runs.
  if (found_.size() < 2 * kMostFindings)
    found_.push_back({at, found_.size(), text::Severity::Error, std::move(what), std::move(hint)});
  else
    ++left_out_;
}

std::string Findings::where(const Origin& origin) const {
  return fmt::format("{}:{}:{}", sources_.name(origin.file), origin.line, origin.column);
}

std::vector<text::Diagnostic> Findings::take() {
  // Not stable_sort: libstdc++'s is built on what C++23 took away, which clang reports.
  std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tie(a.at.file, a.at.line, a.at.column, a.number) <
           std::tie(b.at.file, b.at.line, b.at.column, b.number);
  });
  std::vector<text::Diagnostic> out;
  out.reserve(found_.size() + 1);
  for (Found& found : found_)
    out.push_back({.severity = found.severity,
                   .place = sources_.place(found.at),
                   .what = std::move(found.what),
                   .hint = std::move(found.hint)});
  if (left_out_ > 0 && !out.empty())
    out.push_back({.severity = text::Severity::Note,
                   .place = out.back().place,
                   .what = fmt::format("{} more findings are not shown", left_out_),
                   .hint = "mend these first"});
  found_.clear();
  return out;
}

}  // namespace keepalived
