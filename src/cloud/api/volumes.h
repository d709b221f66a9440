// What the handlers of Cinder's volumes share with each other and with Nova.
#pragma once

#include <map>
#include <string>

#include "cloud/api/cloud.h"
#include "cloud/model/records.h"

namespace cloud::api {

// The volume of that id if the caller may see it; 404 as Cinder says it.
model::Allowed<model::Volume> find_volume(Call& call, const std::string& id);
json::Object volume_view(const Call& call, const model::Volume& volume, bool in_detail);

// The name of a volume type that was asked for by name or id; "" is the default type.
model::Allowed<std::string> find_volume_type(Call& call, const std::string& wanted);

// The types that a new cloud has; nothing in one that has some.
void add_volume_types(Cloud& cloud);

// Metadata of volumes and snapshots: texts of up to 255 characters.
model::Allowed<std::map<std::string, std::string>> read_volume_metadata(const json::Value& sent);
json::Object volume_metadata_view(const std::map<std::string, std::string>& metadata);

// 2026-11-20T22:00:00.000000, as Cinder writes times.
std::string volume_time(model::Time time);

// Refuses paths under another project's id.
model::Allowed<> check_volume_project(const Call& call);

// ---- what Nova does with volumes

// Reserves the volume for the server, under the next free device name (Nova ignores the one that
// is asked for); the volume is in-use a moment later.
model::Allowed<model::VolumeAttachment> attach_volume(Call& call, const model::Server& server,
                                                      const std::string& volume_id);
// In use at once: the root volume of a server that is being made.
void attach_root_volume(Call& call, const model::Server& server, model::Volume volume,
                        bool delete_on_termination);
model::Allowed<> detach_volume(Call& call, const model::Server& server,
                               const std::string& volume_id);
// The server goes: its volumes are free again, or deleted where that was asked for.
void release_volumes(Cloud& cloud, const model::Server& server);
// In the order of their devices.
std::vector<const model::Volume*> volumes_of(const model::State& state, const std::string& server);
const model::VolumeAttachment* attachment_to(const model::Volume& volume,
                                             const std::string& server_id);

}  // namespace cloud::api
