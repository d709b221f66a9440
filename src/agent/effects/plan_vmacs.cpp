#include "agent/effects/plan_vmacs.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "netlink/select.h"

namespace agent::effects {
namespace {

constexpr std::uint32_t kFirstStandIn = 0x80000000;  // the kernel's indexes are positive ints
constexpr std::uint32_t kPrivateMode = 1;            // MACVLAN_MODE_PRIVATE, keepalived's
constexpr std::uint32_t kBridgeMode = 4;             // MACVLAN_MODE_BRIDGE, ours

bool is_same(const netlink::Link& link, const VmacPlanner::Wish& wish) {
  return link.kind == "macvlan" && link.base == wish.base.index && link.mac == wish.mac &&
         (link.mode == kBridgeMode || link.mode == kPrivateMode);
}

bool is_ours(const netlink::Link& link) {
  return link.kind == "macvlan" && link.alias.starts_with(kAliasPrefix);
}

}  // namespace

net::MacAddress virtual_mac(vrrp::VirtualRouterId vrid, net::Family family) {
  const std::uint8_t fifth = family == net::Family::Ipv4 ? 1 : 2;
  return net::MacAddress({0x00, 0x00, 0x5e, 0x00, fifth, vrid.value()});
}

bool VmacPlanner::is_free(const std::string& name, const Wish& wish) const {
  if (std::ranges::find(planned_, name, &PlannedVmac::name) != planned_.end()) return false;
  const netlink::Link* link = netlink::find(links_, name);
  return link == nullptr || is_same(*link, wish);
}

// keepalived's way: PREFIX.VRID, then PREFIX6.VRID for IPv6, then PREFIXn.VRID.
std::string VmacPlanner::name_for(const Wish& wish) const {
  const unsigned vrid = wish.vrid.value();
  std::string name = fmt::format("{}.{}", wish.prefix, vrid);
  if (is_free(name, wish)) return name;
  name = fmt::format("{}6.{}", wish.prefix, vrid);
  if (wish.family == net::Family::Ipv6 && is_free(name, wish)) return name;
  for (unsigned number = 1;; ++number) {
    name = fmt::format("{}{}.{}", wish.prefix, number, vrid);
    if (is_free(name, wish)) return name;
  }
}

base::Result<const netlink::Link*> VmacPlanner::plan(const Wish& wish) {
  for (std::size_t i = 0; i < planned_.size(); ++i)
    if (planned_[i].base == wish.base.index && planned_[i].mac == wish.mac &&
        (wish.name.empty() || wish.name == planned_[i].name)) {
      note_family(planned_[i].index, wish.family);
      return &stand_ins_[i];
    }
  PlannedVmac made{.name = wish.name.empty() ? name_for(wish) : wish.name,
                   .index = {kFirstStandIn + static_cast<std::uint32_t>(planned_.size())},
                   .base = wish.base.index,
                   .base_name = wish.base.name,
                   .mac = wish.mac,
                   .has_ipv4 = wish.family == net::Family::Ipv4,
                   .has_ipv6 = wish.family == net::Family::Ipv6,
                   .link_group = wish.link_group};
  netlink::Link link{.index = made.index, .name = made.name, .mac = made.mac};
  if (const netlink::Link* present = netlink::find(links_, made.name)) {
    if (!is_same(*present, wish) && !is_ours(*present))
      return base::fail(base::Kind::Conflict,
                        fmt::format("there is an interface '{}' already", made.name),
                        "give use_vmac another name, or none");
    if (is_same(*present, wish)) made.index = present->index;
    link = *present;
    link.index = made.index;
  }
  planned_.push_back(std::move(made));
  stand_ins_.push_back(std::move(link));
  return &stand_ins_.back();
}

const netlink::Link* VmacPlanner::find(const std::string& name) const {
  const auto planned = std::ranges::find(stand_ins_, name, &netlink::Link::name);
  return planned != stand_ins_.end() ? &*planned : netlink::find(links_, name);
}

void VmacPlanner::note_family(net::InterfaceIndex index, net::Family family) {
  const auto planned = std::ranges::find(planned_, index, &PlannedVmac::index);
  if (planned == planned_.end()) return;
  (family == net::Family::Ipv4 ? planned->has_ipv4 : planned->has_ipv6) = true;
}

}  // namespace agent::effects
