// A Director's metadata as Nova takes it. Pure.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "json/value.h"

namespace cpi {

// Nulls are dropped, keys and values cut to Nova's 255 characters (never inside one).
std::vector<std::pair<std::string, std::string>> metadata_pairs(const json::Object& metadata);

// "name", else "job/index", else "compiling/…".
std::optional<std::string> human_readable_name(const json::Object& metadata);

}  // namespace cpi
