// The process that starts programs. It holds no state but who it started, and ends with us.
#include <fcntl.h>
#include <fmt/format.h>
#include <grp.h>
#include <poll.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <map>
#include <utility>

#include "io/forker_protocol.h"

namespace io::forker {
namespace {

struct Running {
  std::uint32_t id = 0;
  Order::AfterUs after_us = Order::AfterUs::Dies;
};

void tell(int socket, const Reply& reply) {
  while (send(socket, &reply, sizeof reply, MSG_NOSIGNAL) < 0 && errno == EINTR) {
  }
}

bool take_identity(const base::Identity& identity) {
  if (identity.user == geteuid() && identity.group == getegid() && identity.more_groups.empty())
    return true;
  if (setgroups(identity.more_groups.size(), identity.more_groups.data()) != 0) return false;
  if (setresgid(identity.group, identity.group, identity.group) != 0) return false;
  if (setresuid(identity.user, identity.user, identity.user) != 0) return false;
  // Who is not root keeps capabilities over a change of user; the program shall not have them.
  return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0;
}

[[noreturn]] void become(int socket, const Request& request) {
  const auto fail = [&](Step step) {
    tell(socket, {.tell = Tell::NotStarted, .id = request.id, .step = step, .number = errno});
    _exit(127);
  };
  setpgid(0, 0);
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  for (const int number : {SIGPIPE, SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT})
    signal(number, SIG_DFL);
  if (request.order.runs_as && !take_identity(*request.order.runs_as)) fail(Step::Identity);
  std::vector<char*> arguments;
  for (const std::string& argument : request.order.arguments)
    arguments.push_back(const_cast<char*>(argument.c_str()));
  arguments.push_back(nullptr);
  execvp(arguments[0], arguments.data());
  fail(Step::Execute);
  _exit(127);
}

class Server {
 public:
  explicit Server(Descriptor socket) : socket_(std::move(socket)), parent_(getppid()) {
    sigset_t children;
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_BLOCK, &children, nullptr);
    children_ = Descriptor(signalfd(-1, &children, SFD_CLOEXEC | SFD_NONBLOCK));
  }

  void run() {
    for (;;) {
      std::array<pollfd, 2> watched{{{socket_.get(), POLLIN, 0}, {children_.get(), POLLIN, 0}}};
      if (poll(watched.data(), watched.size(), -1) < 0) continue;
      if (watched[1].revents != 0) reap();
      if (watched[0].revents != 0 && !serve_one()) break;
    }
    end(Order::AfterUs::Dies);
    if (fork() != 0) return;  // nobody shall wait for the last ones
    sleep(1);
    reap();
    end(Order::AfterUs::DiesSoon);
  }

 private:
  bool serve_one() {
    const ssize_t got = recv(socket_.get(), buffer_.data(), buffer_.size(), 0);
    if (got < 0) return errno == EINTR;
    if (got == 0) return false;
    const auto request = decode(std::span(buffer_).first(static_cast<std::size_t>(got)));
    if (!request) return true;
    switch (request->ask) {
      case Ask::Start:
        start(*request);
        break;
      case Ask::Signal:
        for (const auto& [pid, running] : running_)
          if (running.id == request->id) kill(-pid, request->signal);
        break;
      case Ask::EnterNetwork: {
        const std::string path = fmt::format("/proc/{}/ns/net", parent_);
        const Descriptor space(open(path.c_str(), O_RDONLY | O_CLOEXEC));
        [[maybe_unused]] const int entered = setns(space.get(), CLONE_NEWNET);
        break;
      }
    }
    return true;
  }

  void start(const Request& request) {
    const pid_t pid = request.order.arguments.empty() ? -1 : fork();
    if (pid == 0) become(socket_.get(), request);
    if (pid < 0)
      return tell(
          socket_.get(),
          {.tell = Tell::NotStarted, .id = request.id, .step = Step::Fork, .number = errno});
    setpgid(pid, pid);  // also here, so that a signal to the group cannot come too early
    running_.emplace(pid, Running{request.id, request.order.after_us});
  }

  void end(Order::AfterUs which) {
    for (const auto& [pid, running] : running_)
      if (running.after_us == which) kill(-pid, SIGTERM);
  }

  void reap() {
    signalfd_siginfo info{};
    while (read(children_.get(), &info, sizeof info) > 0) {
    }
    int status = 0;
    for (pid_t pid = 0; (pid = waitpid(-1, &status, WNOHANG)) > 0;) {
      const auto found = running_.find(pid);
      if (found == running_.end()) continue;
      tell(socket_.get(), {.tell = Tell::Ended,
                           .id = found->second.id,
                           .code = WIFSIGNALED(status) ? 0 : WEXITSTATUS(status),
                           .signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0});
      running_.erase(found);
    }
  }

  Descriptor socket_;
  Descriptor children_;
  pid_t parent_;
  std::map<pid_t, Running> running_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(kLargestRequest);
};

}  // namespace

[[noreturn]] void serve(Descriptor socket, bool is_quiet) {
  // A terminal's ^C and a process manager's signal to the group are for the other one.
  for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2, SIGQUIT, SIGPIPE})
    signal(number, SIG_IGN);
  prctl(PR_SET_NAME, "holdfast-fork");
  const Descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  dup2(nothing.get(), STDIN_FILENO);
  if (is_quiet) {
    dup2(nothing.get(), STDOUT_FILENO);
    dup2(nothing.get(), STDERR_FILENO);
  }
  for (const char* name :
       {"IFS", "LD_PRELOAD", "LD_LIBRARY_PATH", "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
    unsetenv(name);
  Server(std::move(socket)).run();
  _exit(0);
}

}  // namespace io::forker
