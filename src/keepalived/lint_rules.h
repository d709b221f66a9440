// The table of lint rules, and what their checks work with. Internal to the lint. The rules stand
// in a file per theme, each with its check, its explanation and its example; a test holds every
// example to what it claims.
#pragma once

#include <cstddef>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "keepalived/lint.h"

namespace keepalived::rules {

class Report;
struct Alone;
struct Together;

struct LintRule {
  std::string_view name;
  std::string_view sentence;  // what the finding means, in a line
  std::string_view why;       // what happens, and why nobody wants it
  std::string_view remedy;
  std::string_view example;  // a file it speaks of; for two nodes with kOtherNode between them
  std::string_view mended;
  bool by_reader = false;  // said by every check of the file, see Findings::Remark::rule()
  void (*check)(const Alone&, Report&) = nullptr;
  void (*check_pair)(const Together&, Report&) = nullptr;
};

inline constexpr std::string_view kOtherNode = "# ---- the other node\n";

std::span<const LintRule> reader_rules();
std::span<const LintRule> election_rules();
std::span<const LintRule> script_rules();
std::span<const LintRule> address_rules();
std::span<const LintRule> weight_rules();
std::span<const LintRule> peer_rules();
// All of them, in the order of the documentation.
const std::vector<const LintRule*>& all_rules();

// One file.
struct Alone {
  const Config& config;
  const Surroundings& surroundings;
  std::map<std::string_view, const SyncGroup*> group_of = {};  // by an instance's name
};

// Two files, and which of their instances are the same virtual router.
struct Together {
  struct Match {
    const Instance& mine;
    const Instance& other;
  };
  Alone here;
  Alone there;
  std::string_view here_name;
  std::string_view there_name;
  std::vector<Match> matches = {};
  std::vector<const Instance*> only_here = {};
  std::vector<const Instance*> only_there = {};

  // For the note at the other one's place. One file may be that of both nodes.
  std::string other_place(const Instance& other) const;
};

// Takes the findings of one rule after the other.
class Report {
 public:
  void begin(std::string_view rule) { rule_ = rule; }

  // A loop that makes the same mistake 65,000 times is told of it once.
  class Remark {
   public:
    Remark(Report& report, std::size_t number) : report_(report), number_(number) {}
    Remark& also(const text::Place& at, std::string what);

   private:
    Report& report_;
    std::size_t number_;
  };
  Remark note(const text::Place& at, std::string what, std::string hint);
  Remark warning(const text::Place& at, std::string what, std::string hint);
  Remark error(const text::Place& at, std::string what, std::string hint);

  // In the order of the text.
  std::vector<text::Diagnostic> take();

 private:
  Remark add(text::Severity severity, const text::Place& at, std::string what, std::string hint);

  std::string_view rule_;
  std::vector<text::Diagnostic> found_;
  std::vector<std::size_t> repeats_;  // of each of them
  std::map<std::tuple<std::string_view, std::string, std::size_t, std::size_t>, std::size_t> known_;
  std::size_t left_out_ = 0;
};

}  // namespace keepalived::rules
