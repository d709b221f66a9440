// One event a line on stderr: "info vrrp.transition instance=VI_1 from=backup to=active".
// Only shells log. Event names are stable and shared with metrics; values with spaces are quoted.
// A log line never blocks the program: what the sink does not take at once is dropped and counted.
#pragma once

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>

namespace base::log {

enum class Level { Debug, Info, Warning, Error };

struct Field {
  std::string_view key;
  std::string value;
};
using Fields = std::initializer_list<Field>;

// Where lines go; `line` has no line feed. False if the line could not be taken now.
using Sink = std::function<bool(Level level, std::string_view line)>;

void set_level(Level least);
bool enabled(Level level);
void set_sink(Sink sink);  // an empty one restores stderr
std::uint64_t dropped();   // lines that no sink took since the start

void write(Level level, std::string_view event, Fields fields = {});
inline void debug(std::string_view event, Fields fields = {}) {
  write(Level::Debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
  write(Level::Info, event, fields);
}
inline void warning(std::string_view event, Fields fields = {}) {
  write(Level::Warning, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
  write(Level::Error, event, fields);
}

// "level event key=value key="two words"": what write() hands to the sink.
std::string format_line(Level level, std::string_view event, Fields fields);

}  // namespace base::log
