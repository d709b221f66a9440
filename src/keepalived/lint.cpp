// Runs the rules over one file or over each pair of several.
#include "keepalived/lint.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "keepalived/lint_rules.h"

namespace keepalived {
namespace rules {
namespace {

constexpr std::size_t kMostFindings = 1000;
constexpr std::size_t kLeftOut = static_cast<std::size_t>(-1);

Alone alone(const Config& config, const Surroundings& surroundings) {
  Alone out{.config = config, .surroundings = surroundings};
  for (const SyncGroup& group : config.groups)
    for (const std::string& member : group.members) out.group_of.emplace(member, &group);
  return out;
}

// Finds the instance of the other node that is the same virtual router. One VRID may be used on
// several interfaces, so that the closest one is asked for first: it has an address, the interface
// or the name in common, or is the only one.
class Matcher {
 public:
  explicit Matcher(const Config& there) {
    for (const Instance& other : there.instances) {
      const Key key = key_of(other);
      of_vrid_[key].push_back(&other);
      of_word_[key].try_emplace("interface " + other.interface, &other);
      of_word_[key].try_emplace("name " + other.name, &other);
      for (const VirtualAddress& address : other.addresses)
        of_address_[key].try_emplace(address.prefix.address(), &other);
    }
  }

  const Instance* take(const Instance& mine) {
    const Key key = key_of(mine);
    const auto others = of_vrid_.find(key);
    if (others == of_vrid_.end()) return nullptr;
    for (const VirtualAddress& address : mine.addresses) {
      const auto found = of_address_[key].find(address.prefix.address());
      if (found != of_address_[key].end() && taken_.insert(found->second).second)
        return found->second;
    }
    for (const std::string& word : {"interface " + mine.interface, "name " + mine.name}) {
      const auto found = of_word_[key].find(word);
      if (found != of_word_[key].end() && taken_.insert(found->second).second) return found->second;
    }
    const Instance* only = others->second.size() == 1 ? others->second.front() : nullptr;
    return only != nullptr && taken_.insert(only).second ? only : nullptr;
  }

  bool has_taken(const Instance& other) const { return taken_.contains(&other); }

 private:
  using Key = std::pair<std::uint8_t, net::Family>;
  static Key key_of(const Instance& instance) { return {instance.vrid.value(), instance.family}; }

  std::map<Key, std::vector<const Instance*>> of_vrid_;
  std::map<Key, std::map<std::string, const Instance*>> of_word_;
  std::map<Key, std::map<net::IpAddress, const Instance*>> of_address_;
  std::set<const Instance*> taken_;
};

Together together(const Node& here, const Node& there) {
  static const Surroundings nothing;
  Together out{.here = alone(here.config, nothing),
               .there = alone(there.config, nothing),
               .here_name = here.name,
               .there_name = there.name};
  Matcher matcher(there.config);
  for (const Instance& mine : here.config.instances) {
    if (const Instance* other = matcher.take(mine))
      out.matches.push_back({mine, *other});
    else
      out.only_here.push_back(&mine);
  }
  for (const Instance& other : there.config.instances)
    if (!matcher.has_taken(other)) out.only_there.push_back(&other);
  return out;
}

}  // namespace

std::string Together::other_place(const Instance& other) const {
  const bool is_there = there_name != other.at.file && here_name == other.at.file;
  return is_there ? fmt::format("the other node's is here, read as {}", there_name)
                  : std::string("the other node's is here");
}

const std::vector<const LintRule*>& all_rules() {
  static const std::vector<const LintRule*> all = [] {
    std::vector<const LintRule*> out;
    for (const auto rules : {reader_rules(), election_rules(), weight_rules(), script_rules(),
                             address_rules(), peer_rules()})
      for (const LintRule& rule : rules) out.push_back(&rule);
    return out;
  }();
  return all;
}

Report::Remark& Report::Remark::also(const text::Place& at, std::string what) {
  if (number_ != kLeftOut) report_.found_[number_].notes.push_back({at, std::move(what)});
  return *this;
}

Report::Remark Report::note(const text::Place& at, std::string what, std::string hint) {
  return add(text::Severity::Note, at, std::move(what), std::move(hint));
}

Report::Remark Report::warning(const text::Place& at, std::string what, std::string hint) {
  return add(text::Severity::Warning, at, std::move(what), std::move(hint));
}

Report::Remark Report::error(const text::Place& at, std::string what, std::string hint) {
  return add(text::Severity::Error, at, std::move(what), std::move(hint));
}

Report::Remark Report::add(text::Severity severity, const text::Place& at, std::string what,
                           std::string hint) {
  // Only what a macro or a loop wrote stands in one place many times.
  if (at.use != nullptr) {
    const auto [known, is_new] =
        known_.try_emplace({rule_, at.file, at.line, at.column}, found_.size());
    if (!is_new) {
      if (known->second < found_.size()) ++repeats_[known->second];
      return {*this, kLeftOut};
    }
  }
  if (found_.size() >= kMostFindings) {
    ++left_out_;
    return {*this, kLeftOut};
  }
  found_.push_back({.severity = severity,
                    .place = at,
                    .what = std::move(what),
                    .hint = std::move(hint),
                    .rule = rule_});
  repeats_.push_back(0);
  return {*this, found_.size() - 1};
}

std::vector<text::Diagnostic> Report::take() {
  const auto nowhere = text::Place{.file = {}, .text = {}, .line = 0};
  for (std::size_t i = 0; i < found_.size(); ++i)
    if (repeats_[i] > 0)
      found_[i].notes.push_back(
          {nowhere, fmt::format("{} more of them, in other uses or rounds", repeats_[i])});
  std::vector<std::size_t> order(found_.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
    const text::Place &x = found_[a].place, &y = found_[b].place;
    return std::tie(x.file, x.line, x.column, a) < std::tie(y.file, y.line, y.column, b);
  });
  std::vector<text::Diagnostic> out;
  out.reserve(order.size() + 1);
  for (const std::size_t i : order) out.push_back(std::move(found_[i]));
  if (left_out_ > 0)
    out.push_back({.severity = text::Severity::Note,
                   .place = nowhere,
                   .what = fmt::format("{} more findings are not shown", left_out_),
                   .hint = "mend these first"});
  return out;
}

}  // namespace rules

std::vector<text::Diagnostic> lint(const Config& config, const Surroundings& surroundings) {
  const rules::Alone subject = rules::alone(config, surroundings);
  rules::Report report;
  for (const rules::LintRule* rule : rules::all_rules()) {
    report.begin(rule->name);
    if (rule->check != nullptr) rule->check(subject, report);
  }
  return report.take();
}

std::vector<text::Diagnostic> lint_together(std::span<const Node> nodes) {
  std::vector<text::Diagnostic> out;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (std::size_t j = i + 1; j < nodes.size(); ++j) {
      const rules::Together subject = rules::together(nodes[i], nodes[j]);
      rules::Report report;
      for (const rules::LintRule* rule : rules::all_rules()) {
        report.begin(rule->name);
        if (rule->check_pair != nullptr) rule->check_pair(subject, report);
      }
      for (text::Diagnostic& found : report.take()) out.push_back(std::move(found));
    }
  return out;
}

}  // namespace keepalived
