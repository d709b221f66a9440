// The explanations of the lint rules, for a terminal and as a page of the documentation.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "keepalived/lint_rules.h"

namespace keepalived {
namespace {

using rules::LintRule;

constexpr std::size_t kWidth = 96;

std::string wrapped(std::string_view text) {
  std::string out, line;
  for (const std::string& word : base::words(text)) {
    if (!line.empty() && line.size() + 1 + word.size() > kWidth) {
      out += line + "\n";
      line.clear();
    }
    line += (line.empty() ? "" : " ") + word;
  }
  return out + line + "\n";
}

std::string indented(std::string_view text) {
  std::string out;
  for (const std::string& line : base::split(text, '\n'))
    out += line.empty() ? "\n" : "  " + line + "\n";
  out.pop_back();
  return out;
}

std::string_view when(const LintRule& rule) {
  if (rule.by_reader) return rule.check_pair != nullptr ? "always, --peer" : "always";
  return rule.check != nullptr ? "--lint" : "--peer";
}

constexpr std::string_view kIntroduction = R"(# Lint: what is allowed and seldom meant

keepalived starts with many a file that will not do what its author wanted, and says nothing. `holdfastd -t` names what
is wrong; `--lint` adds what is allowed and seldom meant; `--peer` compares the files of nodes that are to share
addresses. Nothing is started and nothing changed.

    holdfastd -t -f k.conf                                  what is wrong with the file
    holdfastd -t --lint -f k.conf                           and what is seldom meant
    holdfastd -t -f k.conf --peer other.conf                and whether two nodes work together; may be repeated
    holdfastd -t -f k.conf --peer k.conf@node2              the same file, read as its lines `@node2` say (see -i)
    holdfastd --help-lint                                   every rule in a line
    holdfastd --help-lint RULE                              one of them, with an example

Each finding shows the place, the line, and the name of its rule in brackets. What comes out of a macro, a `~SEQ` or an
included file is shown where it was written, followed by where it is used. Passwords never appear. Colours are used on a
terminal only, and not if `NO_COLOR` is set.

The exit status is 0 if the file is sound, 5 if it runs with errors, 4 if it cannot run; the worst of all files
decides. Warnings and notes do not change it. With `--peer`, what makes both nodes active at the same time is an error.

## For programs: --json

`holdfastd -t --json` writes one JSON object to standard output (with `-tFILE` to that file), and nothing to standard
error. `--lint` and `--peer` add to its findings.

| member | type | what it is |
|---|---|---|
| `schema` | string | `holdfast/check/1`; members may be added without a new number |
| `file` | string | the file of `-f` |
| `peers` | array of strings | the files of `--peer` |
| `verdict` | string | `sound`, `runs-with-errors` or `cannot-run` |
| `exit_status` | number | 0, 5 or 4 |
| `counts` | object | `errors`, `warnings` and `notes` |
| `findings` | array | in the order in which they would be printed |

A finding:

| member | type | what it is |
|---|---|---|
| `severity` | string | `error`, `warning` or `note` |
| `rule` | string or null | a name of the table below |
| `what` | string | what is wrong |
| `hint` | string or null | what to do |
| `place` | object or null | where it was written |
| `related` | array | other places: `what` and `place` |

A place has `file`, `line`, `column` and `length` (from 1, in bytes; a file as a whole has no more than `file`), `text`
(the line, of a long one the part near the word, which begins at `text_column`), and `used`: the way from there to where
it counts, each step with `what` and `place`.

## The rules

The first column links to the explanation. *When*: `always` is said by every `-t` and at every start.

| rule | when | what it means |
|---|---|---|
)";

}  // namespace

std::string lint_help() {
  std::size_t widest = 0;
  for (const LintRule* rule : rules::all_rules()) widest = std::max(widest, rule->name.size());
  std::string out =
      "What `holdfastd -t` says always, with --lint, and with --peer FILE. --help-lint RULE "
      "explains "
      "one.\n\n";
  for (const LintRule* rule : rules::all_rules())
    out += fmt::format("  {:{}}  {:14}  {}\n", rule->name, widest, when(*rule), rule->sentence);
  return out;
}

std::optional<std::string> lint_help(std::string_view name) {
  const auto& all = rules::all_rules();
  const auto found = std::ranges::find(all, name, &LintRule::name);
  if (found == all.end()) return std::nullopt;
  const LintRule& rule = **found;
  return fmt::format("{} ({})\n{}\n{}\n{}\nfor example\n\n{}\nbetter\n\n{}", rule.name, when(rule),
                     wrapped(rule.sentence), wrapped(rule.why), wrapped(rule.remedy),
                     indented(rule.example), indented(rule.mended));
}

std::string lint_page() {
  std::string out(kIntroduction);
  for (const LintRule* rule : rules::all_rules())
    out += fmt::format("| [{0}](#{0}) | {1} | {2} |\n", rule->name, when(*rule), rule->sentence);
  for (const LintRule* rule : rules::all_rules())
    out += fmt::format("\n## {}\n\n{}\n{}\n```\n{}```\n\nBetter:\n\n```\n{}```\n", rule->name,
                       wrapped(rule->why), wrapped(rule->remedy), rule->example, rule->mended);
  return out;
}

}  // namespace keepalived
