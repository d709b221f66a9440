#include "cloud/api/nova.h"

#include <fmt/format.h>

namespace cloud::api {

std::string compute_url(const Call& call, const std::string& path) {
  return fmt::format("{}/compute/v2.1/{}", call.cloud.settings.base_url, path);
}

json::Array self_link(const Call& call, const std::string& path) {
  return json::Array{json::Object{{"rel", "self"}, {"href", compute_url(call, path)}},
                     json::Object{{"rel", "bookmark"}, {"href", compute_url(call, path)}}};
}

}  // namespace cloud::api
