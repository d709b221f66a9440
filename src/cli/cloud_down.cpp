// holdfast cloud down: stops the cloud of a state folder.
#include <fmt/format.h>
#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>

#include "cli/cloud.h"
#include "cli/cloud_process.h"
#include "cli/options.h"
#include "cli/terminal.h"
#include "io/descriptor.h"

namespace cli {
namespace {

constexpr int kPatience = 30000;  // milliseconds

base::Result<> end(const CloudAccess& access) {
  const auto pid = static_cast<pid_t>(access.pid);
  const io::Descriptor process(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
  if (!process || ::kill(pid, SIGTERM) != 0) {
    if (errno == ESRCH) return {};  // it ended meanwhile
    return std::unexpected(base::system_error(fmt::format("cannot stop process {}", pid), errno));
  }
  pollfd ended{.fd = process.get(), .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, kPatience) == 1) return {};
  return base::fail(base::Kind::Timeout, fmt::format("process {} does not end", pid),
                    fmt::format("kill -9 {} ends it and all it runs; what was created stays", pid));
}

}  // namespace

int cloud_down(const Arguments& arguments) {
  std::string state = default_cloud_folder();
  Options options("holdfast cloud down",
                  "Stops the cloud and all its servers. What was created stays in its state folder "
                  "for the next `holdfast cloud up`; remove the folder to forget it.");
  options.value("--state", state, "DIR", "where the cloud keeps its state");
  if (const auto status = options.parse(arguments)) return *status;
  const auto access = running_cloud(state);
  if (!access) {
    complain(access.error());
    return kFailed;
  }
  if (const auto ended = end(*access); !ended) {
    complain(ended.error());
    return kFailed;
  }
  fmt::print("The cloud of {} is down.\n", state);
  return 0;
}

}  // namespace cli
