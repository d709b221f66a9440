#include "agent/process/dump_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/error.h"
#include "base/log.h"

namespace agent::process {

int write_atomically(const std::string& path, std::string_view text) {
  const std::string beside = fmt::format("{}.{}", path, getpid());
  unlink(beside.c_str());  // of a process that had our number and was killed
  const io::Descriptor file(
      open(beside.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0644));
  if (!file) return errno;
  int failure = 0;
  while (!text.empty() && failure == 0) {
    const ssize_t put = ::write(file.get(), text.data(), text.size());
    if (put < 0 && errno != EINTR) failure = errno;
    if (put > 0) text.remove_prefix(static_cast<std::size_t>(put));
  }
  if (failure == 0 && rename(beside.c_str(), path.c_str()) != 0) failure = errno;
  if (failure != 0) unlink(beside.c_str());
  return failure;
}

void DumpWriter::write(const std::string& path, const std::function<std::string()>& text) {
  const auto refused = [&](const std::string& why) {
    base::log::warning("dump.failed", {{"file", path}, {"error", why}});
  };
  if (copies_.contains(path)) return refused("it is being written just now");
  const int pid = fork();
  if (pid < 0) return refused(base::system_error("cannot fork", errno).what);
  if (pid == 0) _exit(write_atomically(path, text()));
  Copy copy;
  copy.pid = pid;
  copy.pidfd = io::Descriptor(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  copy.end = std::make_unique<io::Readable>(loop_, copy.pidfd.get(), [this, path] { ended(path); });
  copies_.emplace(path, std::move(copy));
}

void DumpWriter::ended(const std::string& path) {
  Copy& copy = copies_.at(path);
  int status = 0;
  if (waitpid(copy.pid, &status, WNOHANG) == 0) return;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    base::log::info("dump.written", {{"file", path}});
  else
    base::log::warning(
        "dump.failed",
        {{"file", path},
         {"error", WIFEXITED(status)
                       ? base::system_error("cannot write it", WEXITSTATUS(status)).what
                       : fmt::format("its writer was killed by signal {}", WTERMSIG(status))}});
  // Not from within the callback of what this destroys.
  loop_.post([this, path] { copies_.erase(path); });
  copy.end.reset();
}

}  // namespace agent::process
