#include "base/error.h"

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

#include "base/text.h"

namespace base {

std::string_view name(Kind kind) {
  switch (kind) {
    case Kind::Invalid:
      return "invalid";
    case Kind::NotFound:
      return "not found";
    case Kind::Conflict:
      return "conflict";
    case Kind::Denied:
      return "denied";
    case Kind::Unavailable:
      return "unavailable";
    case Kind::Timeout:
      return "timeout";
    case Kind::Io:
      return "io";
    case Kind::Unsupported:
      return "unsupported";
    case Kind::Internal:
      return "internal";
  }
  return "unknown";
}

static Kind kind_of(int number) {
  switch (number) {
    case EPERM:
    case EACCES:
      return Kind::Denied;
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ESRCH:
      return Kind::NotFound;
    case EEXIST:
    case EADDRINUSE:
    case EBUSY:
      return Kind::Conflict;
    case EINVAL:
      return Kind::Invalid;
    case ETIMEDOUT:
      return Kind::Timeout;
    case ECONNREFUSED:
    case ECONNRESET:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ENETDOWN:
    case ENOBUFS:
    case EAGAIN:
      return Kind::Unavailable;
    case EOPNOTSUPP:
    case ENOSYS:
      return Kind::Unsupported;
    default:
      return Kind::Io;
  }
}

std::unexpected<Error> in_context(std::string_view doing, Error error) {
  error.what = fmt::format("{}: {}", doing, error.what);
  return std::unexpected(std::move(error));
}

Error system_error(std::string_view doing, int number) {
  const std::string reason = to_lower(std::generic_category().message(number));
  return Error{kind_of(number), fmt::format("{}: {}", doing, reason), {}};
}

std::string to_string(const Error& error) {
  return error.hint.empty() ? error.what : fmt::format("{}; {}", error.what, error.hint);
}

}  // namespace base
