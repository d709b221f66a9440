// The way into the laboratory: namespaces, and processes that end with whoever started them.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iostream>

#include "lab/lab.h"

namespace lab {
namespace {

std::optional<std::string> obstacle;

bool write_file(const char* path, const std::string& text) {
  std::ofstream out(path);
  out << text << std::flush;
  return out.good();
}

std::string because(std::string_view doing) {
  return fmt::format("{}: {}", doing, std::strerror(errno));
}

// Root of a user namespace whose only user is ours.
std::optional<std::string> enter_namespaces() {
  const uid_t user = getuid();
  const gid_t group = getgid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID) != 0)
    return because("this machine does not permit user namespaces (unshare)");
  write_file("/proc/self/setgroups", "deny");
  if (!write_file("/proc/self/uid_map", fmt::format("0 {} 1\n", user)) ||
      !write_file("/proc/self/gid_map", fmt::format("0 {} 1\n", group)))
    return because("cannot map users into a user namespace");
  return std::nullopt;
}

std::optional<std::string> furnish() {
  if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return because("cannot make mounts private");
  // Where a container hides parts of /proc this is refused; the old one does, mostly.
  mount("proc", "/proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr);
  if (mount("tmpfs", "/run", "tmpfs", MS_NOSUID | MS_NODEV, "mode=755") != 0)
    return because("cannot mount a tmpfs");
  if (mkdir("/run/lab", 0755) != 0) return because("cannot make /run/lab");
  return std::nullopt;
}

int status_of(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

// The first process of the namespace: takes in orphans, and when it ends all others are killed.
[[noreturn]] void be_init(pid_t tests) {
  for (;;) {
    int status = 0;
    const pid_t ended = waitpid(-1, &status, 0);
    if (ended == tests) _exit(status_of(status));
    if (ended < 0 && errno != EINTR) _exit(125);
  }
}

// Fixtures may build networks in their constructors, so nothing is run. The mark is GoogleTest's,
// which ctest understands.
int skip_all() {
  std::cout << fmt::format("[  SKIPPED ] all tests: {}\n", *obstacle);
  return 0;
}

}  // namespace

const std::optional<std::string>& why_not() {
  return obstacle;
}

void Test::SetUp() {
  if (obstacle) GTEST_SKIP() << *obstacle;
}

int run(const std::function<int()>& inside) {
  obstacle = enter_namespaces();
  if (obstacle) return inside();
  const pid_t init = fork();
  if (init < 0) {
    std::perror("fork");
    return 125;
  }
  if (init > 0) {
    int status = 0;
    while (waitpid(init, &status, 0) < 0 && errno == EINTR) continue;
    return status_of(status);
  }
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  obstacle = furnish();
  const pid_t worker = fork();
  if (worker != 0) be_init(worker);
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  std::exit(inside());
}

int run_tests(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (testing::GTEST_FLAG(list_tests)) return RUN_ALL_TESTS();
  return run([] { return obstacle ? skip_all() : RUN_ALL_TESTS(); });
}

}  // namespace lab
