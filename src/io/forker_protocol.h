// What Forker and its process say to each other, one packet each; both are one program, so that
// structs travel as they are.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/forker.h"

namespace io::forker {

enum class Ask : std::uint32_t { Start, Signal, EnterNetwork };

struct Request {
  Ask ask = Ask::Start;
  std::uint32_t id = 0;
  std::int32_t signal = 0;  // of Signal
  Order order = {};         // of Start
};
inline constexpr std::size_t kLargestRequest = 128 << 10;

std::vector<std::uint8_t> encode(const Request& request);
std::optional<Request> decode(std::span<const std::uint8_t> packet);

enum class Tell : std::uint32_t { Ended, NotStarted };
enum class Step : std::uint32_t { Fork, Identity, Execute };

struct Reply {
  Tell tell = Tell::Ended;
  std::uint32_t id = 0;
  Step step = Step::Fork;   // of NotStarted
  std::int32_t number = 0;  // of NotStarted: errno
  std::int32_t code = 0;    // of Ended
  std::int32_t signal = 0;
};

// The other process; returns when our end of the socket is closed.
[[noreturn]] void serve(Descriptor socket, bool is_quiet);

}  // namespace io::forker
