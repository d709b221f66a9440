#include "agent/effects/virtual_macs.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "netlink/select.h"

namespace agent::effects {
namespace {

std::string setting(std::string_view family, std::string_view interface, std::string_view name) {
  std::string path = "net/";
  path.append(family).append("/conf/").append(interface).append("/").append(name);
  return path;
}

// Of an interface of our own: they go with it.
void prepare(const PlannedVmac& vmac) {
  const auto set = [&](std::string_view family, std::string_view name, const char* value) {
    const std::string path = setting(family, vmac.name, name);
    if (!Sysctls::read(path)) return;  // no IPv6 here
    if (const auto done = Sysctls::write(path, value); !done)
      base::log::warning("sysctl.refused", {{"error", done.error().what}});
  };
  // It never makes addresses of the virtual MAC by itself (RFC 7217, RFC 8981).
  set("ipv6", "addr_gen_mode", "1");
  set("ipv6", "accept_ra", "0");
  if (!vmac.has_ipv6) set("ipv6", "disable_ipv6", "1");
  if (!vmac.has_ipv4) return;
  set("ipv4", "arp_ignore", "1");    // answers for its own addresses only
  set("ipv4", "accept_local", "1");  // hears hosts whose address is the base's network's too
  set("ipv4", "rp_filter", "0");     // routes back to them lead through the base
  set("ipv4", "promote_secondaries", "1");
}

}  // namespace

void VirtualMacs::set_owner(const std::string& name) {
  constexpr std::size_t kLongest = 200;  // the kernel's alias has 255
  alias_ = std::string(kAliasPrefix) + name.substr(0, kLongest);
}

base::Result<netlink::Control*> VirtualMacs::control() {
  if (!control_) {
    auto opened = netlink::Control::open();
    if (!opened) return std::unexpected(opened.error());
    control_ = std::move(*opened);
  }
  return &*control_;
}

base::Result<net::InterfaceIndex> VirtualMacs::make(const PlannedVmac& vmac) {
  auto opened = control();
  if (!opened) return std::unexpected(opened.error());
  netlink::Control& control = **opened;
  const auto made = control.create_macvlan(
      vmac.name,
      {.base = vmac.base, .mac = vmac.mac, .alias = alias_, .link_group = vmac.link_group});
  if (!made) return std::unexpected(made.error());
  prepare(vmac);
  // Refused while the base is down; raise() tries again.
  if (const auto up = control.set_up(*made); !up)
    base::log::info("vmac.not_up", {{"interface", vmac.name}, {"error", up.error().what}});
  base::log::info("vmac.created",
                  {{"interface", vmac.name}, {"on", vmac.base_name}, {"mac", to_string(vmac.mac)}});
  return *made;
}

// keepalived's are in private mode, in which a peer with the same MAC address is never heard.
void VirtualMacs::take_over(const PlannedVmac& vmac) {
  auto opened = control();
  if (!opened) return;
  if (const auto done = (*opened)->set_bridge_mode(vmac.index); !done)
    base::log::error("vmac.deaf", {{"interface", vmac.name},
                                   {"error", done.error().what},
                                   {"hint", "remove it: ip link delete " + vmac.name}});
  (void)(*opened)->set_up(vmac.index);
}

base::Result<> VirtualMacs::realise(std::vector<PlannedVmac>& wanted,
                                    std::span<const netlink::Link> links) {
  for (PlannedVmac& vmac : wanted) {
    const netlink::Link* present = find(links, vmac.name);
    if (present != nullptr && present->index == vmac.index) {
      if (!ours_.contains(vmac.index)) {
        base::log::info("vmac.taken_over", {{"interface", vmac.name}});
        prepare(vmac);
        take_over(vmac);
      }
    } else {
      if (present != nullptr) {  // ours, of another MAC address or base
        ours_.erase(present->index);
        auto opened = control();
        if (opened) (void)(*opened)->delete_link(present->index);
      }
      const auto made = make(vmac);
      if (!made) return std::unexpected(made.error());
      vmac.index = *made;
    }
    ours_.insert_or_assign(vmac.index, vmac);
  }
  keep_settings(links);
  return {};
}

void VirtualMacs::retire(const std::set<net::InterfaceIndex>& in_use,
                         std::span<const netlink::Link> links) {
  for (const netlink::Link& link : links) {
    if (in_use.contains(link.index)) continue;
    if (!ours_.contains(link.index) && (link.kind != "macvlan" || link.alias != alias_)) continue;
    auto opened = control();
    if (!opened) return;
    if (const auto gone = (*opened)->delete_link(link.index); gone)
      base::log::info("vmac.deleted", {{"interface", link.name}});
    else
      base::log::warning("vmac.not_deleted",
                         {{"interface", link.name}, {"error", gone.error().what}});
  }
  std::erase_if(ours_, [&](const auto& entry) { return !in_use.contains(entry.first); });
  keep_settings(links);
}

void VirtualMacs::raise(net::InterfaceIndex base, std::span<const netlink::Link> links) {
  for (const auto& [index, vmac] : ours_) {
    const netlink::Link* link = find(links, index);
    if (vmac.base != base || link == nullptr || link->is_up) continue;
    auto opened = control();
    if (opened) (void)(*opened)->set_up(index);
  }
}

// The base must not answer for addresses on what is on top of it, and no interface may refuse
// packets because the way back leads elsewhere: net.ipv4.conf.all.rp_filter, which would overrule
// that of our interfaces, becomes the setting of each of the others.
void VirtualMacs::keep_settings(std::span<const netlink::Link> links) {
  Sysctls::Values wanted;
  bool is_any = false;
  for (const auto& [index, vmac] : ours_) {
    if (!vmac.has_ipv4) continue;
    is_any = true;
    wanted[setting("ipv4", vmac.base_name, "arp_ignore")] = "1";
    wanted[setting("ipv4", vmac.base_name, "arp_filter")] = "1";
  }
  const std::string all = setting("ipv4", "all", "rp_filter");
  const std::string everywhere = settings_.original(all).value_or("0");
  if (is_any && everywhere != "0") {
    wanted[all] = "0";
    const auto raise = [&](const std::string& interface) {
      const std::string path = setting("ipv4", interface, "rp_filter");
      const std::string own = settings_.original(path).value_or("0");
      wanted[path] = std::max(own, everywhere);
    };
    raise("default");
    for (const netlink::Link& link : links)
      if (!ours_.contains(link.index) && link.alias != alias_) raise(link.name);
  }
  settings_.keep(wanted);
}

}  // namespace agent::effects
