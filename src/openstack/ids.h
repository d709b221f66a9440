// Names of OpenStack's things: a PortId cannot be given where a ServerId is meant.
#pragma once

#include "base/strong.h"

namespace openstack {

using NetworkId = base::StrongId<struct NetworkTag>;
using SubnetId = base::StrongId<struct SubnetTag>;
using PortId = base::StrongId<struct PortTag>;
using SecurityGroupId = base::StrongId<struct SecurityGroupTag>;
using ServerId = base::StrongId<struct ServerTag>;
using ImageId = base::StrongId<struct ImageTag>;
using VolumeId = base::StrongId<struct VolumeTag>;
using SnapshotId = base::StrongId<struct SnapshotTag>;
using FlavorId = base::StrongId<struct FlavorTag>;

}  // namespace openstack
