// Weights: whether they can move the address, and where to. Decided over every combination of
// results of both nodes. Priorities are sums, and of the 2^n combinations of n trackers most come
// to the same sum, so that sets of sums are what is gone through.
#include "keepalived/lint_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <bitset>
#include <cstdlib>
#include <set>
#include <string_view>
#include <utility>

#include "keepalived/lint_checks.h"

namespace keepalived::rules {
namespace {

// A file's number times its weight is kept within this, and one below -253 is a fault.
constexpr int kMostOfAFile = 255;

int clamped(int priority) {
  return std::clamp(priority, 1, 254);
}

// Sums of weights, from -kMostSum on.
constexpr std::size_t kMostSum = kMostWeights * kMostOfAFile;
using Sums = std::bitset<2 * kMostSum + 1>;

Sums moved(const Sums& sums, int by) {
  return by >= 0 ? sums << static_cast<std::size_t>(by) : sums >> static_cast<std::size_t>(-by);
}

// All sums of one result of each, but of `except`.
Sums sums(const std::vector<Effect>& effects, const Effect* except) {
  Sums out;
  out.set(kMostSum);
  for (const Effect& effect : effects) {
    if (&effect == except) continue;
    Sums next = moved(out, effect.when_well) | moved(out, effect.when_failed);
    if (effect.is_any) next |= moved(out, -effect.when_failed);
    out = next;
  }
  return out;
}

// Calls `use` with the priority and each sum that is near enough to come to something.
void for_each_base(const Instance& instance, const Sums& sums, const auto& use) {
  const int own = instance.priority.value();
  for (std::size_t i = 0; i < sums.size(); ++i) {
    if (!sums.test(i)) continue;
    const int base = own + static_cast<int>(i) - static_cast<int>(kMostSum);
    if (base > 1 - 2 * kMostOfAFile && base < 254 + 2 * kMostOfAFile) use(base);
  }
}

// A set of priorities.
class Priorities {
 public:
  Priorities(const Instance& instance, const std::vector<Effect>& all) {
    if (instance.priority.is_owner()) {
      is_in_.set(instance.priority.value());
      return;
    }
    const Sums every = sums(all, nullptr);
    for (std::size_t i = 0; i < every.size(); ++i)
      if (every.test(i))
        is_in_.set(static_cast<std::size_t>(
            clamped(instance.priority.value() + static_cast<int>(i) - static_cast<int>(kMostSum))));
  }

  bool any_in(int first, int behind) const {  // first <= p < behind
    for (int i = first; i < behind; ++i)
      if (is_in_.test(static_cast<std::size_t>(i))) return true;
    return false;
  }

 private:
  std::bitset<256> is_in_;
};

// What the failure of one tracker can do in any combination of the others' results.
struct Verdict {
  bool lowers = false;
  bool raises = false;
};

Verdict failure_alone(const Instance& instance, const std::vector<Effect>& all, const Effect& one) {
  Verdict out;
  for_each_base(instance, sums(all, &one), [&](int base) {
    const int before = clamped(base + one.when_well), after = clamped(base + one.when_failed);
    out.lowers = out.lowers || after < before;
    out.raises = out.raises || after > before;
  });
  return out;
}

// As above, but only what moves the address counts: away from a node that was not worse than its
// peer and now is, or to one that was not better and now is. Between equals nothing moves.
Verdict failure_between(const Instance& instance, const std::vector<Effect>& all, const Effect& one,
                        const Priorities& peer) {
  Verdict out;
  for_each_base(instance, sums(all, &one), [&](int base) {
    const int before = clamped(base + one.when_well), after = clamped(base + one.when_failed);
    out.lowers = out.lowers || peer.any_in(after + 1, before + 1);
    out.raises = out.raises || peer.any_in(before, after);
  });
  return out;
}

// Whether every combination is tried; else it is said.
bool can_try(const Instance& instance, const std::vector<Effect>& all, Report& report) {
  if (all.size() <= kMostWeights) return true;
  report.note(instance.at,
              fmt::format("{} tracks {} things with a weight; this is checked up to {}",
                          instance.name, all.size(), kMostWeights),
              "its weights are not judged");
  return false;
}

// Instances that a loop made have the same weights: what was found for one holds for all. How much
// is tried for those that differ is bounded, so that no file keeps this busy for long.
class Patience {
 public:
  explicit Patience(Report& report) : report_(report) {}

