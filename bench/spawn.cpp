// What starting a script costs the loop: the time until the call is back, by fork in the daemon and
// by a message to the forker, with little and with much memory in use.
#include <benchmark/benchmark.h>

#include <memory>
#include <vector>

#include "io/forker.h"
#include "io/process.h"

namespace {

// Before main(), and so before the memory below: as the daemon does it.
std::unique_ptr<io::Forker>& forker() {
  static std::unique_ptr<io::Forker> instance = std::move(io::Forker::open().value());
  return instance;
}
const bool is_forker_open = forker() != nullptr;

std::vector<char> touched(std::int64_t megabytes) {
  return std::vector<char>(static_cast<std::size_t>(megabytes) << 20, 'x');
}

void by_fork(benchmark::State& state) {
  const auto memory = touched(state.range(0));
  for (auto run : state) {
    auto process = io::Process::start({.arguments = {"/bin/true"}, .waits_for_exec = false});
    state.PauseTiming();
    if (process) process->wait(std::chrono::seconds(10));
    state.ResumeTiming();
  }
}

void by_forker(benchmark::State& state) {
  const auto memory = touched(state.range(0));
  io::Loop loop;
  forker()->attach(loop);
  std::unique_ptr<io::Forker::Child> child;
  for (auto run : state) {
    child = forker()->start({.arguments = {"/bin/true"}}, [&](const io::Ended&) { loop.stop(); });
    state.PauseTiming();
    loop.run();
    state.ResumeTiming();
  }
  child.reset();
  forker()->detach();
}

BENCHMARK(by_fork)->Arg(1)->Arg(25)->Arg(500)->Unit(benchmark::kMicrosecond)->Iterations(200);
BENCHMARK(by_forker)->Arg(1)->Arg(25)->Arg(500)->Unit(benchmark::kMicrosecond)->Iterations(200);

}  // namespace

BENCHMARK_MAIN();
