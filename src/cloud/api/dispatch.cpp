#include "cloud/api/dispatch.h"

#include <fmt/format.h>

#include "base/text.h"
#include "cloud/api/keystone.h"

namespace cloud::api {

namespace {

model::Allowed<json::Value> body_of(const http::Request& request) {
  // Image data are no JSON; everything else that has a body is.
  const bool is_data = request.headers.find("Content-Type") == "application/octet-stream";
  if (request.body.empty() || is_data) return json::Value();
  auto body = json::parse(request.body);
  if (body) return *std::move(body);
  return model::bad_request(
      fmt::format("Malformed request body: {}", base::to_string(body.error())));
}

// OpenStack-API-Version: compute 2.47, or X-OpenStack-Nova-API-Version: 2.47.
model::Allowed<int> microversion_of(const http::Request& request) {
  std::string_view wanted = request.headers.find("X-OpenStack-Nova-API-Version");
  const std::vector<std::string> words = base::words(request.headers.find("OpenStack-API-Version"));
  for (std::size_t i = 0; i + 1 < words.size(); ++i)
    if (words[i] == "compute") wanted = words[i + 1];
  if (wanted.empty()) return kLowestMicroversion;
  if (wanted == "latest") return kHighestMicroversion;
  const auto minor =
      wanted.starts_with("2.") ? base::parse_number<int>(wanted.substr(2)) : std::optional<int>();
  if (!minor)
    return model::refuse(400, "InvalidAPIVersionString",
                         fmt::format("API Version String {} is of invalid format. Must be of "
                                     "format MajorNum.MinorNum.",
                                     base::printable(wanted)));
  if (*minor < kLowestMicroversion || *minor > kHighestMicroversion)
    return model::refuse(406, "InvalidGlobalAPIVersion",
                         fmt::format("Version 2.{} is not supported by the API. Minimum is 2.{} "
                                     "and maximum is 2.{}.",
                                     *minor, kLowestMicroversion, kHighestMicroversion));
  return *minor;
}

// Takes as long whatever is wrong with the guess.
bool is_equal(std::string_view a, std::string_view b) {
  unsigned difference = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < std::min(a.size(), b.size()); ++i)
    difference |= static_cast<unsigned>(static_cast<unsigned char>(a[i] ^ b[i]));
  return difference == 0;
}

model::Allowed<> authorize(const Route& route, Call& call) {
  call.session = session_of(call.cloud, call.request.headers.find("X-Auth-Token"));
  switch (route.access) {
    case Access::Public:
      return {};
    case Access::Operator: {
      const std::string& token = call.cloud.settings.admin_token;
      if (!token.empty() && is_equal(call.request.headers.find("X-Holdfast-Token"), token))
        return {};
      return model::refuse(401, "Unauthorized",
                           "X-Holdfast-Token must be the admin_token of cloud.json in the state "
                           "directory.");
    }
    case Access::Token:
      break;
  }
  if (call.session) return {};
  return model::refuse(401, "Unauthorized", "The request you have made requires authentication.");
}

}  // namespace

Answer serve(const ServicePath& service, std::span<const std::string> path, Call& call) {
  if (service.service == Service::Compute) {
    auto microversion = microversion_of(call.request);
    if (!microversion) return std::unexpected(microversion.error());
    call.microversion = *microversion;
  }
  Found found = find_route(service, call.request.method, path);
  if (found.route == nullptr) {
    if (found.other_methods.empty())
      return std::unexpected(unknown_path(service.service, path, call.request.target));
    return model::refuse(405, "HTTPMethodNotAllowed",
                         fmt::format("The method {} is not allowed for this resource; {} is.",
                                     base::printable(call.request.method), found.other_methods));
  }
  if (auto allowed = authorize(*found.route, call); !allowed)
    return std::unexpected(allowed.error());
  auto body = body_of(call.request);
  if (!body) return std::unexpected(body.error());
  call.body = *std::move(body);
  call.captured = std::move(found.captured);
  return found.route->handler(call);
}

void add_headers(http::Response& response, Service service, const Call& call) {
  response.headers.set("X-Openstack-Request-Id", "req-" + new_id());
  if (response.status == 401)
    response.headers.set("WWW-Authenticate",
                         fmt::format("Keystone uri=\"{}/identity\"", call.cloud.settings.base_url));
  if (service == Service::Identity) response.headers.set("Vary", "X-Auth-Token");
  if (service != Service::Compute) return;
  const std::string version = fmt::format("2.{}", call.microversion);
  response.headers.set("OpenStack-API-Version", "compute " + version);
  response.headers.set("X-OpenStack-Nova-API-Version", version);
  response.headers.set("Vary", "OpenStack-API-Version, X-OpenStack-Nova-API-Version");
}

}  // namespace cloud::api
