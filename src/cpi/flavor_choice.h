// The flavor for a VM that a manifest describes by its needs. Pure.
#pragma once

#include <vector>

#include "cpi/error.h"
#include "json/value.h"
#include "openstack/compute.h"

namespace cpi {

struct VmNeeds {
  std::int64_t cpu = 0;
  std::int64_t ram_mib = 0;
  std::int64_t ephemeral_mib = 0;
};

Result<VmNeeds> read_vm_needs(const json::Value& argument);

// The cloud properties: instance_type, and root_disk when a volume must be larger than the
// flavor's.
Result<json::Value> choose_flavor(const VmNeeds& needs,
                                  const std::vector<openstack::Flavor>& flavors,
                                  bool boot_from_volume);

}  // namespace cpi
