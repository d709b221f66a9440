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

Findings::Remark& Findings::Remark::also(const Origin& at, std::string what) {
  if (number_ != kLeftOut) findings_.found_[number_].notes.emplace_back(at, std::move(what));
  return *this;
}

Findings::Remark& Findings::Remark::rule(std::string_view name) {
  if (number_ != kLeftOut) findings_.found_[number_].rule = name;
  return *this;
}

Findings::Remark Findings::add(text::Severity severity, const Origin& at, std::size_t most,
                               std::string what, std::string hint) {
  if (at.use != 0 || at.round != 0) {
    const auto [known, is_new] =
        repeatable_.try_emplace({at.file, at.line, at.column, what}, found_.size());
    if (!is_new) {
      ++found_[known->second].repeats;
      ++repeats_;
      return {*this, kLeftOut};
    }
    if (found_.size() >= most) repeatable_.erase(known);
  }
  if (found_.size() >= most) {
    ++left_out_;
    return {*this, kLeftOut};
  }
  found_.push_back({.at = at,
                    .number = found_.size(),
                    .severity = severity,
                    .what = std::move(what),
                    .hint = std::move(hint)});
  return {*this, found_.size() - 1};
}

Findings::Remark Findings::note(const Origin& at, std::string what, std::string hint) {
  return add(text::Severity::Note, at, kMostFindings, std::move(what), std::move(hint));
}

Findings::Remark Findings::warning(const Origin& at, std::string what, std::string hint) {
  return add(text::Severity::Warning, at, kMostFindings, std::move(what), std::move(hint));
}

Findings::Remark Findings::error(const Origin& at, std::string what, std::string hint) {
  if (verdict_ == Verdict::Sound) verdict_ = Verdict::RunsWithErrors;
  return add(text::Severity::Error, at, kMostFindings, std::move(what), std::move(hint));
}

Findings::Remark Findings::fatal(const Origin& at, std::string what, std::string hint) {
  verdict_ = Verdict::CannotRun;
  // There is always room for the reason why nothing runs.
  return add(text::Severity::Error, at, 2 * kMostFindings, std::move(what), std::move(hint));
}

std::vector<text::Diagnostic> Findings::take() {
  // Not stable_sort: libstdc++'s is built on what C++23 took away, which clang reports.
  std::sort(found_.begin(), found_.end(), [](const Found& a, const Found& b) {
    return std::tie(a.at.file, a.at.line, a.at.column, a.number) <
           std::tie(b.at.file, b.at.line, b.at.column, b.number);
  });
  std::vector<text::Diagnostic> out;
  out.reserve(found_.size() + 1);
  for (Found& found : found_) {
    text::Diagnostic& one = out.emplace_back();
    one.severity = found.severity;
    one.place = sources_.place(found.at);
    one.what = std::move(found.what);
    one.hint = std::move(found.hint);
    one.rule = found.rule;
    for (auto& [at, what] : found.notes) one.notes.push_back({sources_.place(at), std::move(what)});
    if (found.repeats > 0)
      one.notes.push_back({{.file = {}, .text = {}, .line = 0},
                           fmt::format("the same {} more time{}, in other uses or rounds",
                                       found.repeats, found.repeats == 1 ? "" : "s")});
  }
  if (left_out_ > 0 && !out.empty())
    out.push_back({.severity = text::Severity::Note,
                   .place = out.back().place,
                   .what = fmt::format("{} more findings are not shown", left_out_),
                   .hint = "mend these first"});
  found_.clear();
  repeatable_.clear();
  return out;
}

}  // namespace keepalived
