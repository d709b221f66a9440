// Sizes of disks as a Director gives them. Pure.
#pragma once

#include <cstdint>

#include "cpi/error.h"
#include "json/value.h"

namespace cpi {

// MiB, at least 1024, to GiB, rounded up: Cinder has nothing smaller.
Result<std::int64_t> disk_size_gib(const json::Value& mebibytes);

}  // namespace cpi
