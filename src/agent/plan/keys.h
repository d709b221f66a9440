// Keys of auth_hmac that stand in files of their own (`key ID file:PATH`).
#pragma once

#include <vector>

#include "keepalived/config.h"
#include "text/place.h"

namespace agent::plan {

// Reads them into the configuration. An error for each that cannot be read or is no key: without
// it nothing would be authenticated, so the configuration cannot run.
std::vector<text::Diagnostic> read_key_files(keepalived::Config& config);

}  // namespace agent::plan
