#include "io/process.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>

namespace {

using namespace std::chrono_literals;

TEST(Run, FeedsInputAndReadsBothOutputs) {
  const std::string big(1 << 20, 'x');  // larger than any pipe: both directions must go on together
  const auto done = io::run({.arguments = {"sh", "-c", "cat; echo oops >&2; exit 3"}}, big, 20s);
  ASSERT_TRUE(done) << done.error().what;
  EXPECT_EQ(done->output, big);
  EXPECT_EQ(done->errors, "oops\n");
  EXPECT_EQ(done->exit.code, 3);
}

TEST(Run, AProgramThatDoesNotReadItsInputIsNoError) {
  const auto done = io::run({.arguments = {"true"}}, std::string(1 << 20, 'x'), 20s);
  ASSERT_TRUE(done);
  EXPECT_TRUE(done->exit.succeeded());
}

TEST(Run, PastTheDeadlineItIsKilled) {
  const auto done = io::run({.arguments = {"sleep", "600"}}, "", 50ms);
  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().kind, base::Kind::Timeout);
}

TEST(Run, AnEnvironmentOfItsOwn) {
  const auto done = io::run({.arguments = {"/usr/bin/env"},
                             .environment = std::vector<std::string>{"A=1", "LANG=C.UTF-8"}},
                            "", 20s);
  ASSERT_TRUE(done);
  EXPECT_EQ(done->output, "A=1\nLANG=C.UTF-8\n");
}

TEST(Process, AProgramThatIsNotThereIsAnErrorThatNamesIt) {
  const auto process = io::Process::start({.arguments = {"/nowhere/holdfast-cpi"}});
  ASSERT_FALSE(process);
  EXPECT_EQ(process.error().what, "cannot start /nowhere/holdfast-cpi: no such file or directory");
}

TEST(Process, StopsWhatDoesNotListen) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const io::Descriptor from(ends[0]);
  const io::Descriptor to(ends[1]);
  auto process = io::Process::start(
      {.arguments = {"sh", "-c", "trap '' TERM; echo; while :; do sleep 0.01; done"},
       .output = to.get()});
  ASSERT_TRUE(process);
  char line_feed = 0;  // it has come as far as not to listen
  ASSERT_EQ(read(from.get(), &line_feed, 1), 1);
  EXPECT_EQ(process->stop(50ms).signal, SIGKILL);
  EXPECT_FALSE(process->send(SIGTERM));
}

TEST(Process, ThatIsNotWaitedForTellsAFailedStartByItsStatus) {
  auto process = io::Process::start({.arguments = {"/no/such/program"}, .waits_for_exec = false});
  ASSERT_TRUE(process.has_value());
  const auto exit = process->wait(std::chrono::seconds(20));
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->code, 127);
}

}  // namespace
