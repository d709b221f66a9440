// holdfast-sim: runs the simulation over many seeds, or one seed with its trace.
//   holdfast-sim --seed 42          this one, with every event
//   holdfast-sim --hours 100        until so many hours of router time have passed
//   holdfast-sim --seeds 20000      so many seeds from 1 on
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <string_view>

#include "base/text.h"
#include "simulation.h"

namespace {

int usage() {
  std::fputs("usage: holdfast-sim [--seed N | --seeds N | --hours H]\n", stderr);
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

int run_many(std::uint64_t seeds, std::uint64_t hours) {
  scenario::Totals totals;
  const auto start = std::chrono::steady_clock::now();
  const auto wanted = std::chrono::hours(hours);
  std::uint64_t seed = 1;
  for (; seeds > 0 ? seed <= seeds : totals.router_time < wanted; ++seed) {
    if (const auto failure = scenario::run_seed(seed, totals)) {
      fmt::print("{}", report(*failure));
      return 1;
    }
  }
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  fmt::print(
      "{} seeds, {:.1f} router-hours, {} steps, {} packets, {} transitions, {} settled checks, {} "
      "handovers: all rules held ({:.1f} s)\n",
      seed - 1, std::chrono::duration<double, std::ratio<3600>>(totals.router_time).count(),
      totals.steps, totals.packets, totals.transitions, totals.settled_checks, totals.handovers,
      took.count());
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 1) return run_many(0, 10);
  if (argc != 3) return usage();
  const std::string_view option = argv[1];
  const auto number = base::parse_number<std::uint64_t>(argv[2]);
  if (!number || *number == 0) return usage();
  if (option == "--seed") return tell_one(*number);
  if (option == "--seeds") return run_many(*number, 0);
  if (option == "--hours") return run_many(0, *number);
  return usage();
}
