#include "cli/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/commands.h"
#include "cli/terminal.h"
#include "io/descriptor.h"
#include "io/namespaces.h"

namespace cli {
namespace {

[[noreturn]] void execute(const io::Descriptor& program, std::vector<char*>& arguments) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (program)
    syscall(SYS_execveat, program.get(), "", arguments.data(), environ, AT_EMPTY_PATH);
  else
    execvp(arguments[0], arguments.data());
  const std::string reason =
      base::system_error(fmt::format("cannot run {}", arguments[0]), errno).what;
  fmt::print(stderr, "error: {}\n", reason);
  _exit(127);
}

// Moves the calling process, which does nothing else, and waits for the command: only children of
// who joined are in the process namespace.
base::Result<int> run_inside(pid_t pid, const std::vector<std::string>& command) {
  io::Descriptor program;
  if (command.at(0).starts_with('/')) {
    program = io::Descriptor(open(command[0].c_str(), O_PATH | O_CLOEXEC));
    if (!program) return std::unexpected(base::system_error("cannot open " + command[0], errno));
  }
  if (const auto joined = io::join_namespaces_of(pid); !joined)
    return std::unexpected(joined.error());
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const pid_t child = fork();
  if (child < 0) return std::unexpected(base::system_error("cannot fork", errno));
  if (child == 0) execute(program, arguments);
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

base::Result<pid_t> start_inside(pid_t pid, const std::vector<std::string>& command, int input,
                                 int output) {
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return std::unexpected(base::system_error("cannot fork", errno));
  if (child > 0) return child;
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(kFailed);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  close_range(3, ~0U, 0);  // a pipe's other end, open here, would never let its reader see the end
  const auto status = run_inside(pid, command);
  if (!status) complain(status.error());
  _exit(status.value_or(kFailed));
}

}  // namespace cli
