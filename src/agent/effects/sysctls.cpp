#include "agent/effects/sysctls.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/log.h"
#include "io/descriptor.h"

namespace agent::effects {
namespace {

std::string file(const std::string& path) {
  return "/proc/sys/" + path;
}

}  // namespace

std::optional<std::string> Sysctls::read(const std::string& path) {
  const io::Descriptor fd(open(file(path).c_str(), O_RDONLY | O_CLOEXEC));
  std::array<char, 64> buffer;
  const ssize_t got = fd ? ::read(fd.get(), buffer.data(), buffer.size()) : -1;
  if (got <= 0) return std::nullopt;
  std::string text(buffer.data(), static_cast<std::size_t>(got));
  while (!text.empty() && text.back() == '\n') text.pop_back();
  return text;
}

base::Result<> Sysctls::write(const std::string& path, const std::string& value) {
  const io::Descriptor fd(open(file(path).c_str(), O_WRONLY | O_CLOEXEC));
  if (fd && ::write(fd.get(), value.data(), value.size()) == static_cast<ssize_t>(value.size()))
    return {};
  return std::unexpected(
      base::system_error(fmt::format("cannot set {} to {}", file(path), value), errno));
}

void Sysctls::keep(const Values& wanted) {
  for (auto known = originals_.begin(); known != originals_.end();) {
    if (wanted.contains(known->first)) {
      ++known;
      continue;
    }
    (void)write(known->first, known->second);  // its interface may have gone
    known = originals_.erase(known);
  }
  for (const auto& [path, value] : wanted) {
    const auto present = read(path);
    if (!present) continue;  // no such interface, or a kernel without IPv6
    originals_.try_emplace(path, *present);
    if (*present == value) continue;
    if (const auto done = write(path, value); !done)
      base::log::warning("sysctl.refused", {{"error", done.error().what}});
  }
}

std::optional<std::string> Sysctls::original(const std::string& path) const {
  const auto known = originals_.find(path);
  return known != originals_.end() ? known->second : read(path);
}

}  // namespace agent::effects
