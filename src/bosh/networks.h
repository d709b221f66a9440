// The `networks` section of a cloud-config.
#pragma once

#include <vector>

#include "bosh/cloud_config.h"
#include "bosh/fields.h"

namespace bosh {

std::vector<Network> read_networks(Fields& cloud_config, const std::vector<Properties>& azs,
                                   Report& report);

}  // namespace bosh
