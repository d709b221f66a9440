#include "agent/process/syscall_filter.h"

#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <functional>
#include <string_view>

namespace {

// In a copy of this process, which the filter stays with.
int in_a_copy(const std::function<int()>& function) {
  const pid_t pid = fork();
  if (pid == 0) _exit(function());
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

TEST(SyscallFilter, RefusesToStartProgramsAndSaysSo) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer asks the kernel for things of its own";
#endif
  EXPECT_EQ(in_a_copy([] {
              if (!agent::process::filter_syscalls()) return 1;
              execl("/bin/true", "true", nullptr);
              if (errno != EPERM) return 2;
              if (agent::process::refused_syscalls().count != 1) return 3;
              if (agent::process::refused_syscalls().latest != std::string_view("execve")) return 4;
              if (mount("none", "/tmp", "tmpfs", 0, nullptr) == 0 || errno != EPERM) return 5;
              if (setuid(0) == 0) return 6;
              return agent::process::refused_syscalls().count == 3 ? 0 : 7;
            }),
            0);
}

TEST(SyscallFilter, LeavesWhatTheAgentDoes) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer asks the kernel for things of its own";
#endif
  EXPECT_EQ(in_a_copy([] {
              if (!agent::process::filter_syscalls()) return 1;
              if (in_a_copy([] { return 7; }) != 7) return 2;
              int ends[2];
              if (pipe(ends) != 0 || write(ends[1], "x", 1) != 1) return 3;
              return static_cast<int>(agent::process::refused_syscalls().count);
            }),
            0);
}

}  // namespace
