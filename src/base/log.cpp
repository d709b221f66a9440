#include "base/log.h"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <utility>

#include "base/text.h"

namespace base::log {
namespace {

// A pipe whose reader is stuck must not stop an election: ask first, write at most what a pipe
// takes whole (PIPE_BUF), and drop the line otherwise.
bool write_to_stderr(Level /*level*/, std::string_view line) {
  pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
  if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  std::string out(line.substr(0, 4000));
  out += '\n';
  return ::write(STDERR_FILENO, out.data(), out.size()) == static_cast<ssize_t>(out.size());
}

struct State {
  Level least = Level::Info;
  Sink sink = write_to_stderr;
  std::uint64_t dropped = 0;
};

State& state() {
  static State instance;
  return instance;
}

std::string_view name(Level level) {
  switch (level) {
    case Level::Debug:
      return "debug";
    case Level::Info:
      return "info";
    case Level::Warning:
      return "warning";
    case Level::Error:
      return "error";
  }
  return "error";
}

bool is_plain(std::string_view value) {
  return !value.empty() && value.find_first_of(" \"=\t") == std::string_view::npos;
}

std::string quoted(std::string_view value) {
  std::string out = "\"";
  for (const char c : value) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + "\"";
}

}  // namespace

void set_level(Level least) {
  state().least = least;
}
bool enabled(Level level) {
  return level >= state().least;
}
void set_sink(Sink sink) {
  state().sink = sink ? std::move(sink) : Sink(write_to_stderr);
}
std::uint64_t dropped() {
  return state().dropped;
}

std::string format_line(Level level, std::string_view event, Fields fields) {
  std::string line = fmt::format("{} {}", name(level), event);
  for (const Field& field : fields) {
    const std::string value = printable(field.value);
    line += fmt::format(" {}={}", field.key, is_plain(value) ? value : quoted(value));
  }
  return line;
}

void write(Level level, std::string_view event, Fields fields) {
  if (!enabled(level)) return;
  if (!state().sink(level, format_line(level, event, fields))) ++state().dropped;
}

}  // namespace base::log
