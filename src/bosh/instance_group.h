// One entry of a manifest's `instance_groups`, and the `update` section, which both levels have.
#pragma once

#include <string>
#include <vector>

#include "bosh/fields.h"
#include "bosh/manifest.h"

namespace bosh {

// What an instance group refers to.
struct GroupContext {
  const CloudConfig& cloud_config;
  const std::vector<std::string>& releases;
  const std::vector<Stemcell>& stemcells;
  const yaml::Node* global_properties;  // deprecated, but still what jobs without own ones get
};

InstanceGroup read_instance_group(const yaml::Node& node, const GroupContext& context,
                                  Report& report);

// canaries and so on are checked as a Director would; holdfast updates one instance at a time.
void check_update(Fields& owner, bool is_required, Report& report);

}  // namespace bosh
