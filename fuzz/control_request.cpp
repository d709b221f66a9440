// A line from anybody who may open the control socket: a request or an error, and what is read is
// written the same again.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "control/protocol.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view line(reinterpret_cast<const char*>(data), size);
  const auto request = control::parse_request(line);
  if (!request) {
    if (request.error().what.empty()) std::abort();
    return 0;
  }
  const auto again = control::parse_request(control::to_line(*request));
  if (!again || again->verb != request->verb || again->level != request->level) std::abort();
  return 0;
}