  // `peer` is whatever else the trial depends on.
  bool is_new(const Instance& instance, const std::vector<Effect>& all, int peer = 0) {
    std::vector<int> key = {instance.priority.value(), peer};
    for (const Effect& effect : all) {
      key.push_back(effect.when_well);
      key.push_back(effect.when_failed);
    }
    if (spent_ > kMostSpent || !seen_.insert(std::move(key)).second) return false;
    spent_ += all.size() * all.size();
    if (spent_ <= kMostSpent) return true;
    report_.note(instance.at, "more different weights than are checked",
                 "those of this instance and of later ones are not judged");
    return false;
  }

 private:
  static constexpr std::size_t kMostSpent = 200 * kMostWeights * kMostWeights;
  Report& report_;
  std::size_t spent_ = 0;
  std::set<std::vector<int>> seen_;
};

// One node of a pair, seen from it.
struct Side {
  const Instance& instance;
  std::vector<Effect> effects;
  Range reach;

  Side(const Instance& one, const Alone& file)
      : instance(one), effects(rules::effects(one, file)), reach(range(one, effects)) {}
};

// What can be said of the weights of `mine`, against the priorities that `other` can have.
class Judge {
 public:
  Judge(Report& report, bool wants_direction)
      : report_(report), patience_(report), wants_direction_(wants_direction) {}

  void look(const Side& mine, const Side& other) {
    if (mine.effects.empty() || mine.instance.priority.is_owner()) return;
    // That weights on neither side bridge the difference is said of the better node.
    if (mine.reach.greatest < other.reach.least && !other.effects.empty()) return;
    std::vector<Effect> both = mine.effects;
    both.insert(both.end(), other.effects.begin(), other.effects.end());
    if (other.effects.size() > kMostWeights || !can_try(mine.instance, mine.effects, report_) ||
        !patience_.is_new(mine.instance, both, other.instance.priority.value()))
      return;
    const Priorities peer(other.instance, other.effects);
    for (const Effect& one : mine.effects) {
      if (one.is_any) continue;
      const Verdict found = failure_between(mine.instance, mine.effects, one, peer);
      if (wants_direction_ && found.raises) say_wrong(mine, other, one);
      // Who has nopreempt waits for a fault, whatever the weights; that is another rule's affair.
      if (!wants_direction_ && !found.lowers && !found.raises && other.instance.preempt)
        say_never(mine, other, one);
    }
  }

 private:
  static std::string peer_of(const Side& other) {
    return fmt::format("the peer, with priority {}", other.instance.priority.value());
  }

  void say_wrong(const Side& mine, const Side& other, const Effect& one) {
    report_
        .warning(one.tracked->at,
                 fmt::format("the failure of {} can draw the address to {}, the node that failed",
                             one.tracked->name, mine.instance.name),
                 "leave `reverse` out, unless its success is what is bad")
        .also(other.instance.at, peer_of(other));
  }

  void say_never(const Side& mine, const Side& other, const Effect& one) {
    report_
        .warning(
            one.tracked->at,
            fmt::format("the failure of {} never moves the address: whatever fails, {} has "
                        "{}..{} and its peer {}..{}",
                        one.tracked->name, mine.instance.name, mine.reach.least,
                        mine.reach.greatest, other.reach.least, other.reach.greatest),
            fmt::format("the priorities differ by {} and this weight is {}: take a greater "
                        "one, or 0, which makes a failure a fault",
                        std::abs(mine.instance.priority.value() - other.instance.priority.value()),
                        one.tracked->weight))
        .also(other.instance.at, peer_of(other));
  }

