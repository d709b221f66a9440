#include "cpi/error.h"

#include <fmt/format.h>

#include "http/message.h"

namespace cpi {
namespace {

using base::Kind;

// No retry here: a Director repeats only create_vm, and create_vm knows itself when that helps.
std::string type_of(Kind kind) {
  switch (kind) {
    case Kind::Unsupported:
      return kNotSupported;
    case Kind::Internal:
      return kCpiError;
    case Kind::Invalid:
    case Kind::NotFound:
    case Kind::Conflict:
    case Kind::Denied:
    case Kind::Unavailable:
    case Kind::Timeout:
    case Kind::Io:
      return kCloudError;
  }
  return kCloudError;
}

bool is_about_keystone(const std::string& what) {
  return what.find("/auth/tokens: ") != std::string::npos;
}

}  // namespace

std::unexpected<Error> cloud_error(std::string message) {
  return std::unexpected(Error{kCloudError, std::move(message)});
}
std::unexpected<Error> not_supported(std::string message) {
  return std::unexpected(Error{kNotSupported, std::move(message)});
}
std::unexpected<Error> vm_creation_failed(std::string message, bool ok_to_retry) {
  return std::unexpected(Error{kVmCreationFailed, std::move(message), ok_to_retry});
}
std::unexpected<Error> wrong_arguments(std::string details) {
  return std::unexpected(
      Error{kInvalidCall, fmt::format("Arguments are not correct, details: '{}'", details)});
}

Error from_failure(const openstack::Failure& failure) {
  const std::string said = base::to_string(failure.error);
  std::string message = said;
  switch (failure.status) {
    case 400:
    case 403:
    case 404:
    case 409:
    case 413:
      message = fmt::format("OpenStack API {} ({}).\nCheck task debug log for details.",
                            http::reason_phrase(failure.status), said);
      break;
    default:
      if (is_about_keystone(failure.error.what))
        message = fmt::format("Unable to connect to the OpenStack Keystone API: {}", said);
  }
  return {type_of(failure.error.kind), std::move(message)};
}

}  // namespace cpi
