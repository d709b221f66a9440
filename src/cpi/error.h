// What a CPI answers when it cannot do what was asked, and the one table that maps what happened to
// the type that a Director acts on.
#pragma once

#include <expected>
#include <string>

#include "base/error.h"
#include "openstack/failure.h"

namespace cpi {

struct Error {
  std::string type;
  std::string message;       // never holds a secret
  bool ok_to_retry = false;  // a Director heeds it only with VMCreationFailed

  bool operator==(const Error&) const = default;
};

template <typename T = void>
using Result = std::expected<T, Error>;

inline constexpr const char* kInvalidCall = "InvalidCall";
inline constexpr const char* kCloudError = "Bosh::Clouds::CloudError";
inline constexpr const char* kCpiError = "Bosh::Clouds::CpiError";
inline constexpr const char* kNotImplemented = "Bosh::Clouds::NotImplemented";
inline constexpr const char* kNotSupported = "Bosh::Clouds::NotSupported";
inline constexpr const char* kVmCreationFailed = "Bosh::Clouds::VMCreationFailed";

std::unexpected<Error> cloud_error(std::string message);
std::unexpected<Error> not_supported(std::string message);
std::unexpected<Error> vm_creation_failed(std::string message, bool ok_to_retry);
// As the Ruby CPI says it for everything that is wrong with the arguments or the configuration.
std::unexpected<Error> wrong_arguments(std::string details);

// A request to OpenStack that failed, with the words that operators search for.
Error from_failure(const openstack::Failure& failure);
inline std::unexpected<Error> failed(const openstack::Failure& failure) {
  return std::unexpected(from_failure(failure));
}

}  // namespace cpi
