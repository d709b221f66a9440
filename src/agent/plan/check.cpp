#include "agent/plan/check.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <numeric>
#include <tuple>
#include <utility>

#include "agent/plan/check_report.h"
#include "agent/plan/load.h"
#include "keepalived/lint.h"

namespace agent::plan {
namespace {

// --peer FILE or FILE@ID: the same file may hold the lines of several nodes.
struct Peer {
  std::string file;
  std::string id = {};
};

Peer peer_named(const std::string& name) {
  const std::size_t at = name.rfind('@');
  std::error_code ignored;
  const bool is_whole = at == std::string::npos || at == 0 ||
                        name.find('/', at) != std::string::npos ||
                        std::filesystem::exists(name, ignored);
  return is_whole ? Peer{.file = name}
                  : Peer{.file = name.substr(0, at), .id = name.substr(at + 1)};
}

// The worst of two; not by number: 4 is worse than 5.
keepalived::Verdict worse(keepalived::Verdict a, keepalived::Verdict b) {
  using keepalived::Verdict;
  for (const Verdict one : {Verdict::CannotRun, Verdict::RunsWithErrors})
    if (a == one || b == one) return one;
  return Verdict::Sound;
}

void append(std::vector<text::Diagnostic>& to, std::vector<text::Diagnostic> more) {
  std::move(more.begin(), more.end(), std::back_inserter(to));
}

// As the files are read: what the reader, the plan and the lint say of a line stands together.
void sort_by_place(std::vector<text::Diagnostic>& findings) {
  std::map<std::string, std::size_t> rank;
  for (const text::Diagnostic& one : findings)
    if (!one.place.file.empty()) rank.try_emplace(one.place.file, rank.size());
  std::vector<std::size_t> order(findings.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto key = [&](std::size_t i) {
    const text::Place& at = findings[i].place;
    const auto known = rank.find(at.file);  // what belongs to no file comes last
    return std::tuple(known == rank.end() ? rank.size() : known->second, at.line, at.column, i);
  };
  std::ranges::sort(order, {}, key);
  std::vector<text::Diagnostic> sorted;
  sorted.reserve(findings.size());
  for (const std::size_t i : order) sorted.push_back(std::move(findings[i]));
  findings = std::move(sorted);
}

class Checker {
 public:
  explicit Checker(const process::Options& options) : options_(options) {}

  base::Result<CheckResult> run() {
    const auto kernel = KernelNetwork::ask();
    if (!kernel) return std::unexpected(kernel.error());
    ProgramRules rules = ProgramRules::of_this_process();
    rules.may_change_user = true;  // who only checks need not be allowed what the daemon will be
    TrackNames names;
    keepalived::Reading reading = read_file(options_.config_file, options_.config_id);
    // Planning takes out of it what cannot run.
    const bool is_judged = options_.lints || !options_.peers.empty();
    const keepalived::Config written = is_judged ? reading.config : keepalived::Config();
    Loaded loaded = load(std::move(reading), kernel->view(), names, rules);
    result_.file = options_.config_file;
    result_.verdict = loaded.verdict;
    result_.findings = std::move(loaded.diagnostics);
    if (options_.lints)
      append(result_.findings, keepalived::lint(written, surroundings(kernel->view())));
    if (!options_.peers.empty()) compare(written);
    sort_by_place(result_.findings);
    return std::move(result_);
  }

 private:
  void compare(const keepalived::Config& own) {
    std::deque<keepalived::Reading> readings;
    std::vector<keepalived::Node> nodes;
    // What holds nothing was told so, and that the others have more would be no news.
    const auto add = [&](const std::string& name, const keepalived::Config& config) {
      if (!config.instances.empty()) nodes.push_back({name, config});
    };
    add(options_.config_file, own);
    for (const std::string& name : options_.peers) {
      const Peer peer = peer_named(name);
      const keepalived::Reading& reading = readings.emplace_back(
          read_file(peer.file, peer.id.empty() ? options_.config_id : peer.id));
      result_.peers.push_back(name);
      result_.verdict = worse(result_.verdict, reading.verdict);
      append(result_.findings, reading.diagnostics);
      add(name, reading.config);
    }
    for (text::Diagnostic& found : keepalived::lint_together(nodes)) {
      if (found.severity == text::Severity::Error)
        result_.verdict = worse(result_.verdict, keepalived::Verdict::RunsWithErrors);
      result_.findings.push_back(std::move(found));
    }
  }

  const process::Options& options_;
  CheckResult result_;
};

bool is_set(const char* name) {
  const char* value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

text::Look look_of_stderr() {
  const char* terminal = std::getenv("TERM");
  const bool is_dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  return isatty(STDERR_FILENO) == 1 && !is_dumb && !is_set("NO_COLOR") ? text::Look::Coloured
                                                                       : text::Look::Plain;
}

}  // namespace

base::Result<int> check(const process::Options& options) {
  const auto result = Checker(options).run();
  if (!result) return std::unexpected(result.error());
  if (!options.test_output.empty()) {
    std::ofstream out(options.test_output);
    out << (options.as_json ? to_json(*result) : to_text(*result, text::Look::Plain)) << std::flush;
    if (!out)
      return std::unexpected(
          base::system_error(fmt::format("cannot write {}", options.test_output), errno));
  } else if (options.as_json) {
    std::cout << to_json(*result);
  } else {
    std::cerr << to_text(*result, look_of_stderr());
    // keepalived says nothing of a sound file, and scripts may go by that.
    if (isatty(STDERR_FILENO) == 1 || options.lints || !options.peers.empty())
      std::cerr << summary(*result);
  }
  return static_cast<int>(result->verdict);
}

base::Result<> help_lint(const std::string& rule) {
  if (rule.empty()) {
    std::cout << keepalived::lint_help();
  } else if (const auto text = keepalived::lint_help(rule)) {
    std::cout << *text;
  } else {
    return base::fail(base::Kind::NotFound, fmt::format("there is no lint rule {}", rule),
                      "holdfastd --help-lint lists all of them");
  }
  return {};
}

}  // namespace agent::plan
