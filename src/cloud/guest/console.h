// A server's console: lines with the time in front, "[12.000345] keepalived: …". A console that
// grows past its bound forgets its older half.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace cloud::guest {

class Console {
 public:
  // `fd` is a file opened for reading and appending, and stays the caller's.
  explicit Console(int fd, std::size_t bound = std::size_t{4} << 20) : fd_(fd), bound_(bound) {}
  void line(std::string_view who, std::string_view text);

 private:
  void forget_older_half();

  int fd_;
  std::size_t bound_;
};

// Cuts a stream into lines; what is longer than `longest` is cut too.
class Lines {
 public:
  explicit Lines(std::function<void(std::string_view)> on_line, std::size_t longest = 8000)
      : on_line_(std::move(on_line)), longest_(longest) {}
  void feed(std::string_view bytes);
  void end();  // what is left without its line feed

 private:
  std::function<void(std::string_view)> on_line_;
  std::size_t longest_;
  std::string rest_;
};

}  // namespace cloud::guest
