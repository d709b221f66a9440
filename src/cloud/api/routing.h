// Which handler answers a method and a path, and what is said when none does.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cloud/api/cloud.h"
#include "cloud/api/envelope.h"

namespace cloud::api {

struct ServicePath {
  Service service;
  std::string_view prefix;  // the first part of the path
  std::vector<std::span<const Route>> routes;
};

const std::vector<ServicePath>& services();
Service service_of(const http::Request& request);

using Parts = std::vector<std::string>;

struct Found {
  const Route* route = nullptr;
  Parts captured = {};
  std::string other_methods = {};  // of the same path, when there is no route
};

Found find_route(const ServicePath& service, std::string_view method,
                 std::span<const std::string> path);

model::Refusal unknown_path(Service service, std::span<const std::string> path,
                            std::string_view target);

// The answer to a request without a path.
http::Response list_of_services(const Cloud& cloud);

}  // namespace cloud::api
