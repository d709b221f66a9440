// RFC 4648 4, as Nova wants user data.
#pragma once

#include <string>
#include <string_view>

namespace openstack {

std::string base64(std::string_view bytes);

}  // namespace openstack
