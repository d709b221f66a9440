// The cloud properties of a VM: its type, extensions and availability zone, merged by the Director.
// Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpi/config.h"
#include "cpi/error.h"
#include "json/value.h"
#include "openstack/compute.h"
#include "openstack/network.h"

namespace cpi {

struct VmProperties {
  std::string instance_type;                         // the flavor's name
  std::vector<std::string> availability_zones = {};  // to be tried; empty: Nova's choice
  std::vector<std::string> security_groups = {};
  std::string key_name = {};
  json::Value scheduler_hints = {};
  bool boot_from_volume = false;
  std::optional<std::int64_t> root_disk_gib = std::nullopt;
  std::vector<openstack::AddressPair> address_pairs = {};
  bool checks_vrrp_port = true;
};

Result<VmProperties> read_vm_properties(const json::Value& argument, const Config& config);

// The flavor of that name, with enough ephemeral disk for a BOSH VM.
Result<openstack::Flavor> find_flavor(const std::vector<openstack::Flavor>& flavors,
                                      const std::string& name);

// Names (the first of that name) or ids, in the order asked.
Result<std::vector<openstack::SecurityGroup>> find_security_groups(
    const std::vector<openstack::SecurityGroup>& existing, const std::vector<std::string>& wanted);

// block_device_mapping_v2 for a VM that boots from a volume; null for one that does not.
Result<json::Value> boot_device(const VmProperties& properties, const openstack::Flavor& flavor,
                                const openstack::ImageId& image);

}  // namespace cpi
