// Writes a configuration that is in force as a keepalived.conf: every value that matters spelled
// out, in one order and layout. Reading it gives the same configuration again. As JSON the same
// keywords are keys, so that a tool finds in it what the manual names.
#pragma once

#include <string>

#include "json/value.h"
#include "keepalived/config.h"
#include "keepalived/form.h"

namespace keepalived {

std::string print(const Config& config, const PrintOptions& options = {});
json::Value to_json(const Config& config, const PrintOptions& options = {});

}  // namespace keepalived
