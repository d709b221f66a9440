// Processes are counted by what the kernel tells, where it tells us; else by looking through /proc.
// Both ways see a process that begins, changes into another program, and ends.
#include "agent/track/process_watch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <deque>

namespace {

using testing::ElementsAre;

// A process that nobody else runs, since its argument is ours.
class Sleeper {
 public:
  explicit Sleeper(const std::string& seconds) : pid_(fork()) {
    if (pid_ != 0) return;
    execl("/bin/sleep", "/bin/sleep", seconds.c_str(), nullptr);
    _exit(127);
  }
  ~Sleeper() {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

 private:
  pid_t pid_;
};

class ProcessWatch : public testing::Test {
 protected:
  ProcessWatch() {
    watch_.replace({{{1},
                     {.name = "sleeper",
                      .argv = {"sleep", seconds_},
                      .match = keepalived::TrackedProcess::Match::Exact,
                      .quorum = 2}}});
  }
  // Runs the loop until so many verdicts have been told.
  void run_until(std::size_t count) {
    count_ = count;
    if (told_.size() < count) loop_.run();
  }

  const std::string seconds_ = fmt::format("{}", 1000000 + getpid());
  io::Loop loop_;
  std::vector<bool> told_;
  std::size_t count_ = 0;
  agent::track::ProcessWatch watch_{loop_, [this](vrrp::TrackId, bool is_up) {
                                      told_.push_back(is_up);
                                      if (told_.size() == count_) loop_.stop();
                                    }};
};

TEST_F(ProcessWatch, TellsWhenThereAreEnoughAndWhenOneEnds) {
  run_until(1);
  const Sleeper one(seconds_);
  {
    const Sleeper two(seconds_);
    run_until(2);
  }
  run_until(3);
  EXPECT_THAT(told_, ElementsAre(false, true, false));
}

TEST_F(ProcessWatch, ByTheConnectorWhereTheKernelLetsUs) {
  run_until(1);
  if (!watch_.uses_connector())
    GTEST_SKIP() << "no proc connector here: it is root's, in the host's own namespaces";
  // A fork and its exec are told one by one: many at once are none too few.
  std::deque<Sleeper> many;
  for (int i = 0; i < 50; ++i) many.emplace_back(seconds_);
  run_until(2);
  many.clear();
  run_until(3);
  EXPECT_TRUE(watch_.uses_connector());
  EXPECT_THAT(told_, ElementsAre(false, true, false));
}

}  // namespace
