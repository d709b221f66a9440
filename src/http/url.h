// An absolute http or https URL, taken apart once.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/error.h"

namespace http {

struct Url {
  bool is_tls = false;
  std::string host;  // a name or an address; IPv6 without brackets
  std::uint16_t port = 80;
  std::string path;  // without query, without a trailing '/'; "" or "/v2.0"

  // Refuses other schemes, user info, white space and control characters; drops the query.
  static base::Result<Url> parse(std::string_view text);
  bool operator==(const Url&) const = default;
};

std::string authority(const Url& url);  // "host" or "host:port" or "[::1]:port", for Host
std::string origin(const Url& url);     // "https://host:port"
std::string to_string(const Url& url);  // origin and path

}  // namespace http
