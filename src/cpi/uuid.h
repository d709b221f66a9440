// Random (version 4) UUIDs, for the names of what we create.
#pragma once

#include <string>

namespace cpi {

std::string new_uuid();

}  // namespace cpi
