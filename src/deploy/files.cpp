#include "deploy/files.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "io/descriptor.h"

namespace deploy {
namespace {

constexpr std::size_t kLargest = std::size_t{16} << 20;

std::unexpected<base::Error> failed(std::string_view doing, const std::string& path) {
  return std::unexpected(base::system_error(fmt::format("cannot {} {}", doing, path), errno));
}

bool write_all(int fd, std::string_view content) {
  while (!content.empty()) {
    const ssize_t put = ::write(fd, content.data(), content.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return false;
    content.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

}  // namespace

base::Result<std::string> read_file(const std::string& path) {
  const io::Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file) {
    base::Error error = base::system_error(fmt::format("cannot read {}", path), errno);
    if (errno == ENOENT) error.kind = base::Kind::NotFound;
    return std::unexpected(std::move(error));
  }
  std::string content;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("read", path);
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > kLargest)
      return base::fail(base::Kind::Invalid, fmt::format("{} is larger than 16 MiB", path));
  }
}

base::Result<> write_file(const std::string& path, std::string_view content) {
  const std::string fresh = path + ".new";
  {
    const io::Descriptor file(
        ::open(fresh.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
    if (!file) return failed("write", fresh);
    if (!write_all(file.get(), content) || ::fsync(file.get()) != 0) return failed("write", fresh);
  }
  if (::rename(fresh.c_str(), path.c_str()) != 0) return failed("replace", path);
  return {};
}

}  // namespace deploy
