// The one error type and the one result type. An error says what, where and why in `what` (lower
// case, no full stop) and how to mend it in `hint`; never a token, a password or user data.
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace base {

// What a caller may decide on. The words a user reads are in Error::what.
enum class Kind {
  Invalid,      // the input is wrong; repeating does not help
  NotFound,     // the thing named does not exist
  Conflict,     // it exists already, or is in a state that forbids this
  Denied,       // not permitted: credentials, policy, capability
  Unavailable,  // the other side is down or refuses for now; repeating may help
  Timeout,      // no answer before the deadline; it may still have happened
  Io,           // the operating system said no
  Unsupported,  // not offered here, on purpose
  Internal,     // a mistake of ours
};

std::string_view name(Kind kind);

struct Error {
  Kind kind = Kind::Internal;
  std::string what;
  std::string hint = {};

  bool operator==(const Error&) const = default;
};

template <typename T = void>
using Result = std::expected<T, Error>;

[[nodiscard]] inline std::unexpected<Error> fail(Kind kind, std::string what,
                                                 std::string hint = {}) {
  return std::unexpected(Error{kind, std::move(what), std::move(hint)});
}

// "cannot add 10.0.0.5/32 to eth0" + the error: what only the caller knows, in front.
[[nodiscard]] std::unexpected<Error> in_context(std::string_view doing, Error error);

// errno as an error: "doing: operation not permitted", with the kind that fits the number.
[[nodiscard]] Error system_error(std::string_view doing, int number);

// "what; hint", for one line of a log or a terminal.
std::string to_string(const Error& error);

}  // namespace base
