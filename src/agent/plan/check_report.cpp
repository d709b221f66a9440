#include "agent/plan/check_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "json/value.h"

namespace agent::plan {
namespace {

json::Value text_or_null(std::string_view text) {
  return text.empty() ? json::Value() : json::Value(base::printable(text));
}

json::Value place_json(const text::Place& at);

json::Array way_json(const text::Place& at) {
  json::Array way;
  for (const text::Use* use = at.use.get(); use != nullptr; use = use->place.use.get()) {
    text::Place step = use->place;
    step.use = nullptr;
    way.push_back(json::Object{{"what", use->what}, {"place", place_json(step)}});
  }
  return way;
}

json::Value place_json(const text::Place& at) {
  if (at.file.empty()) return {};
  json::Object out{{"file", base::printable(at.file)}};
  if (at.line == 0) return out;
  out.set("line", at.line);
  out.set("column", at.column);
  out.set("length", at.length);
  out.set("text", base::printable(at.text));
  out.set("text_column", at.text_column);
  out.set("used", way_json(at));
  return out;
}

json::Value finding_json(const text::Diagnostic& finding) {
  json::Array related;
  for (const text::Note& note : finding.notes)
    related.push_back(
        json::Object{{"what", base::printable(note.what)}, {"place", place_json(note.place)}});
  return json::Object{{"severity", name(finding.severity)},    {"rule", text_or_null(finding.rule)},
                      {"what", base::printable(finding.what)}, {"hint", text_or_null(finding.hint)},
                      {"place", place_json(finding.place)},    {"related", std::move(related)}};
}

std::string_view verdict_word(keepalived::Verdict verdict) {
  switch (verdict) {
    case keepalived::Verdict::Sound:
      return "sound";
    case keepalived::Verdict::RunsWithErrors:
      return "runs-with-errors";
    case keepalived::Verdict::CannotRun:
      return "cannot-run";
  }
  return "";
}

std::int64_t count(const CheckResult& result, text::Severity severity) {
  return std::ranges::count(result.findings, severity, &text::Diagnostic::severity);
}

}  // namespace

std::string to_text(const CheckResult& result, text::Look look) {
  std::string out;
  for (const text::Diagnostic& finding : result.findings) out += render(finding, look);
  return out;
}

std::string summary(const CheckResult& result) {
  std::string files = result.file;
  for (const std::string& peer : result.peers) files += " with " + peer;
  std::string counts;
  const auto add = [&](text::Severity severity) {
    if (const auto number = count(result, severity); number > 0)
      counts += fmt::format("{}{} {}{}", counts.empty() ? ": " : ", ", number, name(severity),
                            number == 1 ? "" : "s");
  };
  add(text::Severity::Error);
  add(text::Severity::Warning);
  add(text::Severity::Note);
  const std::string_view verdict = result.verdict == keepalived::Verdict::Sound ? "is sound"
                                   : result.verdict == keepalived::Verdict::RunsWithErrors
                                       ? "runs with errors"
                                       : "cannot run";
  return fmt::format("{} {}{}\n", base::printable(files), verdict, counts);
}

std::string to_json(const CheckResult& result) {
  json::Array peers, findings;
  for (const std::string& peer : result.peers) peers.emplace_back(base::printable(peer));
  for (const text::Diagnostic& finding : result.findings) findings.push_back(finding_json(finding));
  const json::Value out =
      json::Object{{"schema", "holdfast/check/1"},
                   {"file", base::printable(result.file)},
                   {"peers", std::move(peers)},
                   {"verdict", verdict_word(result.verdict)},
                   {"exit_status", static_cast<int>(result.verdict)},
                   {"counts", json::Object{{"errors", count(result, text::Severity::Error)},
                                           {"warnings", count(result, text::Severity::Warning)},
                                           {"notes", count(result, text::Severity::Note)}}},
                   {"findings", std::move(findings)}};
  return json::dump(out) + "\n";
}

}  // namespace agent::plan
