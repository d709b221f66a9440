// The interfaces with virtual MAC addresses (macvlans, use_vmac): made before the routers that need
// them, gone after them, with the kernel settings that belong to them.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/effects/plan_vmacs.h"
#include "agent/effects/sysctls.h"
#include "base/error.h"
#include "netlink/control.h"

namespace agent::effects {

class VirtualMacs {
 public:
  // `name` tells whose they are, across restarts.
  void set_owner(const std::string& name);

  // Makes what is missing and gives each its index. The first error; the rest is not tried.
  base::Result<> realise(std::vector<PlannedVmac>& wanted, std::span<const netlink::Link> links);
  // Deletes ours, also those of an earlier run, that are not in use any more.
  void retire(const std::set<net::InterfaceIndex>& in_use, std::span<const netlink::Link> links);
  // The base has come up: ours on it may need to be set up now.
  void raise(net::InterfaceIndex base, std::span<const netlink::Link> links);
  void restore_settings() { settings_.restore(); }
  bool is_ours(net::InterfaceIndex index) const { return ours_.contains(index); }

 private:
  base::Result<netlink::Control*> control();
  base::Result<net::InterfaceIndex> make(const PlannedVmac& vmac);
  void take_over(const PlannedVmac& vmac);
  void keep_settings(std::span<const netlink::Link> links);

  std::optional<netlink::Control> control_;  // opened when first needed
  std::string alias_{kAliasPrefix};
  std::map<net::InterfaceIndex, PlannedVmac> ours_;
  Sysctls settings_;
};

}  // namespace agent::effects
