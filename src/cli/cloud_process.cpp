#include "cli/cloud_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>

#include "io/descriptor.h"

namespace cli {

base::Result<CloudAccess> running_cloud(const std::string& state_folder) {
  auto access = read_cloud_access(state_folder);
  if (!access) return access;
  // The process number may be another's by now. The lock says it: a server holds it for life.
  const io::Descriptor lock(::open((state_folder + "/lock").c_str(), O_RDONLY | O_CLOEXEC));
  if (lock && ::flock(lock.get(), LOCK_SH | LOCK_NB) != 0) return access;
  return base::fail(
      base::Kind::NotFound,
      fmt::format("the cloud of {} does not run any more: it was killed", state_folder),
      "`holdfast cloud up` starts it again, with all that was created");
}

}  // namespace cli
