// What routers cost in steady state: processor time for each advertisement, and memory.
#include <fmt/format.h>

#include <thread>

#include "agent/bench.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

void measure(const std::string& contender, int count, double interval, std::chrono::seconds time,
             Table& table) {
  const Routers better{.count = count, .interval = interval, .priority = 200};
  const Routers other{.count = count, .interval = interval, .priority = 100};
  Site site(wires(better));
  lab::Program& one = site.start(contender, site.a, config(better));
  if (!wait_until_active(site.a, site.b, better))
    throw std::runtime_error(contender + " does not become active");
  lab::Program& two = site.start(contender, site.b, config(other));
  std::this_thread::sleep_for(2s + std::chrono::milliseconds(static_cast<int>(2000 * interval)));
  const Usage one_before = usage(one);
  const Usage two_before = usage(two);
  const auto start = Clock::now();
  std::this_thread::sleep_for(time);
  const Usage one_after = usage(one);
  const Usage two_after = usage(two);
  const double seconds = std::chrono::duration<double>(Clock::now() - start).count();
  const double packets = count * seconds / interval;
  const std::string of = fmt::format("{} routers at {:g} s", count, interval);
  table.at(of + ", sending", "us each", contender)
      .add(1000 * (one_after.processor - one_before.processor).count() / packets);
  table.at(of + ", receiving", "us each", contender)
      .add(1000 * (two_after.processor - two_before.processor).count() / packets);
  table.at(of + ", memory of the active one (PSS)", "MB", contender).add(one_after.pss_kb / 1024);
  table.at(of + ", memory of the backup (PSS)", "MB", contender).add(two_after.pss_kb / 1024);
}

}  // namespace

void load(const Options& options, Table& table) {
  const auto time = options.is_quick ? 3s : 6s;
  for (int i = 0; i < (options.is_quick ? 1 : 3); ++i)
    for (const std::string& contender : {kTheirs, kOurs}) {
      measure(contender, 1, 0.1, time, table);
      measure(contender, 100, 0.1, time, table);
      measure(contender, 250, 0.1, time, table);
      measure(contender, 1000, 1, time, table);
      if (!options.is_quick && contender == kOurs && i == 0)
        measure(contender, 10000, 1, time, table);
    }
}

}  // namespace bench
