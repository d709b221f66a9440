#include "io/process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

namespace io {
namespace {

using Clock = std::chrono::steady_clock;

std::vector<char*> terminated(const std::vector<std::string>& texts) {
  std::vector<char*> out;
  out.reserve(texts.size() + 1);
  for (const std::string& text : texts) out.push_back(const_cast<char*>(text.c_str()));
  out.push_back(nullptr);
  return out;
}

// Between fork and exec: async-signal-safe calls only. Returns only when something failed.
void become(const Command& command, char* const* arguments, char* const* environment,
            pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  if (command.own_group) setpgid(0, 0);
  if (command.dies_with_us) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(127);  // the parent died before the request took effect
  }
  // First out of the way of 0..2, then into place: the sources may themselves be 0..2.
  std::array<std::optional<int>, 3> sources{command.input, command.output, command.errors};
  for (auto& source : sources)
    if (source) {
      source = fcntl(*source, F_DUPFD_CLOEXEC, 3);
      if (*source < 0) return;
    }
  for (int target = 0; target < 3; ++target)
    if (sources[static_cast<std::size_t>(target)] &&
        dup2(*sources[static_cast<std::size_t>(target)], target) < 0)
      return;
  if (!command.directory.empty() && chdir(command.directory.c_str()) != 0) return;
  if (environment != nullptr)
    execvpe(arguments[0], arguments, environment);
  else
    execvp(arguments[0], arguments);
}

struct Pipe {
  Descriptor read;
  Descriptor write;
  static base::Result<Pipe> make() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
      return std::unexpected(base::system_error("cannot make a pipe", errno));
    return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
  }
};

// Reads what is there; false at the end of the stream.
bool drain(const Descriptor& from, std::string& into, std::size_t limit) {
  std::array<char, 65536> buffer;
  const ssize_t got = ::read(from.get(), buffer.data(), buffer.size());
  if (got < 0) return errno == EINTR || errno == EAGAIN;
  into.append(buffer.data(), std::min(static_cast<std::size_t>(got), limit - into.size()));
  return got > 0;
}

}  // namespace

std::string to_string(const Exit& exit) {
  if (exit.signal == 0) return fmt::format("exit status {}", exit.code);
  return fmt::format("killed by signal {} ({})", exit.signal, strsignal(exit.signal));
}

base::Result<Process> Process::start(const Command& command) {
  const auto arguments = terminated(command.arguments);
  // A named copy: the pointers must outlive the full expression.
  const auto variables = command.environment.value_or(std::vector<std::string>{});
  const auto environment = terminated(variables);
  auto report = Pipe::make();  // carries errno of a failed exec; closed by a successful one
  if (!report) return std::unexpected(report.error());
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid < 0) return std::unexpected(base::system_error("cannot fork", errno));
  if (pid == 0) {
    become(command, arguments.data(), command.environment ? environment.data() : nullptr, parent);
    const int reason = errno;
    [[maybe_unused]] const auto written = write(report->write.get(), &reason, sizeof reason);
    _exit(127);
  }
  Descriptor pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  report->write.reset();
  if (!command.waits_for_exec) return Process(pid, std::move(pidfd));
  int reason = 0;
  const ssize_t got = ::read(report->read.get(), &reason, sizeof reason);
  if (got == static_cast<ssize_t>(sizeof reason)) {
    waitpid(pid, nullptr, 0);
    return std::unexpected(
        base::system_error(fmt::format("cannot start {}", command.arguments[0]), reason));
  }
  return Process(pid, std::move(pidfd));
}

bool Process::send(int signal) const {
  return !exit_ && syscall(SYS_pidfd_send_signal, pidfd_.get(), signal, nullptr, 0) == 0;
}

bool Process::send_to_group(int signal) const {
  return !exit_ && ::kill(-pid_, signal) == 0;
}

std::optional<Exit> Process::wait(std::chrono::milliseconds at_most) {
  const auto deadline = Clock::now() + at_most;
  while (!exit_) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
    pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    const int ready = poll(&ended, 1, static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30)));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return std::nullopt;
    int status = 0;
    if (waitpid(pid_, &status, 0) < 0 && errno == EINTR) continue;
    exit_ = WIFSIGNALED(status) ? Exit{0, WTERMSIG(status)} : Exit{WEXITSTATUS(status), 0};
  }
  return exit_;
}

Exit Process::stop(std::chrono::milliseconds patience) {
  send(SIGTERM);
  if (!wait(patience)) send(SIGKILL);
  for (;;)
    if (const auto exit = wait(std::chrono::hours(1))) return *exit;
}

base::Result<Output> run(Command command, std::string_view input,
                         std::chrono::milliseconds deadline, std::size_t limit) {
  auto in = Pipe::make();
  auto out = Pipe::make();
  auto err = Pipe::make();
  if (!in || !out || !err) return base::fail(base::Kind::Io, "cannot make pipes for a process");
  command.input = in->read.get();
  command.output = out->write.get();
  command.errors = err->write.get();
  auto process = Process::start(command);
  if (!process) return std::unexpected(process.error());
  in->read.reset();
  out->write.reset();
  err->write.reset();
  fcntl(in->write.get(), F_SETFL, O_NONBLOCK);

  Output output;
  const auto end = Clock::now() + deadline;
  const auto handler = signal(SIGPIPE, SIG_IGN);  // a child that does not read is no reason to die
  while (out->read || err->read) {
    if (input.empty()) in->write.reset();
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now()).count();
    if (left <= 0) break;
    std::array<pollfd, 3> watched{{{in->write.get(), POLLOUT, 0},
                                   {out->read.get(), POLLIN, 0},
                                   {err->read.get(), POLLIN, 0}}};
    if (poll(watched.data(), watched.size(),
             static_cast<int>(std::min<std::int64_t>(left, 1 << 30))) < 0)
      continue;
    if (watched[0].revents != 0) {
      const ssize_t put = ::write(in->write.get(), input.data(), input.size());
      if (put > 0) input.remove_prefix(static_cast<std::size_t>(put));
      if (put < 0 && errno != EAGAIN && errno != EINTR) input = {};  // it closed its input
    }
    if (watched[1].revents != 0 && !drain(out->read, output.output, limit)) out->read.reset();
    if (watched[2].revents != 0 && !drain(err->read, output.errors, limit)) err->read.reset();
  }
  signal(SIGPIPE, handler);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - Clock::now());
  const auto exit = process->wait(std::max(left, std::chrono::milliseconds(0)));
  if (!exit) {
    process->send(SIGKILL);
    process->wait(std::chrono::hours(1));
    return base::fail(base::Kind::Timeout, fmt::format("{} did not end within {} ms",
                                                       command.arguments[0], deadline.count()));
  }
  output.exit = *exit;
  return output;
}

}  // namespace io
