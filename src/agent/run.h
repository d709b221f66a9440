// The program holdfastd, from its arguments to its exit status.
#pragma once

#include <string>
#include <vector>

namespace agent {

int run(std::vector<std::string> arguments);

}  // namespace agent
