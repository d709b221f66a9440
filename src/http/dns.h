// A stub resolver: A and AAAA questions over UDP (RFC 1035, RFC 6891), as much as a client needs.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "io/loop.h"
#include "io/task.h"

namespace http::dns {

enum class Type : std::uint16_t { A = 1, Aaaa = 28 };

struct Servers {
  std::vector<std::string> addresses;  // at most three, as every resolver
  std::vector<std::string> search;     // domains to try behind a name without a dot
};

Servers servers_in_resolv_conf(std::string_view file);

// Nothing if a label is empty or longer than 63, or the name longer than 253.
std::optional<std::vector<std::uint8_t>> encode_question(std::uint16_t id, std::string_view name,
                                                         Type type);

struct Answer {
  bool is_no_such_name = false;
  std::vector<std::string> addresses;
};
// Nothing when this is no answer to the question (another id, cut short, a server that failed).
std::optional<Answer> decode_answer(std::span<const std::uint8_t> packet, std::uint16_t id,
                                    Type type);

io::Task<base::Result<std::vector<std::string>>> look_up(std::string name, Servers servers,
                                                         io::Instant deadline);

}  // namespace http::dns
