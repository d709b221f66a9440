// One thread's event loop, and what hangs on it: timers, readable descriptors, signals. Callbacks
// run from run(), one at a time; destroying an object cancels its callback for good.
#pragma once

#include <chrono>
#include <functional>
#include <initializer_list>
#include <memory>

#include "io/task.h"

namespace boost::asio {
class io_context;
}

namespace io {

using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  void run();   // until stop(), or until nothing is left to wait for
  void stop();  // run() returns after the callback that runs now; may run again
  void post(std::function<void()> callback);
  // Runs the coroutine on this loop; an exception that leaves it ends the program.
  void spawn(Task<> task);
  boost::asio::io_context& context();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

class Timer {
 public:
  Timer(Loop& loop, std::function<void()> callback);
  ~Timer();
  void at(Instant when);  // replaces an earlier time
  void after(Duration delay);
  void cancel();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the wait in flight, which may outlive the timer
};

// Calls back whenever `fd`, which stays the caller's, can be read (or has hung up).
class Readable {
 public:
  Readable(Loop& loop, int fd, std::function<void()> callback);
  ~Readable();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the wait in flight
};

class Signals {
 public:
  Signals(Loop& loop, std::initializer_list<int> numbers, std::function<void(int)> callback);
  ~Signals();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the wait in flight
};

}  // namespace io
