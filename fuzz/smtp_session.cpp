// Any answers of a mail server, in pieces of any size (the first byte): it is heard to an end, and
// never makes us say more than the letter and its commands.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "agent/notify/smtp_session.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  agent::notify::SmtpSession session(
      {.helo = "h", .from = "f", .recipients = {"a", "b"}, .text = ".\nx"});
  const std::size_t piece = data[0] % 64 + 1U;
  std::string_view left(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::size_t said = 0;
  while (!left.empty()) {
    said += session.hear(left.substr(0, piece)).size();
    left.remove_prefix(std::min(piece, left.size()));
  }
  if (said > 256) std::abort();
  if (session.state() == agent::notify::SmtpSession::State::Refused && session.why().empty())
    std::abort();
  return 0;
}
