// Why the cloud refuses: OpenStack's own words, which clients look at: the HTTP status, the name of
// the exception (Neutron shows it as "type"), and the message.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace cloud::model {

struct Refusal {
  int status = 400;
  std::string type;
  std::string message;

  bool operator==(const Refusal&) const = default;
};

template <typename T = void>
using Allowed = std::expected<T, Refusal>;

[[nodiscard]] inline std::unexpected<Refusal> refuse(int status, std::string type,
                                                     std::string message) {
  return std::unexpected(Refusal{status, std::move(type), std::move(message)});
}
// What Neutron answers when an attribute has the wrong form.
[[nodiscard]] inline std::unexpected<Refusal> bad_request(std::string message) {
  return refuse(400, "HTTPBadRequest", std::move(message));
}

}  // namespace cloud::model
