// Which instances a group has: zones, indexes, the bootstrap instance, addresses; as the Director's
// placement planner decides. One deviation, for repeatable results: within a group addresses are
// given in the order bootstrap first, then by index (the Director goes by zone and random uuid).
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bosh/plan.h"

namespace bosh {

struct Placement {
  std::vector<Instance> instances;  // bootstrap first, then by index; only identity and addresses
  std::vector<Deployed> obsolete;
};

class Placer {
 public:
  // All that exists, so that no address is given twice.
  Placer(const CloudConfig& cloud_config, const Situation& situation, Report& report);
  Placement place(const InstanceGroup& group);

 private:
  struct Slot {  // an instance to be
    std::string az;
    const Deployed* existing = nullptr;
  };
  std::vector<Slot> spread(const InstanceGroup& group,
                           const std::vector<const Deployed*>& existing);
  std::vector<Slot> spread_static(const InstanceGroup& group, const GroupNetwork& network,
                                  std::vector<const Deployed*> existing);
  void reserve(const InstanceGroup& group, std::vector<Instance>& instances,
               const std::vector<Slot>& slots);
  std::optional<net::IpAddress> choose(const Network& network, const GroupNetwork& use,
                                       const Instance& instance, const Deployed* existing);
  bool may_keep(const Network& network, const Instance& instance,
                const net::IpAddress& address) const;
  std::optional<std::string> zone_of_static(const InstanceGroup& group, const GroupNetwork& use,
                                            const net::IpAddress& address,
                                            const std::vector<Slot>& slots);

  const CloudConfig& cloud_config_;
  const Situation& situation_;
  Report& report_;
  std::map<std::string, std::set<net::IpAddress>> used_;  // by network
};

}  // namespace bosh
