// Cinder: volumes and snapshots of them; and Nova's attachments of volumes to servers.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "openstack/ids.h"
#include "openstack/session.h"

namespace openstack {

struct VolumeAttachment {
  ServerId server;
  VolumeId volume;
  std::string device;  // /dev/vdb; empty: the cloud does not say
};

struct Volume {
  VolumeId id;
  std::string name;
  std::string status;  // creating, available, in-use, error, …
  std::string type;
  std::string availability_zone;
  std::int64_t size_gib = 0;
  std::vector<VolumeAttachment> attachments;
};

struct NewVolume {
  std::string name;
  std::int64_t size_gib = 0;
  std::string type = {};               // empty: the cloud's default
  std::string availability_zone = {};  // empty: the cloud's choice
};

struct Snapshot {
  SnapshotId id;
  std::string name;
  std::string status;  // creating, available, error, …
};

struct NewSnapshot {
  std::string name;
  std::string description;
  VolumeId volume;
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

// Creations and deletions are accepted, not yet done, when these return. Deleting what is gone
// already is a success.
io::Task<Result<std::vector<Volume>>> list_volumes(Session& session, Filters filters = {});
io::Task<Result<Volume>> show_volume(Session& session, VolumeId id);
io::Task<Result<Volume>> create_volume(Session& session, NewVolume volume);
io::Task<Result<>> delete_volume(Session& session, VolumeId id);
io::Task<Result<>> extend_volume(Session& session, VolumeId id, std::int64_t size_gib);
io::Task<Result<>> retype_volume(Session& session, VolumeId id, std::string type);
// Merges into what is there.
io::Task<Result<>> set_volume_metadata(Session& session, VolumeId id,
                                       std::vector<std::pair<std::string, std::string>> metadata);

io::Task<Result<std::vector<Snapshot>>> list_snapshots(Session& session, Filters filters = {});
io::Task<Result<Snapshot>> show_snapshot(Session& session, SnapshotId id);
// Of a volume in use as well.
io::Task<Result<Snapshot>> create_snapshot(Session& session, NewSnapshot snapshot);
io::Task<Result<>> delete_snapshot(Session& session, SnapshotId id);

io::Task<Result<std::vector<VolumeAttachment>>> list_attachments(Session& session, ServerId server);
// Nova chooses the device.
io::Task<Result<VolumeAttachment>> attach_volume(Session& session, ServerId server,
                                                 VolumeId volume);
io::Task<Result<>> detach_volume(Session& session, ServerId server, VolumeId volume);

// Asks again and again until the status is the wanted one; an error if it becomes one that begins
// with "error", or the time is over. `until` is bounded by the session's deadline.
io::Task<Result<Volume>> wait_for_volume(Session& session, VolumeId id, std::string status,
                                         io::Instant until);
io::Task<Result<Snapshot>> wait_for_snapshot(Session& session, SnapshotId id, std::string status,
                                             io::Instant until);
io::Task<Result<>> wait_until_volume_gone(Session& session, VolumeId id, io::Instant until);
io::Task<Result<>> wait_until_snapshot_gone(Session& session, SnapshotId id, io::Instant until);

}  // namespace openstack
