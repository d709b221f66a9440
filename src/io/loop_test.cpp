#include "io/loop.h"

#include <gtest/gtest.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <csignal>
#include <memory>
#include <optional>

#include "io/descriptor.h"

namespace {

using namespace std::chrono_literals;

TEST(Timer, FiresOnceAtTheLastTimeGiven) {
  io::Loop loop;
  int fired = 0;
  io::Timer timer(loop, [&] { ++fired; });
  timer.after(10s);
  timer.after(1ms);
  loop.run();
  EXPECT_EQ(fired, 1);
}

TEST(Timer, MayBeDestroyedInItsOwnCallback) {
  io::Loop loop;
  std::optional<io::Timer> timer;
  timer.emplace(loop, [&] { timer.reset(); });
  timer->after(0ms);
  loop.run();
  EXPECT_FALSE(timer.has_value());
}

TEST(Readable, CallsBackUntilDestroyedAndLeavesTheDescriptorOpen) {
  io::Loop loop;
  const io::Descriptor event(eventfd(3, EFD_SEMAPHORE | EFD_NONBLOCK));
  int calls = 0;
  std::optional<io::Readable> readable;
  readable.emplace(loop, event.get(), [&] {
    eventfd_t value = 0;
    eventfd_read(event.get(), &value);
    if (++calls == 3) readable.reset();
  });
  loop.run();
  EXPECT_EQ(calls, 3);
  EXPECT_EQ(eventfd_write(event.get(), 1), 0);
}

TEST(Signals, ArriveOnTheLoop) {
  io::Loop loop;
  int got = 0;
  io::Signals signals(loop, {SIGUSR1}, [&](int number) {
    got = number;
    loop.stop();
  });
  loop.post([] { kill(getpid(), SIGUSR1); });
  loop.run();
  EXPECT_EQ(got, SIGUSR1);
}

}  // namespace
