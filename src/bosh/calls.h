// The arguments of the CPI's methods, as a Director makes them.
#pragma once

#include <string>

#include "bosh/plan.h"

namespace bosh {

// [agent_id, stemcell_cid, cloud_properties, networks, disk_cids, env]
json::Array create_vm_arguments(const Instance& instance, const std::string& agent_id,
                                const std::string& stemcell_cid);

// What set_vm_metadata is told; `created_at` is UTC, "2026-11-20T22:15:00Z".
json::Object vm_metadata(const Instance& instance, const std::string& deployment,
                         const std::string& director, const std::string& created_at);

// AZ < VM type < extensions in the manifest's order; only the first level is merged.
json::Object merged_cloud_properties(const CloudConfig& cloud_config, const InstanceGroup& group,
                                     const std::string& az);

// The networks argument of one instance.
json::Object network_settings(const CloudConfig& cloud_config, const InstanceGroup& group,
                              const Instance& instance);

// The manifest's env with `bosh` completed (group names, tags) and the guest's jobs beside it.
json::Object vm_environment(const Manifest& manifest, const InstanceGroup& group,
                            const Instance& instance, const std::string& director);

}  // namespace bosh
