// The files of examples/web-vip, as they were when this was built: the demo needs nothing but the
// programs.
#pragma once

#include <string_view>

namespace cli {

std::string_view example_manifest();
std::string_view example_cloud_config();
std::string_view example_stemcell();

}  // namespace cli
