// What the VM's agent reads at its first boot, in the registry-less layout of the Ruby CPI. Pure.
#pragma once

#include <map>
#include <string>

#include "cpi/config.h"
#include "cpi/networks.h"

namespace cpi {

// By the name of the network.
using MacAddresses = std::map<std::string, std::string>;

// The specs with use_dhcp and mac: for the agent, and for the second element of create_vm's answer.
json::Object network_settings(const VmNetworks& networks, const MacAddresses& macs, bool use_dhcp);

struct VmSettings {
  std::string vm_name;
  std::string agent_id;
  json::Object networks;
  bool has_ephemeral_disk = false;
  json::Value environment;  // passed through unchanged
};

// An error when it is larger than Nova takes.
Result<std::string> user_data(const VmSettings& settings, const Config& config);

}  // namespace cpi
