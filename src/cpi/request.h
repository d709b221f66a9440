// The request on standard input: parsed, and checked in the order and with the words of the Ruby
// CPI. Pure.
#pragma once

#include <string>
#include <string_view>

#include "cpi/error.h"
#include "json/value.h"

namespace cpi {

struct Request {
  std::string method;
  json::Array arguments;
  json::Object context;
  std::int64_t api_version = 1;
  std::string request_id;  // the Director's, for the log; may be empty

  const json::Value& argument(std::size_t index) const;  // null when it was not given
  // Of the stemcell that the call is about; 1 when the Director does not say.
  std::int64_t stemcell_api_version() const;
};

Result<Request> read_request(std::string_view text);

// The request's id in a text that may be no valid request, so that every log line carries it.
std::string request_id_in(const json::Value& document);

}  // namespace cpi
