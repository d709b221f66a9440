// Who becomes active and whether its addresses are of use then.
#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "keepalived/lint_rules.h"
#include "keepalived/lint_weights.h"
#include "net/mac_address.h"

namespace keepalived::rules {
namespace {

// nopreempt of a node that is never the better one.
void check_nopreempt(const Together& nodes, Report& report) {
  for (const auto& [mine, other] : nodes.matches) {
    const auto say = [&](const Instance& lower, const Instance& upper, const Alone& lowers,
                         const Alone& uppers) {
      if (lower.preempt || lower.priority.is_owner()) return;
      const Range low = range(lower, effects(lower, lowers));
      if (low.greatest >= range(upper, effects(upper, uppers)).least) return;
      report
          .warning(lower.at,
                   fmt::format("nopreempt of {} has no effect: it is never better than its peer",
                               lower.name),
                   "write it on the node with the greater priority, which is the one that would "
                   "take over again")
          .also(upper.at, fmt::format("the peer, with {}", upper.priority.value()));
    };
    say(mine, other, nodes.here, nodes.there);
    say(other, mine, nodes.there, nodes.here);
  }
}

void check_accept(const Alone& file, Report& report) {
  for (const Instance& instance : file.config.instances) {
    if (instance.accept || instance.priority.is_owner()) continue;
    report.warning(instance.at,
                   fmt::format("{} makes the addresses of {} answer nothing",
                               instance.strict ? "strict mode" : "no_accept", instance.name),
                   instance.strict ? "add `accept` to the instance, or take strict mode away"
                                   : "take it away");
  }
}

void check_owner(const Alone& file, Report& report) {
  for (const Instance& instance : file.config.instances)
    if (instance.initial_state == InitialState::Master && instance.priority.is_owner() &&
        !instance.addresses.empty())
      report.warning(
          instance.at,
          fmt::format("{} has priority 255: it claims to own its addresses", instance.name),
          "take less, unless they are configured on this machine for good");
}

void check_password(const Alone& file, Report& report) {
  for (const Instance& instance : file.config.instances)
    if (instance.authentication == Authentication::Password)
      report.warning(instance.at, fmt::format("the password of {} travels in clear", instance.name),
                     "it keeps mistakes out, not attackers; auth_hmac proves who speaks");
}

enum class Machine { Unknown, Hardware, OpenStack, PublicCloud, Virtual };

Machine machine(const Surroundings& surroundings) {
  const std::string words = base::to_lower(surroundings.vendor + " " + surroundings.product);
  const auto is_one_of = [&](std::initializer_list<std::string_view> known) {
    return std::ranges::any_of(
        known, [&](std::string_view word) { return words.find(word) != std::string::npos; });
  };
  if (base::trim(words).empty()) return Machine::Unknown;
  if (is_one_of({"openstack"})) return Machine::OpenStack;
  if (is_one_of({"amazon ec2", "google compute", "alibaba", "digitalocean", "hetzner vserver"}))
    return Machine::PublicCloud;
  if (is_one_of({"microsoft corporation virtual machine", "vmware", "qemu", "kvm", "xen", "bochs",
                 "virtualbox", "innotek", "rhev", "ovirt", "parallels", "bhyve"}))
    return Machine::Virtual;
  return Machine::Hardware;
}

std::string mac_of(const Instance& instance) {
  if (instance.virtual_interface && instance.virtual_interface->mac)
    return net::to_string(*instance.virtual_interface->mac);
  const std::uint8_t family = instance.family == net::Family::Ipv4 ? 1 : 2;
  return net::to_string(net::MacAddress({0, 0, 0x5e, 0, family, instance.vrid.value()}));
}

// Where a virtual MAC address is asked for, if it is.
const text::Place* vmac_of(const Instance& instance) {
  const auto& own = instance.virtual_interface;
  if (own && own->kind == VirtualInterface::Kind::Macvlan) return &own->at;
  for (const auto* list : {&instance.addresses, &instance.excluded})
    for (const VirtualAddress& address : *list)
      if (address.use_vmac) return &address.at;
  return nullptr;
}

void check_vmac(const Alone& file, Report& report) {
  const Machine here = machine(file.surroundings);
  if (here == Machine::Hardware) return;
  for (const Instance& instance : file.config.instances) {
    const text::Place* at = vmac_of(instance);
    if (at == nullptr) continue;
    const std::string mac = mac_of(instance);
    switch (here) {
      case Machine::Hardware:
        break;
      case Machine::Unknown:
        report.note(*at, fmt::format("{} sends from the MAC address {}", instance.name, mac),
                    "a port that knows its machine's MAC address (a cloud, a hypervisor, a switch "
                    "with port security) drops that");
        break;
      case Machine::OpenStack:
        report.warning(
            *at,
            fmt::format("{} sends from {}, which OpenStack's port security drops", instance.name,
                        mac),
            fmt::format("leave the virtual MAC out, or allow the pair of the address and {}", mac));
        break;
      case Machine::PublicCloud:
        report.warning(*at,
                       fmt::format("{} sends from {}, which this cloud drops", instance.name, mac),
                       "leave the virtual MAC out; such clouds move addresses by their API only");
        break;
      case Machine::Virtual:
        report.warning(*at,
                       fmt::format("{} sends from {}, which a virtual switch drops by default",
                                   instance.name, mac),
                       "leave the virtual MAC out, or let the port send from other MAC addresses "
                       "and receive for them");
        break;
    }
  }
}

constexpr LintRule kRules[] = {
    {.name = "nopreempt-no-effect",
     .sentence = "`nopreempt` stands where it can have no effect",
     .why =
         "`nopreempt` keeps a node that comes back from taking over from a living router of lower "
         "priority. keepalived ignores it with `state MASTER` and with priority 255, and on a node "
         "that is never the better one of two there is nothing that it could prevent.",
     .remedy = "Write `state BACKUP` and `nopreempt` on the node with the greater priority, or on "
               "both.",
     .example = R"(vrrp_instance web {
  state MASTER
  nopreempt
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  state BACKUP
  nopreempt
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .by_reader = true,
     .check_pair = check_nopreempt},
    {.name = "strict-accept",
     .sentence = "strict mode or `no_accept` makes the addresses answer nothing",
     .why =
         "The RFC lets a router that does not own an address only forward for it, and "
         "`vrrp_strict` holds keepalived to that: the address cannot be pinged, and no service is "
         "reachable at it. It is copied from example to example and is the usual reason for an "
         "address that is there and does not answer.",
     .remedy = "Take `vrrp_strict` out, or write `accept` in the instance.",
     .example = R"(global_defs { vrrp_strict }
vrrp_instance web {
  interface eth0
  virtual_router_id 51
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
)",
     .check = check_accept},
    {.name = "owner",
     .sentence = "priority 255 claims that the addresses are this machine's own",
     .why = "Priority 255 is for the one router on which the addresses are configured for good. It "
            "becomes active without listening first, ignores `nopreempt` and weights, and another "
            "router of priority 255 is active at the same time.",
     .remedy = "Take a priority of 254 at most.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 255
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 254
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_owner},
    {.name = "vmac-port-security",
     .sentence = "a virtual MAC address will be dropped by the port of this machine",
     .why = "With `use_vmac` a router sends from the MAC address 00:00:5e:00:01:VRID. OpenStack's "
            "port security, the clouds of others and most virtual switches drop what does not come "
            "from the MAC address they gave: advertisements do not arrive, every node becomes "
            "active, and none is reachable. What machine this is comes from its firmware; on "
            "hardware the rule is silent, and where nothing is known it is a note.",
     .remedy = "Leave `use_vmac` out: holdfastd and keepalived announce a moved address by "
               "gratuitous ARP. On OpenStack an allowed address pair may name the MAC address; on "
               "VMware the port group needs forged transmits and promiscuous mode.",
     .example = R"(vrrp_instance web {
  use_vmac
  interface eth0
  virtual_router_id 51
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
)",
     .check = check_vmac},
    {.name = "password-in-clear",
     .sentence = "`auth_type PASS` is no security",
     .why =
         "The password, of which eight bytes count, stands readable in every advertisement that "
         "everybody on the network receives. It keeps apart routers that were given the same VRID "
         "by mistake; it does not keep anybody out. RFC 3768 took it away for that reason.",
     .remedy = "Use `auth_hmac` (keepalived 2.4), or unicast with a packet filter, or leave the "
               "block out and trust the network knowingly.",
     .example = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  authentication {
    auth_type PASS
    auth_pass 1111
  }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_password},
};

}  // namespace

std::span<const LintRule> election_rules() {
  return kRules;
}

}  // namespace keepalived::rules
