#include "io/wait.h"

#include <gtest/gtest.h>

#include <string>

namespace {

io::Task<> note_after(io::Duration delay, std::string word, std::vector<std::string>& notes) {
  co_await io::sleep_for(delay);
  notes.push_back(std::move(word));
}

io::Task<int> two_side_by_side(io::Loop& loop, std::vector<std::string>& notes) {
  std::vector<io::Task<>> tasks;
  tasks.push_back(note_after(std::chrono::milliseconds(200), "slow", notes));
  tasks.push_back(note_after(std::chrono::milliseconds(1), "quick", notes));
  co_await io::all(loop, std::move(tasks));
  notes.emplace_back("both");
  co_return 7;
}

TEST(All, RunsTasksSideBySideAndEndsWithTheLast) {
  io::Loop loop;
  std::vector<std::string> notes;
  EXPECT_EQ(io::run_to_end(loop, two_side_by_side(loop, notes)), 7);
  EXPECT_EQ(notes, (std::vector<std::string>{"quick", "slow", "both"}));
}

io::Task<bool> nothing_to_wait_for(io::Loop& loop) {
  co_await io::all(loop, {});
  co_return true;
}

TEST(All, EndsAtOnceWithoutTasks) {
  io::Loop loop;
  EXPECT_TRUE(io::run_to_end(loop, nothing_to_wait_for(loop)));
}

io::Task<> wait_for(io::Event& event, int& woken) {
  co_await event.wait();
  ++woken;
}

io::Task<int> many_waiters(io::Loop& loop) {
  io::Event event(loop);
  int woken = 0;
  std::vector<io::Task<>> tasks;
  tasks.reserve(3);
  for (int i = 0; i < 3; ++i) tasks.push_back(wait_for(event, woken));
  loop.post([&event] { event.set(); });
  co_await io::all(loop, std::move(tasks));
  co_await event.wait();  // set already
  co_return woken;
}

TEST(Event, WakesAllWhoWaitAndThoseWhoComeLater) {
  io::Loop loop;
  EXPECT_EQ(io::run_to_end(loop, many_waiters(loop)), 3);
}

}  // namespace
