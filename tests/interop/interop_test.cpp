// holdfastd with the daemons that it meets in the field. Each cell of the matrix has a network of
// its own, and several run at a time: they mostly wait for timers.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <mutex>
#include <thread>

#include "interop/cells.h"
#include "interop/node.h"

namespace {

constexpr std::size_t kAtATime = 11;

class Interoperation : public lab::Test {};

bool has(const interop::Cell& cell, interop::Kind kind) {
  return std::ranges::find(cell.nodes, kind) != cell.nodes.end();
}

TEST_F(Interoperation, EveryCellOfTheMatrix) {
  const bool has_keepalived = access("/usr/sbin/keepalived", X_OK) == 0;
  const auto no_frr = interop::prepare_frr();
  std::vector<interop::Cell> cells = interop::cells();
  const char* only = std::getenv("CELL");  // a part of its description
  const auto is_left_out = [&](const interop::Cell& cell) {
    return (!has_keepalived && has(cell, interop::Kind::Keepalived)) ||
           (no_frr && has(cell, interop::Kind::Frr)) ||
           (only != nullptr && describe(cell).find(only) == std::string::npos);
  };
  const std::size_t left_out = std::erase_if(cells, is_left_out);

  std::atomic<std::size_t> next = 0;
  std::mutex mutex;
  std::vector<std::thread> workers;
  for (std::size_t i = 0; i < std::min(kAtATime, cells.size()); ++i)
    workers.emplace_back([&] {
      for (std::size_t mine = next++; mine < cells.size(); mine = next++) {
        const auto start = std::chrono::steady_clock::now();
        const std::string failure = interop::run(cells[mine]);
        const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
        const std::lock_guard lock(mutex);
        std::cout << describe(cells[mine]) << ": " << (failure.empty() ? "good" : "BAD") << ", "
                  << took.count() << " s" << std::endl;
        if (!failure.empty()) ADD_FAILURE() << describe(cells[mine]) << ": " << failure;
      }
    });
  for (std::thread& worker : workers) worker.join();
  if (only == nullptr && left_out > 0)
    GTEST_SKIP() << left_out << " cells were left out: "
                 << (has_keepalived ? no_frr.value_or("") : "keepalived is not installed");
}

TEST(InteroperationTable, IsTheOneInTheDocumentation) {
  const std::string path = HOLDFAST_SOURCE_DIR "/docs/interoperation.md";
  const std::string begin = "<!-- table: tests/interop -->\n";
  const std::string end = "<!-- end -->\n";
  std::ifstream in(path);
  std::string text(std::istreambuf_iterator<char>(in), {});
  const auto from = text.find(begin);
  const auto to = text.find(end);
  ASSERT_TRUE(from != std::string::npos && to != std::string::npos);
  const auto first = from + begin.size();
  if (std::getenv("UPDATE_GOLDEN") != nullptr)
    std::ofstream(path) << text.replace(first, to - first, interop::table());
  else
    EXPECT_EQ(text.substr(first, to - first), interop::table())
        << "UPDATE_GOLDEN=1 build/tests/interop_test rewrites it";
}

}  // namespace
