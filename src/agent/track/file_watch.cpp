#include "agent/track/file_watch.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>

#include "base/log.h"

namespace agent::track {
namespace {

using namespace std::chrono_literals;

// A directory that is not there yet is looked for so often.
constexpr auto kAgain = 2s;
constexpr std::uint32_t kEvents = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                                  IN_ONLYDIR | IN_DELETE_SELF | IN_MOVE_SELF;

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
}

std::string name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

std::optional<int> read_number(const std::string& path) {
  const io::Descriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  if (!file) return 0;
  std::array<char, 128> buffer;
  const ssize_t got = read(file.get(), buffer.data(), buffer.size());
  if (got <= 0) return 0;
  const auto number = number_in({buffer.data(), static_cast<std::size_t>(got)});
  if (!number)
    base::log::warning("file.not_a_number",
                       {{"file", path}, {"hint", "the last value stays in force"}});
  return number;
}

void write_initial(const keepalived::TrackedFile& file) {
  const int mode = file.overwrite ? O_TRUNC : O_EXCL;
  const io::Descriptor out(
      open(file.path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | mode, 0644));
  if (!out && errno == EEXIST) return;
  const std::string text = fmt::format("{}\n", *file.initial_value);
  if (!out || write(out.get(), text.data(), text.size()) < 0)
    base::log::warning(
        "file.not_made",
        {{"file", file.path}, {"error", base::system_error("cannot write it", errno).what}});
}

}  // namespace

std::optional<int> number_in(std::string_view text) {
  const std::string terminated(text.substr(0, 127));
  errno = 0;
  const long long number = std::strtoll(terminated.c_str(), nullptr, 0);
  if (errno != 0 || number < INT32_MIN || number > INT32_MAX) return std::nullopt;
  return static_cast<int>(number);
}

FileWatch::FileWatch(io::Loop& loop, Told told)
    : told_(std::move(told)),
      inotify_(inotify_init1(IN_NONBLOCK | IN_CLOEXEC)),
      again_(loop, [this] { retry(); }) {
  if (inotify_) readable_.emplace(loop, inotify_.get(), [this] { read_events(); });
}

void FileWatch::replace(const std::vector<PlannedFile>& files, bool is_start) {
  std::map<vrrp::TrackId, Watched> before = std::exchange(files_, {});
  for (const PlannedFile& planned : files) {
    if (is_start && planned.file.initial_value) write_initial(planned.file);
    const auto known = before.find(planned.id);
    const bool is_same = known != before.end() && known->second.file.path == planned.file.path;
    Watched& watched =
        files_.insert_or_assign(planned.id, is_same ? std::move(known->second) : Watched{})
            .first->second;
    watched.file = planned.file;
    if (is_same) continue;
    watch(watched);
    watched.value = read_number(planned.file.path).value_or(0);
    told_(planned.id, watched.value);
  }
  // Several files may share a directory, and so a watch.
  for (const auto& [id, gone] : before)
    if (gone.watch && std::ranges::none_of(files_, [&](const auto& entry) {
          return entry.second.watch == gone.watch;
        }))
      inotify_rm_watch(inotify_.get(), *gone.watch);
}

void FileWatch::watch(Watched& watched) {
  const int number =
      inotify_add_watch(inotify_.get(), directory_of(watched.file.path).c_str(), kEvents);
  if (number >= 0) {
    watched.watch = number;
    return;
  }
  base::log::warning("file.not_watched",
                     {{"file", watched.file.path},
                      {"error", base::system_error("its directory", errno).what},
                      {"hint", "it is looked for every 2 s and counts as 0 until then"}});
  watched.watch.reset();
  again_.after(kAgain);
}

void FileWatch::retry() {
  for (auto& [id, watched] : files_) {
    if (watched.watch) continue;
    const int number =
        inotify_add_watch(inotify_.get(), directory_of(watched.file.path).c_str(), kEvents);
    if (number < 0) {
      again_.after(kAgain);
      continue;
    }
    watched.watch = number;
    update(id, watched);
  }
}

std::optional<int> FileWatch::value(vrrp::TrackId id) const {
  const auto found = files_.find(id);
  if (found == files_.end()) return std::nullopt;
  return found->second.value;
}

void FileWatch::read_events() {
  alignas(inotify_event) std::array<char, 16384> buffer;
  const ssize_t got = read(inotify_.get(), buffer.data(), buffer.size());
  for (std::size_t at = 0; got > 0 && at < static_cast<std::size_t>(got);) {
    inotify_event event{};
    std::memcpy(&event, buffer.data() + at, sizeof event);
    const std::string name(buffer.data() + at + sizeof event,
                           strnlen(buffer.data() + at + sizeof event, event.len));
    at += sizeof event + event.len;
    const bool is_all = (event.mask & (IN_Q_OVERFLOW | IN_IGNORED | IN_MOVE_SELF)) != 0;
    for (auto& [id, watched] : files_) {
      if ((event.mask & IN_Q_OVERFLOW) == 0 && watched.watch != event.wd) continue;
      if (!is_all && name != name_of(watched.file.path)) continue;
      if ((event.mask & (IN_IGNORED | IN_MOVE_SELF)) != 0) {  // the directory has gone
        watched.watch.reset();
        again_.after(kAgain);
      }
      update(id, watched);
    }
  }
}

void FileWatch::update(vrrp::TrackId id, Watched& watched) {
  const auto value = read_number(watched.file.path);
  if (!value || *value == watched.value) return;
  base::log::info("file.changed", {{"file", watched.file.name},
                                   {"from", fmt::to_string(watched.value)},
                                   {"to", fmt::to_string(*value)}});
  watched.value = *value;
  told_(id, *value);
}

}  // namespace agent::track
