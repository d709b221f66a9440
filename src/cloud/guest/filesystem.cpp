#include "cloud/guest/filesystem.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include "io/descriptor.h"

namespace cloud::guest {
namespace {

base::Result<> mount_at(const char* kind, const char* where, unsigned long flags,
                        const char* options) {
  if (mount(kind, where, kind, flags, options) == 0) return {};
  return std::unexpected(
      base::system_error(fmt::format("cannot mount a {} on {}", kind, where), errno));
}

// Holds a copy of the mount until it is put back over a fresh tmpfs.
class Kept {
 public:
  explicit Kept(const std::string& directory)
      : directory_(directory),
        tree_(open_tree(AT_FDCWD, directory.c_str(),
                        OPEN_TREE_CLONE | OPEN_TREE_CLOEXEC | AT_RECURSIVE)) {}
  base::Result<> put_back() const {
    std::error_code error;
    std::filesystem::create_directories(directory_, error);
    if (move_mount(tree_.get(), "", AT_FDCWD, directory_.c_str(), MOVE_MOUNT_F_EMPTY_PATH) == 0)
      return {};
    return std::unexpected(
        base::system_error(fmt::format("cannot keep {} visible", directory_), errno));
  }

 private:
  std::string directory_;
  io::Descriptor tree_;
};

bool is_below(const std::string& path, std::string_view root) {
  return path.starts_with(root) && path.size() > root.size() && path[root.size()] == '/';
}

}  // namespace

base::Result<std::vector<std::string>> mount_filesystems(const std::string& keep) {
  const bool is_hidden = is_below(keep, "/run") || is_below(keep, "/tmp");
  const Kept kept(keep);
  if (auto done = mount_at("tmpfs", "/run", MS_NOSUID | MS_NODEV, "mode=755"); !done)
    return std::unexpected(done.error());
  if (auto done = mount_at("tmpfs", "/tmp", MS_NOSUID | MS_NODEV, "mode=1777"); !done)
    return std::unexpected(done.error());
  if (is_hidden)
    if (auto done = kept.put_back(); !done) return std::unexpected(done.error());

  // A container may forbid these two; then the guest sees more than its own, and works.
  std::vector<std::string> notes;
  for (const auto& [kind, where] : {std::pair("proc", "/proc"), std::pair("sysfs", "/sys")})
    if (auto done = mount_at(kind, where, MS_NOSUID | MS_NODEV | MS_NOEXEC, nullptr); !done)
      notes.push_back(to_string(done.error()));
  return notes;
}

base::Result<> write_file(const std::string& path, const std::string& content) {
  std::error_code error;
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), error);
  const mode_t mode = content.starts_with("#!") ? 0700 : 0600;
  const io::Descriptor file(open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode));
  std::string_view rest = content;
  while (file && !rest.empty()) {
    const ssize_t put = write(file.get(), rest.data(), rest.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) break;
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (file && rest.empty()) return {};
  return std::unexpected(base::system_error(fmt::format("cannot write {}", path), errno));
}

}  // namespace cloud::guest
