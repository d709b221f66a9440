#include "cloud/guest/console.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/text.h"

namespace cloud::guest {

void Console::line(std::string_view who, std::string_view text) {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  const std::string out = fmt::format("[{}.{:06}] {}: {}\n", now.tv_sec, now.tv_nsec / 1000, who,
                                      base::printable(text));
  // A full disk must not stop the guest: the line is lost.
  [[maybe_unused]] const auto written = write(fd_, out.data(), out.size());
  struct stat file {};
  if (fstat(fd_, &file) == 0 && S_ISREG(file.st_mode) &&
      static_cast<std::size_t>(file.st_size) > bound_)
    forget_older_half();
}

void Console::forget_older_half() {
  std::string kept(bound_ / 2, '\0');
  const ssize_t got = pread(fd_, kept.data(), kept.size(), static_cast<off_t>(bound_ / 2));
  if (got <= 0 || ftruncate(fd_, 0) != 0) return;
  kept.resize(static_cast<std::size_t>(got));
  const std::string_view whole_lines = std::string_view(kept).substr(kept.find('\n') + 1);
  [[maybe_unused]] const auto written = write(fd_, whole_lines.data(), whole_lines.size());
}

void Lines::feed(std::string_view bytes) {
  for (const char c : bytes) {
    if (c != '\n') rest_ += c;
    if (c == '\n' || rest_.size() >= longest_) {
      on_line_(rest_);
      rest_.clear();
    }
  }
}

void Lines::end() {
  if (!rest_.empty()) on_line_(rest_);
  rest_.clear();
}

}  // namespace cloud::guest
