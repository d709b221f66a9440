#include "bosh/placement.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "bosh/codes.h"

namespace bosh {
namespace {

bool is_in_zone(const Subnet& subnet, const std::string& az) {
  return subnet.azs.empty() ? az.empty() : std::ranges::find(subnet.azs, az) != subnet.azs.end();
}

const Subnet* subnet_with(const Network& network, const net::IpAddress& address) {
  const auto found = std::ranges::find_if(
      network.subnets, [&](const Subnet& subnet) { return subnet.range.contains(address); });
  return found == network.subnets.end() ? nullptr : &*found;
}

std::vector<std::string> zones_of(const InstanceGroup& group) {
  std::vector<std::string> zones = group.azs;
  if (zones.empty()) zones.emplace_back();
  std::ranges::sort(zones);  // ties go to the first by name, not by place in the manifest
  return zones;
}

bool has_address(const Deployed& deployed, const std::string& network,
                 const net::IpAddress& address) {
  return std::ranges::find(deployed.instance.addresses, Reservation{network, address}) !=
         deployed.instance.addresses.end();
}

int lowest_unused(std::set<int>& indexes) {
  int index = 0;
  while (indexes.contains(index)) ++index;
  indexes.insert(index);
  return index;
}

const GroupNetwork* first_static(const InstanceGroup& group) {
  for (const GroupNetwork& network : group.networks)
    if (!network.static_ips.empty()) return &network;
  return nullptr;
}

}  // namespace

Placer::Placer(const CloudConfig& cloud_config, const Situation& situation, Report& report)
    : cloud_config_(cloud_config), situation_(situation), report_(report) {
  for (const Deployed& deployed : situation.deployed)
    for (const Reservation& reservation : deployed.instance.addresses)
      used_[reservation.network].insert(reservation.address);
}

Placement Placer::place(const InstanceGroup& group) {
  std::vector<const Deployed*> existing;
  std::set<int> indexes;
  for (const Deployed& deployed : situation_.deployed) {
    if (deployed.instance.group != group.name) continue;
    existing.push_back(&deployed);
    indexes.insert(deployed.instance.index);
  }
  std::ranges::sort(existing, {}, [](const Deployed* d) { return d->instance.index; });
  const GroupNetwork* fixed = first_static(group);
  auto slots = fixed != nullptr ? spread_static(group, *fixed, existing) : spread(group, existing);

  Placement placement;
  for (const Deployed* deployed : existing)
    if (std::ranges::find(slots, deployed, &Slot::existing) == slots.end())
      placement.obsolete.push_back(*deployed);
  for (const Slot& slot : slots) {
    Instance instance;
    instance.group = group.name;
    instance.az = slot.az;
    if (slot.existing != nullptr) {
      instance.index = slot.existing->instance.index;
      instance.id = slot.existing->instance.id;
      instance.is_bootstrap = slot.existing->instance.is_bootstrap;
    } else {
      instance.index = lowest_unused(indexes);
      instance.id = situation_.new_id();
    }
    placement.instances.push_back(std::move(instance));
  }
  auto& instances = placement.instances;
  // Exactly one is the bootstrap instance; it stays as long as it lives.
  if (!instances.empty() && std::ranges::none_of(instances, &Instance::is_bootstrap))
    std::ranges::min_element(instances, {}, &Instance::index)->is_bootstrap = true;
  reserve(group, instances, slots);
  return placement;
}

// Each instance goes to the zone with the fewest; ties to one that has an instance to keep, then to
// the first by name.
std::vector<Placer::Slot> Placer::spread(const InstanceGroup& group,
                                         const std::vector<const Deployed*>& existing) {
  std::map<std::string, std::vector<const Deployed*>> unclaimed;
  for (const Deployed* deployed : existing) unclaimed[deployed->instance.az].push_back(deployed);
  const auto zones = zones_of(group);
  std::map<std::string, int> count;
  std::vector<Slot> slots;
  for (std::int64_t i = 0; i < group.instances; ++i) {
    const auto best = std::ranges::min_element(zones, {}, [&](const std::string& zone) {
      return std::pair(count[zone], unclaimed[zone].empty());
    });
    Slot slot{.az = *best};
    ++count[*best];
    if (auto& candidates = unclaimed[*best]; !candidates.empty()) {
      slot.existing = candidates.front();
      candidates.erase(candidates.begin());
    }
    slots.push_back(slot);
  }
  return slots;
}

// With static addresses the address decides: who has one of them keeps it, the others are for new
// instances in the order of the list.
std::vector<Placer::Slot> Placer::spread_static(const InstanceGroup& group,
                                                const GroupNetwork& network,
                                                std::vector<const Deployed*> existing) {
  std::vector<Slot> slots;
  for (const net::IpAddress& address : network.static_ips) {
    const auto owner = std::ranges::find_if(existing, [&](const Deployed* deployed) {
      return has_address(*deployed, network.name, address);
    });
    const auto zone = zone_of_static(group, network, address, slots);
    if (!zone) continue;
    Slot slot{.az = *zone};
    if (owner != existing.end()) {
      slot.existing = *owner;
      // A subnet in several zones: the instance stays where it is.
      if (std::ranges::find(group.azs, (*owner)->instance.az) != group.azs.end())
        slot.az = (*owner)->instance.az;
      existing.erase(owner);
    }
    slots.push_back(slot);
  }
  return slots;
}

std::optional<std::string> Placer::zone_of_static(const InstanceGroup& group,
                                                  const GroupNetwork& use,
                                                  const net::IpAddress& address,
                                                  const std::vector<Slot>& slots) {
  const Network* network = find(cloud_config_.networks, use.name);
  const Subnet* subnet = network == nullptr ? nullptr : subnet_with(*network, address);
  const std::string shown = to_string(address);
  if (subnet == nullptr) {
    report_.error(
        use.mark, code::kNetworkReservationIpOutsideSubnet,
        fmt::format("the static address {} is in no subnet of network \"{}\"", shown, use.name));
    return std::nullopt;
  }
  if (subnet->reserved.contains(address)) {
    report_.error(
        use.mark, code::kNetworkReservationIpReserved,
        fmt::format("the static address {} is reserved in network \"{}\"", shown, use.name));
    return std::nullopt;
  }
  if (!subnet->fixed.contains(address)) {
    report_.error(
        use.mark, code::kInstanceGroupNetworkInstanceIpMismatch,
        fmt::format("{} is not among the static addresses of network \"{}\"", shown, use.name),
        "add it to \"static\" of its subnet in the cloud-config");
    return std::nullopt;
  }
  if (subnet->azs.empty()) return "";
  std::optional<std::string> best;
  std::ptrdiff_t least = 0;
  for (const std::string& zone : zones_of(group)) {
    if (!is_in_zone(*subnet, zone)) continue;
    const auto count = std::ranges::count(slots, zone, &Slot::az);
    if (!best || count < least) best = zone;
    if (*best == zone) least = count;
  }
  if (!best)
    report_.error(use.mark, code::kJobStaticIpsFromInvalidAvailabilityZone,
                  fmt::format("the static address {} is in no availability zone of instance "
                              "group \"{}\"",
                              shown, group.name));
  return best;
}

void Placer::reserve(const InstanceGroup& group, std::vector<Instance>& instances,
                     const std::vector<Slot>& slots) {
  std::map<std::string, const Deployed*> existing;
  for (const Slot& slot : slots)
    if (slot.existing != nullptr) existing[slot.existing->instance.id] = slot.existing;
  std::ranges::sort(instances, {}, [](const Instance& instance) {
    return std::pair(!instance.is_bootstrap, instance.index);
  });
  for (const GroupNetwork& use : group.networks) {
    const Network* network = find(cloud_config_.networks, use.name);
    if (network == nullptr || network->type != NetworkType::Manual) continue;
    for (Instance& instance : instances) {
      const auto found = existing.find(instance.id);
      const auto address =
          choose(*network, use, instance, found == existing.end() ? nullptr : found->second);
      if (!address) {
        report_.error(
            use.mark, code::kNetworkReservationNotEnoughCapacity,
            fmt::format("network \"{}\" has no free address for {}{}{}", use.name, instance.name(),
                        instance.az.empty() ? "" : " in zone ", instance.az),
            "enlarge its range, or reserve less of it");
        return;
      }
      used_[use.name].insert(*address);
      instance.addresses.push_back({use.name, *address});
    }
  }
}

std::optional<net::IpAddress> Placer::choose(const Network& network, const GroupNetwork& use,
                                             const Instance& instance, const Deployed* existing) {
  const auto& statics = use.static_ips;
  if (existing != nullptr)
    for (const Reservation& kept : existing->instance.addresses) {
      if (kept.network != network.name) continue;
      const bool is_listed = std::ranges::find(statics, kept.address) != statics.end();
      if (statics.empty() ? may_keep(network, instance, kept.address) : is_listed)
        return kept.address;
    }
  for (const net::IpAddress& address : statics) {
    const Subnet* subnet = subnet_with(network, address);
    if (subnet == nullptr || !is_in_zone(*subnet, instance.az)) continue;
    if (!used_[network.name].contains(address)) return address;
  }
  if (!statics.empty()) {
    report_.error(use.mark, code::kNetworkReservationAlreadyInUse,
                  fmt::format("the static addresses of network \"{}\" for {} belong to other "
                              "instances",
                              network.name, instance.name()));
    return std::nullopt;
  }
  for (const Subnet& subnet : network.subnets) {
    if (!is_in_zone(subnet, instance.az)) continue;
    if (auto free =
            lowest_free({subnet.range.network(), subnet.range.last()},
                        {&subnet.unusable, &subnet.reserved, &subnet.fixed}, used_[network.name]))
      return free;
  }
  return std::nullopt;
}

// An address stays with its instance unless the cloud-config has taken it away.
bool Placer::may_keep(const Network& network, const Instance& instance,
                      const net::IpAddress& address) const {
  const Subnet* subnet = subnet_with(network, address);
  return subnet != nullptr && is_in_zone(*subnet, instance.az) &&
         !subnet->reserved.contains(address) && !subnet->fixed.contains(address) &&
         !subnet->unusable.contains(address);
}

}  // namespace bosh
