#include "cloud/api/state_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <utility>
#include <vector>

namespace cloud::api {

base::Result<StateDirectory> open_state_directory(const std::string& path) {
  std::error_code error;
  std::string absolute = std::filesystem::absolute(path, error).string();
  for (const char* folder : {"", "/consoles", "/images"}) {
    std::filesystem::create_directories(absolute + folder, error);
    if (error)
      return std::unexpected(
          base::system_error("cannot create " + absolute + folder, error.value()));
    ::chmod((absolute + folder).c_str(), 0700);
  }
  const std::string lock_path = absolute + "/lock";
  io::Descriptor lock(::open(lock_path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock) return std::unexpected(base::system_error("cannot open " + lock_path, errno));
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return base::fail(
        base::Kind::Conflict, fmt::format("{} is in use by another holdfast-cloud", absolute),
        "stop that one (holdfast cloud down), or give another directory with --state");
  return StateDirectory{std::move(absolute), std::move(lock)};
}

base::Result<> write_atomically(const std::string& path, const std::string& text) {
  const std::string fresh = path + ".new";
  {
    const io::Descriptor fd(::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!fd) return std::unexpected(base::system_error("cannot create " + fresh, errno));
    std::size_t written = 0;
    while (written < text.size()) {
      const ssize_t count = ::write(fd.get(), text.data() + written, text.size() - written);
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return std::unexpected(base::system_error("cannot write " + fresh, errno));
      written += static_cast<std::size_t>(count);
    }
  }
  if (std::rename(fresh.c_str(), path.c_str()) != 0)
    return std::unexpected(base::system_error("cannot replace " + path, errno));
  return {};
}

base::Result<> write_access(const StateDirectory& directory, const ClientAccess& access) {
  const json::Object document{{"pid", static_cast<std::int64_t>(::getpid())},
                              {"auth_url", access.auth_url},
                              {"username", access.username},
                              {"password", access.password},
                              {"project", access.project},
                              {"domain", access.domain},
                              {"region", access.region},
                              {"admin_url", access.admin_url},
                              {"admin_token", access.admin_token}};
  const std::vector<std::pair<std::string, std::string>> variables = {
      {"OS_AUTH_URL", access.auth_url},       {"OS_USERNAME", access.username},
      {"OS_PASSWORD", access.password},       {"OS_PROJECT_NAME", access.project},
      {"OS_USER_DOMAIN_NAME", access.domain}, {"OS_PROJECT_DOMAIN_NAME", access.domain},
      {"OS_REGION_NAME", access.region},      {"OS_IDENTITY_API_VERSION", "3"},
  };
  std::string openrc;
  for (const auto& [name, value] : variables)
    openrc += fmt::format("export {}='{}'\n", name, value);
  if (auto written = write_atomically(directory.file("openrc"), openrc); !written) return written;
  // Last, because its presence says that the cloud is ready.
  return write_atomically(directory.file("cloud.json"), json::dump_pretty(document) + "\n");
}

void remove_access(const StateDirectory& directory) {
  for (const char* name : {"cloud.json", "openrc"}) ::unlink(directory.file(name).c_str());
}

}  // namespace cloud::api
