// Addresses: on which network they are, and who else holds them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "keepalived/lint_rules.h"

namespace keepalived::rules {
namespace {

void for_each_address(const Instance& instance, const auto& use) {
  for (const auto* list : {&instance.addresses, &instance.excluded})
    for (const VirtualAddress& address : *list) use(address);
}

const std::string& device_of(const Instance& instance, const VirtualAddress& address) {
  return address.device.empty() ? instance.interface : address.device;
}

void check_twice(const Alone& file, Report& report) {
  using Holder = std::pair<const Instance*, const VirtualAddress*>;
  std::map<std::tuple<net::IpAddress, std::string>, Holder> holders;
  for (const Instance& instance : file.config.instances)
    for_each_address(instance, [&](const VirtualAddress& address) {
      const auto [other, is_new] =
          holders.emplace(std::tuple(address.prefix.address(), device_of(instance, address)),
                          Holder(&instance, &address));
      if (!is_new)
        report
            .warning(
                address.at,
                fmt::format("{} is an address of {} too", net::to_string(address.prefix.address()),
                            other->second.first->name),
                "whoever gives it up first takes it from the other")
            .also(other->second.second->at, "the other one is here");
    });
}

using Networks = std::map<std::string_view, std::vector<net::Prefix>>;

// Of each interface those networks that it has without us: while we are active our own addresses
// are there too.
Networks networks_of(const Alone& file) {
  std::set<net::IpAddress> ours;
  for (const Instance& instance : file.config.instances)
    for_each_address(instance,
                     [&](const VirtualAddress& one) { ours.insert(one.prefix.address()); });
  Networks out;
  for (const Surroundings::Interface& interface : file.surroundings.interfaces)
    for (const net::Prefix& network : interface.networks)
      if (!ours.contains(network.address())) out[interface.name].push_back(network);
  return out;
}

void check_subnet(const Alone& file, Report& report) {
  if (file.surroundings.interfaces.empty()) return;
  const Networks known = networks_of(file);
  for (const Instance& instance : file.config.instances)
    for_each_address(instance, [&](const VirtualAddress& address) {
      const net::IpAddress& ip = address.prefix.address();
      const std::string& device = device_of(instance, address);
      const auto networks = known.find(device);
      if (networks == known.end() || ip.is_link_local()) return;
      std::string there;
      for (const net::Prefix& network : networks->second) {
        if (network.contains(ip)) return;
        if (network.address().family() == ip.family() && !network.address().is_link_local())
          there += (there.empty() ? "" : ", ") + net::to_string(network);
      }
      if (there.empty()) return;  // nothing to compare it with
      report.warning(
          address.at, fmt::format("{} is in no network of {}", net::to_string(ip), device),
          fmt::format("{} has {}; is a digit wrong, or should there be `dev`?", device, there));
    });
}

void check_peers(const Alone& file, Report& report) {
  std::set<net::IpAddress> ours;
  for (const Surroundings::Interface& interface : file.surroundings.interfaces)
    for (const net::Prefix& network : interface.networks) ours.insert(network.address());
  for (const Instance& instance : file.config.instances)
    for (const UnicastPeer& peer : instance.peers)
      if (ours.contains(peer.address) || instance.source == peer.address)
        report.warning(peer.at,
                       fmt::format("the peer {} of {} is this node itself",
                                   net::to_string(peer.address), instance.name),
                       "name the other nodes only; lines of one file that differ between nodes can "
                       "begin with @ID, see -i");
}

// Of two interfaces on one network it is one network that has the VRID twice.
void check_vrid(const Alone& file, Report& report) {
  if (file.surroundings.interfaces.empty()) return;
  const Networks known = networks_of(file);
  std::map<std::tuple<std::uint8_t, net::IpAddress, int>, const Instance*> taken;
  for (const Instance& instance : file.config.instances) {
    const auto networks = known.find(instance.interface);
    if (networks == known.end() || !instance.peers.empty()) continue;
    for (const net::Prefix& network : networks->second) {
      if (network.address().family() != instance.family || network.address().is_link_local())
        continue;
      const auto [other, is_new] = taken.emplace(
          std::tuple(instance.vrid.value(), network.network(), network.length()), &instance);
      if (is_new || other->second->interface == instance.interface) continue;
      report
          .warning(instance.vrid_at,
                   fmt::format("{} and {} are both virtual router {} on the network {}/{}",
                               other->second->name, instance.name, instance.vrid.value(),
                               net::to_string(network.network()), network.length()),
                   "give one of them another virtual_router_id")
          .also(other->second->vrid_at, "the other one is here");
    }
  }
}

constexpr LintRule kRules[] = {
    {.name = "address-twice",
     .sentence = "two instances hold the same address on the same interface",
     .why =
         "The instances know nothing of each other. When one of them stops being active it takes "
         "the address away, also from the other one, which goes on believing that it has it.",
     .remedy = "Let one instance have it, or put both into one.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth0
  virtual_router_id 52
  priority 150
  virtual_ipaddress { 10.0.0.60/24 }
}
)",
     .check = check_twice},
    {.name = "address-outside-subnet",
     .sentence = "an address is in no network of its interface",
     .why =
         "Neighbours on the network do not ask for such an address by ARP, and a router in front "
         "has no reason to send it there. It works only where somebody added a route. The rule "
         "knows the interfaces of the machine on which `-t` runs; the example is checked on one "
         "with 10.0.0.5/24 on eth0.",
     .remedy = "Mend the digit, or name the interface with `dev`.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.1.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_subnet},
    {.name = "vrid-shared-network",
     .sentence = "two instances have one VRID on two interfaces of the same network",
     .why =
         "A VRID has to be unique in a network, not only on an interface. Both instances hear each "
         "other's advertisements, and with `use_vmac` they even have the same MAC address. The "
         "example is checked on a machine with 10.0.0.5/24 on eth0 and 10.0.0.9/24 on eth9.",
     .remedy = "Give one of them another `virtual_router_id`.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth9
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.60/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
vrrp_instance mail {
  interface eth9
  virtual_router_id 52
  priority 150
  virtual_ipaddress { 10.0.0.60/24 }
}
)",
     .check = check_vrid},
    {.name = "peer-is-self",
     .sentence = "`unicast_peer` names this node's own address",
     .why =
         "A list of all nodes that was copied to each of them has the node itself in it. It sends "
         "its advertisements to itself as well, for nothing, and whoever reads the file counts one "
         "node too many.",
     .remedy = "Name the others only. Lines that differ between nodes can begin with `@ID`.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  unicast_src_ip 10.0.0.5
  unicast_peer {
    10.0.0.5
    10.0.0.6
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  unicast_src_ip 10.0.0.5
  unicast_peer { 10.0.0.6 }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_peers},
};

}  // namespace

std::span<const LintRule> address_rules() {
  return kRules;
}

}  // namespace keepalived::rules
