// The process of an embedded cloud that runs in the background.
#pragma once

#include <optional>
#include <string>

#include "cli/cloud_access.h"

namespace cli {

// The cloud of this state folder if its process lives. NotFound says whether it was never started,
// was stopped or was killed.
base::Result<CloudAccess> running_cloud(const std::string& state_folder);

}  // namespace cli
