#include "cloud/guest/spawn.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/sched.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>

#include "base/text.h"

// <linux/sched.h> and <sched.h> do not go together, hence the kernel's names only.
namespace cloud::guest {
namespace {

std::vector<char*> terminated(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

constexpr int kReport = 4;  // carries errno of a failed exec; closed by a successful one

// Between clone and exec: async-signal-safe calls only. Returns when something failed.
void become(const SpawnSpec& spec, char* const* arguments, char* const* environment, int report) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGINT, SIGTERM, SIGHUP, SIGCHLD}) signal(number, SIG_DFL);
  setsid();  // Ctrl-C at the cloud's terminal is not for guests
  // First out of the way of the places they go to.
  const int input = fcntl(spec.input, F_DUPFD_CLOEXEC, 10);
  const int output = fcntl(spec.output, F_DUPFD_CLOEXEC, 10);
  const int extra = fcntl(spec.extra, F_DUPFD_CLOEXEC, 10);
  const int errors = fcntl(report, F_DUPFD_CLOEXEC, 10);
  if (input < 0 || output < 0 || extra < 0 || errors < 0) return;
  if (dup2(input, 0) < 0 || dup2(output, 1) < 0 || dup2(output, 2) < 0 || dup2(extra, 3) < 0 ||
      dup3(errors, kReport, O_CLOEXEC) < 0)
    return;
  // Listening sockets and the state of the cloud are no affair of a guest.
  if (syscall(SYS_close_range, kReport + 1, ~0U, 0) != 0) return;
  execve(spec.program.c_str(), arguments, environment);
}

std::optional<ino_t> pid_namespace(const std::string& process) {
  struct stat link {};
  if (stat(("/proc/" + process + "/ns/pid").c_str(), &link) != 0) return std::nullopt;
  return link.st_ino;
}

}  // namespace

base::Result<Spawned> spawn_in_namespaces(const SpawnSpec& spec) {
  const auto arguments = terminated(spec.arguments);
  const auto environment = terminated(spec.environment);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return std::unexpected(base::system_error("cannot make a pipe", errno));
  const io::Descriptor report(ends[0]);
  io::Descriptor report_end(ends[1]);

  int pidfd = -1;
  clone_args how{};
  how.flags = CLONE_PIDFD | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS;
  how.pidfd = reinterpret_cast<std::uintptr_t>(&pidfd);
  how.exit_signal = SIGCHLD;
  const auto pid = static_cast<pid_t>(syscall(SYS_clone3, &how, sizeof how));
  if (pid < 0)
    return std::unexpected(base::system_error("cannot start a process in new namespaces", errno));
  if (pid == 0) {
    become(spec, arguments.data(), environment.data(), report_end.get());
    const int reason = errno;
    // One of them is open, wherever it failed.
    if (write(report_end.get(), &reason, sizeof reason) < 0) {
      [[maybe_unused]] const auto written = write(kReport, &reason, sizeof reason);
    }
    _exit(127);
  }
  Spawned spawned{.pid = pid, .pidfd = io::Descriptor(pidfd)};
  report_end.reset();
  int reason = 0;
  ssize_t got = 0;
  do got = read(report.get(), &reason, sizeof reason);
  while (got < 0 && errno == EINTR);
  if (got == 0) return spawned;
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  return std::unexpected(base::system_error(fmt::format("cannot start {}", spec.program), reason));
}

std::vector<pid_t> processes_of(pid_t init) {
  const auto wanted = pid_namespace(std::to_string(init));
  std::vector<pid_t> found;
  if (!wanted) return found;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator("/proc", error)) {
    const std::string name = entry.path().filename();
    const auto pid = base::parse_number<pid_t>(name);
    if (pid && pid_namespace(name) == wanted) found.push_back(*pid);
  }
  return found;
}

}  // namespace cloud::guest
