// The way of a request to its handler: version, route, caller, body; and the headers of an answer.
#pragma once

#include <span>
#include <string>

#include "cloud/api/routing.h"

namespace cloud::api {

// The path is what follows the service's prefix.
Answer serve(const ServicePath& service, std::span<const std::string> path, Call& call);

void add_headers(http::Response& response, Service service, const Call& call);

}  // namespace cloud::api
