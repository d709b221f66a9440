#include "cli/demo_site.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace cli {
namespace {

namespace fs = std::filesystem;

std::string temporary_folder() {
  const char* chosen = std::getenv("TMPDIR");
  return chosen != nullptr && *chosen == '/' ? chosen : "/tmp";
}

// One folder a user, so that nobody can put something in our way: ours alone, and no link.
base::Result<std::string> common_folder() {
  std::string folder = fmt::format("{}/holdfast-demo-{}", temporary_folder(), getuid());
  if (mkdir(folder.c_str(), 0700) != 0 && errno != EEXIST)
    return std::unexpected(base::system_error("cannot make " + folder, errno));
  struct stat found {};
  const bool is_ours = lstat(folder.c_str(), &found) == 0 && S_ISDIR(found.st_mode) &&
                       found.st_uid == getuid() && (found.st_mode & 077) == 0;
  if (!is_ours)
    return base::fail(base::Kind::Denied, folder + " is not a private folder of yours",
                      "remove it, or set TMPDIR to another place");
  return folder;
}

io::Descriptor lock_in(const std::string& folder) {
  io::Descriptor lock(open((folder + "/lock").c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0600));
  if (lock && flock(lock.get(), LOCK_EX | LOCK_NB) != 0) lock.reset();
  return lock;
}

int remove_abandoned(const std::string& common) {
  int removed = 0;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(common, ignored)) {
    if (!entry.is_directory(ignored)) continue;
    const io::Descriptor lock = lock_in(entry.path());
    if (lock && fs::remove_all(entry.path(), ignored) > 0) ++removed;
  }
  return removed;
}

int exit_status(int status) {
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

}  // namespace

base::Result<DemoSite> DemoSite::open() {
  auto common = common_folder();
  if (!common) return std::unexpected(common.error());
  const int removed = remove_abandoned(*common);
  std::string folder = *common + "/run-XXXXXX";
  if (mkdtemp(folder.data()) == nullptr)
    return std::unexpected(base::system_error("cannot make a folder in " + *common, errno));
  io::Descriptor lock = lock_in(folder);
  if (!lock) return std::unexpected(base::system_error("cannot lock " + folder, errno));
  return DemoSite(std::move(folder), std::move(lock), removed);
}

void DemoSite::clear() {
  std::error_code ignored;
  // What was killed may still be writing its last line; a folder that fills again is emptied again.
  for (int attempt = 0; attempt < 50 && fs::exists(folder_, ignored); ++attempt) {
    fs::remove_all(folder_, ignored);
    if (ignored) usleep(20000);
  }
  rmdir(fs::path(folder_).parent_path().c_str());  // succeeds when no other run is there
}

int supervise(const std::function<int()>& work) {
  sigset_t asked;
  sigset_t before;
  sigemptyset(&asked);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaddset(&asked, number);
  sigprocmask(SIG_BLOCK, &asked, &before);
  std::fflush(nullptr);  // or the child would print it once more
  const pid_t supervisor = getpid();
  const pid_t child = fork();
  if (child == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != supervisor) _exit(1);
    setpgid(0, 0);  // Ctrl-C reaches the supervisor only
    sigprocmask(SIG_SETMASK, &before, nullptr);
    const int status = work();
    std::fflush(nullptr);
    _exit(status);
  }
  if (child < 0) return 1;
  int interrupted = 0;
  for (;;) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      sigprocmask(SIG_SETMASK, &before, nullptr);
      return interrupted != 0 ? 128 + interrupted : exit_status(status);
    }
    int number = 0;
    sigwait(&asked, &number);
    if (number == SIGCHLD) continue;
    interrupted = number;
    // Each process below was started to die with its parent, so this ends all of them.
    kill(child, SIGKILL);
  }
}

}  // namespace cli
