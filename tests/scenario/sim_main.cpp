// holdfast-sim: runs the simulation over many seeds, or one seed with its trace.
//   holdfast-sim --seed 42          this one, with every event
//   holdfast-sim --hours 100        seeds from 1 on, until so many hours of router time have passed
//   holdfast-sim --seeds 20000      so many seeds from 1 on
// With --seed as well, the latter two begin at that seed.
#include <fmt/format.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <optional>
#include <span>
#include <string_view>

#include "base/text.h"
#include "simulation.h"

namespace {

struct Wanted {
  std::optional<std::uint64_t> seed, seeds, hours, none;
};

int usage() {
  std::fputs("usage: holdfast-sim [--seed N] [--seeds COUNT | --hours H]\n", stderr);
  return 2;
}

int tell_one(std::uint64_t seed) {
  scenario::Simulation simulation(seed, true);
  const auto failure = simulation.run();
  for (const auto& line : simulation.trace()) fmt::print("{}\n", line);
  if (!failure) return fmt::print("seed {}: all rules held\n", seed), 0;
  fmt::print("seed {}: broken: {}\n  {}\n", seed, describe(failure->rule), failure->what);
  return 1;
}

int run_many(const Wanted& wanted) {
  scenario::Totals totals;
  const auto start = std::chrono::steady_clock::now();
  const auto time = std::chrono::hours(wanted.hours.value_or(10));
  const std::uint64_t first = wanted.seed.value_or(1);
  std::uint64_t seed = first;
  for (; wanted.seeds ? seed - first < *wanted.seeds : totals.router_time < time; ++seed) {
    if (const auto failure = scenario::run_seed(seed, totals)) {
      fmt::print("{}", report(*failure));
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} seeds, {:.1f} router-hours, {} steps, {} packets, {} transitions, {} settled checks, {} "
      "handovers: all rules held ({:.1f} s)\n",
      seed - first, std::chrono::duration<double, std::ratio<3600>>(totals.router_time).count(),
      totals.steps, totals.packets, totals.transitions, totals.settled_checks, totals.handovers,
      took.count());
  return 0;
}

// Each option once, with a number above 0.
std::optional<Wanted> parse(std::span<char*> arguments) {
  Wanted wanted;
  if (arguments.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < arguments.size(); i += 2) {
    const std::string_view option = arguments[i];
    const auto number = base::parse_number<std::uint64_t>(arguments[i + 1]);
    if (!number || *number == 0) return std::nullopt;
    auto& value = option == "--seed"    ? wanted.seed
                  : option == "--seeds" ? wanted.seeds
                  : option == "--hours" ? wanted.hours
                                        : wanted.none;
    if (&value == &wanted.none || value) return std::nullopt;
    value = *number;
  }
  if (wanted.seeds && wanted.hours) return std::nullopt;
  return wanted;
}

}  // namespace

int main(int argc, char** argv) {
  const auto wanted = parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (!wanted) return usage();
  if (wanted->seed && !wanted->seeds && !wanted->hours) return tell_one(*wanted->seed);
  return run_many(*wanted);
}
