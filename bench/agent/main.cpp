// holdfastd beside keepalived, in namespaces: bench_agent [--quick] [--soak SECONDS] [SECTION]
#include <fmt/format.h>

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <span>
#include <string_view>
#include <utility>

#include "agent/bench.h"

namespace {

int measure(const bench::Options& options) {
  bench::Table table;
  const std::initializer_list<
      std::pair<std::string_view, void (*)(const bench::Options&, bench::Table&)>>
      sections{{"failover", bench::failover},
               {"two_owners", bench::two_owners},
               {"load", bench::load},
               {"bulk", bench::bulk},
               {"stress", bench::stress}};
  for (const auto& [name, section] : sections) {
    if (!options.only.empty() && name != options.only) continue;
    std::cerr << "measuring " << name << "\n";
    try {
      section(options, table);
    } catch (const std::exception& failure) {
      std::cerr << name << ": " << failure.what() << "\n";
    }
  }
  std::cout << table.text(bench::kOurs, bench::kTheirs) << std::flush;
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  bench::Options options;
  std::chrono::seconds soak{};
  const std::span<char*> arguments(argv + 1, static_cast<std::size_t>(argc - 1));
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--quick")
      options.is_quick = true;
    else if (argument == "--soak" && i + 1 < arguments.size())
      soak = std::chrono::seconds(std::atoi(arguments[++i]));
    else
      options.only = argument;
  }
  return lab::run([&] {
    if (const auto& why = lab::why_not()) {
      std::cerr << "no benchmark of the agent: " << *why << "\n";
      return 0;
    }
    if (soak.count() > 0) {
      bench::soak(soak);
      return 0;
    }
    return measure(options);
  });
}
