// What Nova's resources have in common.
#pragma once

#include <string>
#include <string_view>

#include "cloud/api/cloud.h"

namespace cloud::api {

inline constexpr std::string_view kHost = "holdfast";  // the one hypervisor

std::string compute_url(const Call& call, const std::string& path);

json::Array self_link(const Call& call, const std::string& path);

}  // namespace cloud::api
