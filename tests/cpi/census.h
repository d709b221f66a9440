// All that exists in the embedded cloud, by id, so that before and after a call can be compared.
#pragma once

#include <map>
#include <string>

#include "embedded_cloud.h"

namespace embedded {

// Id to what it is and its state: "volume in-use".
using Census = std::map<std::string, std::string>;

// Waits until nothing is on its way to another state.
Census census(Cloud& cloud);

// "+ volume 1234 available", "- port …", one a line; empty when nothing differs.
std::string difference(const Census& before, const Census& after);

}  // namespace embedded
