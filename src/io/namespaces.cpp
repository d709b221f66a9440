#include "io/namespaces.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <string>

#include "io/descriptor.h"

namespace io {
namespace {

base::Result<> write_to(const char* path, const std::string& text) {
  const Descriptor file(open(path, O_WRONLY | O_CLOEXEC));
  if (!file || write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return std::unexpected(base::system_error(fmt::format("cannot write {}", path), errno));
  return {};
}

bool is_same_user_namespace(pid_t pid) {
  struct stat mine {};
  struct stat theirs {};
  return stat("/proc/self/ns/user", &mine) == 0 &&
         stat(fmt::format("/proc/{}/ns/user", pid).c_str(), &theirs) == 0 &&
         mine.st_ino == theirs.st_ino;
}

}  // namespace

base::Result<> enter_private_namespaces() {
  const uid_t uid = geteuid();
  const gid_t gid = getegid();
  if (unshare(CLONE_NEWUSER | CLONE_NEWNET | CLONE_NEWNS | CLONE_NEWIPC | CLONE_NEWUTS) != 0) {
    base::Error error = base::system_error("cannot enter namespaces of our own", errno);
    error.hint =
        "the host must allow user namespaces: sysctl user.max_user_namespaces above 0, and where "
        "they exist kernel.unprivileged_userns_clone=1 and "
        "kernel.apparmor_restrict_unprivileged_userns=0";
    return std::unexpected(error);
  }
  // A group map by an ordinary user needs this first (user_namespaces(7)).
  if (auto done = write_to("/proc/self/setgroups", "deny"); !done) return done;
  if (auto done = write_to("/proc/self/uid_map", fmt::format("0 {} 1", uid)); !done) return done;
  if (auto done = write_to("/proc/self/gid_map", fmt::format("0 {} 1", gid)); !done) return done;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    return std::unexpected(base::system_error("cannot make the mounts private", errno));
  return {};
}

base::Result<> join_namespaces_of(pid_t pid) {
  const Descriptor process(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
  if (!process)
    return std::unexpected(base::system_error(fmt::format("cannot open process {}", pid), errno));
  int kinds = CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC;
  if (!is_same_user_namespace(pid)) kinds |= CLONE_NEWUSER;  // entering one's own is refused
  if (setns(process.get(), kinds) != 0)
    return std::unexpected(
        base::system_error(fmt::format("cannot enter the namespaces of process {}", pid), errno));
  return {};
}

}  // namespace io
