// What coroutines wait for besides descriptors: a time, an event, each other; and the bridge back
// to blocking code.
#pragma once

#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "io/loop.h"
#include "io/task.h"

namespace io {

Task<> sleep_until(Instant when);
Task<> sleep_for(Duration delay);

// Set once; all who wait go on, whoever comes later does not wait.
class Event {
 public:
  explicit Event(Loop& loop);
  ~Event();
  void set();
  bool is_set() const;
  Task<> wait();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with those who wait
};

// Runs them side by side on the caller's loop, until the last has ended.
Task<> all(Loop& loop, std::vector<Task<>> tasks);

namespace detail {
template <typename T>
Task<> keep(Task<T> task, std::optional<T>& result, Loop& loop) {
  result.emplace(co_await std::move(task));
  loop.stop();
}
}  // namespace detail

// For programs without a loop of their own: runs the loop until the task has ended.
template <typename T>
T run_to_end(Loop& loop, Task<T> task) {
  std::optional<T> result;
  loop.spawn(detail::keep(std::move(task), result, loop));
  loop.run();
  return std::move(*result);
}

}  // namespace io
