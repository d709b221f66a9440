// What create_vm must know of the cloud before it makes anything. The questions do not depend on
// each other and are asked at once.
#pragma once

#include <vector>

#include "cpi/call.h"
#include "cpi/networks.h"
#include "cpi/vm_properties.h"
#include "openstack/compute.h"
#include "openstack/network.h"

namespace cpi {

struct VmFacts {
  std::vector<openstack::SecurityGroup> security_groups;
  openstack::Flavor flavor;
};

io::Task<Result<VmFacts>> look_up(const Call& call, openstack::ImageId image,
                                  const VmProperties& properties, const VmNetworks& networks);

}  // namespace cpi
