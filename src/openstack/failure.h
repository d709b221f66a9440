// What an OpenStack API said when it did not do what was asked. Converts to base::Error, so a
// caller that does not care about the details has base::Result everywhere.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "base/error.h"
#include "http/message.h"
#include "io/loop.h"

namespace openstack {

struct Failure {
  base::Error error;         // ready to be shown; holds no secret
  int status = 0;            // of the answer; 0 when there was none
  std::string type = {};     // the API's own name: "IpAddressAlreadyAllocated", "itemNotFound"
  std::string message = {};  // the API's own words
  bool may_have_happened = false;  // the request may have been carried out all the same
  std::optional<std::chrono::seconds> retry_after = std::nullopt;

  operator base::Error() const { return error; }
};

template <typename T = void>
using Result = std::expected<T, Failure>;

// `request` is "POST http://…/v2.0/ports".
Failure failure_from(const std::string& request, const http::Response& response);
Failure failure_from(const std::string& request, base::Error transport);
// The answer was a success but not of the shape that the API documents.
Failure unexpected_answer(const std::string& request, const std::string& why);

// The APIs quote what they refuse; a secret that we sent must not come back in an error.
void hide(Failure& failure, const std::string& secret, std::string_view instead);

}  // namespace openstack