  Report& report_;
  Patience patience_;
  bool wants_direction_;
};

void judge(const Together& nodes, Report& report, bool wants_direction) {
  Judge judge(report, wants_direction);
  for (const auto& [mine, other] : nodes.matches) {
    const Side here(mine, nodes.here), there(other, nodes.there);
    judge.look(here, there);
    judge.look(there, here);
  }
}

}  // namespace

namespace weights {

void find_never_moves(const Together& nodes, Report& report) {
  judge(nodes, report, false);
}

void find_wrong_way(const Together& nodes, Report& report) {
  judge(nodes, report, true);
}

void find_overturned(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches) {
    const bool is_mine = mine.priority > other.priority;
    const Instance &first = is_mine ? mine : other, &second = is_mine ? other : mine;
    const int upper = healthy(first, effects(first, is_mine ? nodes.here : nodes.there));
    const int lower = healthy(second, effects(second, is_mine ? nodes.there : nodes.here));
    if (first.priority == second.priority || upper >= lower) continue;
    report
        .warning(
            first.at,
            fmt::format("{} has the greater priority, {} to {}, and its peer the address: with "
                        "all well they have {} and {}",
                        first.name, first.priority.value(), second.priority.value(), upper, lower),
            "a positive weight counts while all is well; give both nodes the same trackers")
        .also(second.at, nodes.other_place(second));
  }
}

void find_effect(const Alone& file, Report& report) {
  Patience patience(report);
  for (const Instance& instance : file.config.instances) {
    const std::vector<Effect> all = effects(instance, file);
    if (all.empty() || instance.priority.is_owner() || !can_try(instance, all, report) ||
        !patience.is_new(instance, all))
      continue;
    for (const Effect& one : all)
      if (const Verdict found = failure_alone(instance, all, one);
          !one.is_any && !found.lowers && !found.raises)
        report.warning(one.tracked->at,
                       fmt::format("the weight of {} never changes the priority of {}, {}",
                                   one.tracked->name, instance.name, instance.priority.value()),
                       "in every combination of results it is cut off at 1 or 254; take a "
                       "priority in the middle");
  }
}

void find_direction(const Alone& file, Report& report) {
  for (const Instance& instance : file.config.instances) {
    if (instance.priority.is_owner()) continue;
    for (const Effect& one : effects(instance, file))
      if (!one.is_any && one.when_failed > one.when_well)
        report.warning(one.tracked->at,
                       fmt::format("the failure of {} makes {} better by {}", one.tracked->name,
                                   instance.name, one.when_failed - one.when_well),
                       "leave `reverse` out, unless its success is what is bad");
  }
}

void find_range(const Alone& file, Report& report) {
  for (const Instance& instance : file.config.instances) {
    if (instance.priority.is_owner()) continue;
    int least = instance.priority.value(), most = least;
    const Tracked* first = nullptr;
    for (const Effect& effect : effects(instance, file)) {
      if (effect.is_any) continue;
      least += std::min(effect.when_well, effect.when_failed);
      most += std::max(effect.when_well, effect.when_failed);
      if (first == nullptr) first = effect.tracked;
    }
    if (first != nullptr && (least < 1 || most > 254))
      report.warning(
          first->at,
          fmt::format("the weights of {} reach from {} to {}", instance.name, least, most),
          "priorities are kept within 1..254, so that some combinations come out equal");
  }
}

void find_nopreempt(const Alone& file, Report& report) {
  for (const Instance& instance : file.config.instances) {
    if (instance.preempt) continue;
    const std::vector<Effect> all = effects(instance, file);
    if (all.empty()) continue;
    report.warning(
        all.front().tracked->at,
        fmt::format("the weight moves nothing while the nodes of {} have nopreempt", instance.name),
        "who has nopreempt takes over from no living router, however low its priority; "
        "weight 0 makes a failure a fault, which does move the address");
  }
}

}  // namespace weights

std::vector<Effect> effects(const Instance& instance, const Alone& file) {
  std::vector<Effect> out;
  std::set<std::pair<int, std::string_view>> taken;
  const auto add = [&](const std::vector<Tracked>& list, int kind) {
    for (const Tracked& tracked : list) {
      if (tracked.weight == 0 || !taken.emplace(kind, tracked.name).second) continue;
      const int weight = tracked.reverse ? -tracked.weight : tracked.weight;
      constexpr int kFile = 2;
      if (kind == kFile)
        out.push_back({.tracked = &tracked, .when_failed = kMostOfAFile, .is_any = true});
      else if (tracked.weight > 0)
        out.push_back({.tracked = &tracked, .when_well = weight});
      else
        out.push_back({.tracked = &tracked, .when_failed = weight});
    }
  };
  const auto add_all = [&](const auto& tracking) {
    add(tracking.interfaces, 0);
    add(tracking.scripts, 1);
    add(tracking.files, 2);
    add(tracking.processes, 3);
  };
  add_all(instance);
  if (const auto group = file.group_of.find(instance.name); group != file.group_of.end())
    add_all(*group->second);
  return out;
}

int healthy(const Instance& instance, const std::vector<Effect>& effects) {
  if (instance.priority.is_owner()) return instance.priority.value();
  int sum = instance.priority.value();
  for (const Effect& effect : effects) sum += effect.when_well;
  return clamped(sum);
}

Range range(const Instance& instance, const std::vector<Effect>& effects) {
  if (instance.priority.is_owner()) return {instance.priority.value(), instance.priority.value()};
  int least = instance.priority.value(), greatest = least;
  for (const Effect& effect : effects) {
    least += effect.is_any ? -kMostOfAFile : std::min(effect.when_well, effect.when_failed);
    greatest += std::max(effect.when_well, effect.when_failed);
  }
  return {clamped(least), clamped(greatest)};
}

}  // namespace keepalived::rules
