// HTTP requests and responses as values, the same for the client and the server.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace http {

// In the order they were sent; names compare without case (RFC 9110 5.1).
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  // The first field of that name, empty if there is none.
  std::string_view find(std::string_view name) const;
  bool contains(std::string_view name) const;
  void set(std::string_view name, std::string_view value);  // replaces all of that name
  void add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }
  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query, percent-encoded, as on the request line
  Headers headers;
  std::string body;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
  // For a server that misbehaves on purpose: these bytes and nothing else, then the connection is
  // reset.
  std::optional<std::string> raw = {};
};

// One part of a path, or a query's name or value: everything but unreserved characters (RFC
// 3986 2.3).
std::string percent_encode(std::string_view text);
// A '%' that is not followed by two digits stays as it is; '+' is a space only in queries.
std::string percent_decode(std::string_view text, bool is_query = false);

// The path of a target, decoded part by part: "/v2.0/ports?x=1" is {"v2.0", "ports"}.
std::vector<std::string> path_parts(std::string_view target);
// Name and value pairs after '?', in order, decoded; a name may occur many times.
std::vector<std::pair<std::string, std::string>> query_pairs(std::string_view target);

std::string_view reason_phrase(int status);  // "Not Found"; empty if unknown

}  // namespace http
