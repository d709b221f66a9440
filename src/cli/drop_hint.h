// What would let a dropped packet pass, in words. Pure.
#pragma once

#include <string>

#include "json/value.h"

namespace cli {

// `drop` is an element of the admin API's answer to GET drops, `detail` one of its details, or null
// when the kernel kept none.
std::string drop_hint(const json::Value& drop, const json::Value& detail);

}  // namespace cli
