// What the disk methods ask of the cloud, with the Ruby CPI's words when it is not there.
#pragma once

#include <string>
#include <vector>

#include "cpi/call.h"
#include "openstack/volume.h"

namespace cpi {

// A volume that must be there: "Volume `id' not found".
io::Task<Result<openstack::Volume>> existing_volume(const Call& call, std::string id);

// A server that must be there, with what is attached to it.
struct ServerDisks {
  openstack::ServerId server;
  std::vector<openstack::VolumeAttachment> attachments;

  const openstack::VolumeAttachment* find(const openstack::VolumeId& volume) const;
};
io::Task<Result<ServerDisks>> disks_of_server(const Call& call, std::string id);

// From now on: openstack.state_timeout, within the call's own deadline.
io::Instant state_deadline(const Call& call);

}  // namespace cpi
