#include "agent/plan/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "agent/plan/plan_routes.h"
#include "agent/plan/plan_wire.h"
#include "netlink/select.h"

namespace agent::plan {

vrrp::TrackId TrackNames::id_of(const std::string& kind, const std::string& name) {
  const auto next = static_cast<std::uint32_t>(ids_.size() + 1);
  return {ids_.try_emplace(kind + " " + name, next).first->second};
}

std::string TrackNames::name_of(vrrp::TrackId id) const {
  const auto found =
      std::ranges::find_if(ids_, [&](const auto& entry) { return entry.second == id.value; });
  return found == ids_.end() ? "?" : found->first;
}

namespace {

class Planner {
 public:
  Planner(const keepalived::Config& config, const Network& network, TrackNames& names)
      : config_(config), network_(network), names_(names), vmacs_(network.links) {}

  Planning make() {
    for (const auto& instance : config_.instances)
      for (const auto& address : instance.addresses) ours_.push_back(address.prefix.address());
    for (const auto& instance : config_.instances)
      for (const auto& address : instance.excluded) ours_.push_back(address.prefix.address());
    for (const auto& instance : config_.instances) plan_router(instance);
    plan_all_routes();
    plan_no_accept();
    result_.plan.expects_interfaces_to_go = config_.globals.dynamic_interfaces;
    result_.plan.startup_delay = config_.globals.startup_delay;
    result_.plan.logs_unknown_vrids = config_.globals.log_unknown_vrids;
    result_.plan.notifications = {.fifo = config_.globals.fifo,
                                  .vrrp_fifo = config_.globals.vrrp_fifo,
                                  .states_on_reload = config_.globals.fifo_states_on_reload,
                                  .mail = config_.globals.mail,
                                  .router_id = config_.globals.router_id};
    result_.plan.pacing = plan_pacing(config_, network_);
    for (const auto& address : config_.static_addresses)
      if (const netlink::Link* link = device(address, nullptr))
        result_.plan.static_addresses.push_back(to_netlink(address, link->index));
    for (const auto& group : config_.groups) plan_group(group);
    result_.plan.vmacs = vmacs_.take();
    return std::move(result_);
  }

 private:
  void stop(const text::Place& at, std::string what, std::string hint = {}) {
    result_.diagnostics.push_back({text::Severity::Error, at, std::move(what), std::move(hint)});
    result_.can_run = false;
  }
  void warn(const text::Place& at, std::string what, std::string hint = {}) {
    result_.diagnostics.push_back({text::Severity::Warning, at, std::move(what), std::move(hint)});
  }

  void no_interface(const text::Place& at, const std::string& name) {
    if (config_.globals.dynamic_interfaces) {
      if (result_.plan.awaited.insert(name).second)
        warn(at, fmt::format("there is no interface '{}' yet", name),
             "what needs it begins when it appears (dynamic_interfaces)");
      return;
    }
    std::vector<std::string_view> known;
    for (const auto& link : network_.links) known.emplace_back(link.name);
    const auto near = text::nearest(name, known);
    stop(at, fmt::format("there is no interface '{}'", name),
         !near.empty() ? fmt::format("did you mean '{}'?", near)
                       : fmt::format("this machine has: {}", fmt::join(known, ", ")));
  }

  // An instance's own interface may be missing, if it may appear later.
  const netlink::Link* absent(const text::Place& at, const std::string& name) {
    no_interface(at, name);
    if (!config_.globals.dynamic_interfaces) return nullptr;
    const auto number = kFirstAbsent + static_cast<std::uint32_t>(absent_.size());
    return &absent_.try_emplace(name, netlink::Link{.index = {number}, .name = name}).first->second;
  }

  const netlink::Link* device(const keepalived::VirtualAddress& address,
                              const netlink::Link* otherwise) {
    if (address.device.empty() && otherwise != nullptr) return otherwise;
    const std::string& name =
        address.device.empty() ? config_.globals.default_interface : address.device;
    const netlink::Link* link = vmacs_.find(name);
    if (link == nullptr) no_interface(address.at, name);
    return link;
  }

  // The instance's own virtual MAC address, or that of VRID and family.
  const netlink::Link* vmac_on(const netlink::Link& base, const keepalived::Instance& instance,
                               net::Family family, const text::Place& at, bool is_own) {
    effects::VmacPlanner::Wish wish{.base = base,
                                    .mac = effects::virtual_mac(instance.vrid, family),
                                    .family = family,
                                    .prefix = config_.globals.vmac_address_prefix,
                                    .vrid = instance.vrid};
    if (const auto& own = instance.virtual_interface) {
      if (own->mac) wish.mac = *own->mac;
      wish.link_group = own->link_group;
      if (is_own) {
        wish.name = own->name;
        wish.prefix = config_.globals.vmac_prefix;
      }
    }
    const auto made = vmacs_.plan(wish);
    if (made) return *made;
    stop(at, made.error().what, made.error().hint);
    return nullptr;
  }

  const netlink::Link* vmac_of(const keepalived::Instance& instance, const netlink::Link& base) {
    if (!instance.virtual_interface || is_absent(base.index)) return nullptr;
    const keepalived::VirtualInterface& wanted = *instance.virtual_interface;
    if (wanted.kind == keepalived::VirtualInterface::Kind::Ipvlan) {
      stop(wanted.at, "use_ipvlan is not supported", "use_vmac is");
      return nullptr;
    }
    return vmac_on(base, instance, instance.family, wanted.at, true);
  }

  // Where an address goes: on the instance's own virtual interface, on one of another interface or
  // family, or on a real one.
  const netlink::Link* place_of(const keepalived::VirtualAddress& address,
                                const keepalived::Instance& instance, const netlink::Link& base,
                                const netlink::Link* vmac) {
    const netlink::Link* on = device(address, &base);
    if (on == nullptr) return nullptr;
    const net::Family family = address.prefix.address().family();
    const bool is_elsewhere = on->index != base.index;
    const bool is_other_family = vmac != nullptr && family != instance.family;
    if (vmac != nullptr && on->index == vmac->index) return vmac;
    const bool wants_own = instance.vmac_for_addresses && (is_elsewhere || is_other_family);
    if (address.use_vmac || wants_own) {
      if (vmac != nullptr && !is_elsewhere && !is_other_family) return vmac;
      return vmac_on(*on, instance, family, address.at, false);
    }
    if (vmac == nullptr || is_elsewhere) return on;
    vmacs_.note_family(vmac->index, family);
    return vmac;
  }

  static netlink::Address to_netlink(const keepalived::VirtualAddress& address,
                                     net::InterfaceIndex interface) {
    return {.interface = interface,
            .prefix = address.prefix,
            .scope = static_cast<netlink::Scope>(address.scope.value_or(0)),
            .label = address.label,
            .protocol = netlink::kProtocolKeepalived,
            .broadcast = address.broadcast,
            .peer = address.peer,
            .detects_duplicates = address.duplicate_detection,
            .is_home = address.home,
            .manages_temporary = address.manage_temporary,
            .has_prefix_route = !address.no_prefix_route,
            .joins_group = address.auto_join,
            .is_tracked = address.track,
            .preferred_lifetime =
                address.prefix.address().is_v4() ? std::nullopt : address.preferred_lifetime};
  }

  // The interface, by name, by the first virtual address, or by the source address.
  const netlink::Link* interface_of(const keepalived::Instance& instance) {
    if (instance.interface == keepalived::kAutoInterface || instance.interface.empty()) {
      const bool is_auto = !instance.interface.empty();
      if (is_auto && instance.addresses.empty()) {
        stop(instance.interface_at, "'interface auto' needs a virtual address to go by");
        return nullptr;
      }
      const net::IpAddress wanted = is_auto || !instance.source
                                        ? instance.addresses.at(0).prefix.address()
                                        : *instance.source;
      const auto index = interface_towards(network_.addresses, wanted);
      if (!index) {
        stop(instance.interface_at,
             fmt::format("no interface is on a network that contains {}", to_string(wanted)),
             "give an interface an address of that network, or name the interface");
        return nullptr;
      }
      return find(network_.links, *index);
    }
    const netlink::Link* link = find(network_.links, instance.interface);
    return link != nullptr ? link : absent(instance.interface_at, instance.interface);
  }

  void plan_router(const keepalived::Instance& instance) {
    const netlink::Link* link = interface_of(instance);
    if (link == nullptr) return;
    const bool is_there = !is_absent(link->index);
    if (is_there && !link->mac && !link->is_loopback)
      warn(instance.interface_at, fmt::format("{} is not Ethernet: no gratuitous ARP", link->name));

    PlannedRouter router{.name = instance.name,
                         .interface_name = link->name,
                         .config = router_config(instance, *link)};
    // Without an interface nobody can serve, whether its link is tracked or not.
    if (!is_there) router.config.fault_on_link_down = true;
    router.has_fixed_source = instance.source.has_value();
    if (instance.track_source) router.tracked_source = instance.source;
    router.hop_limit = instance.peers.empty() ? vrrp::kHopLimit : instance.unicast_ttl;
    if (instance.promote_secondaries && is_there)
      result_.plan.settings[fmt::format("net/ipv4/conf/{}/promote_secondaries", link->name)] = "1";
    router.accepts = instance.accept || instance.priority.is_owner();
    router.notify = instance.notify;
    router.sends_mail = instance.smtp_alert;
    const netlink::Link* vmac = vmac_of(instance, *link);
    if (vmac != nullptr) {
      router.vmac = vmac->index;
      // Unicast needs the real one: replies would come to it.
      if (!instance.virtual_interface->transmits_on_base && instance.peers.empty())
        router.advertises_from = vmac->mac;
    }
    router.shown = {.strict = instance.strict,
                    .accept = instance.accept,
                    .skip_check_adv_addr = instance.skip_check_adv_addr,
                    .promote_secondaries = instance.promote_secondaries,
                    .has_fixed_source = instance.source.has_value(),
                    .sends_mail = instance.smtp_alert,
                    .vmac_name = vmac == nullptr ? std::string() : vmac->name};
    for (const auto* list : {&instance.addresses, &instance.excluded})
      for (const auto& address : *list)
        if (const netlink::Link* on = place_of(address, instance, *link, vmac))
          router.addresses.push_back(to_netlink(address, on->index));
    if (const auto valid = vrrp::check(router.config); !valid)
      return stop(instance.at, valid.error().what, valid.error().hint);
    const auto key = std::tuple(link->index, instance.family, instance.vrid);
    if (!keys_.insert(key).second)
      return stop(
          instance.vrid_at,
          fmt::format("virtual router {} is on {} already", instance.vrid.value(), link->name),
          "each virtual_router_id once an interface");
    result_.plan.routers.push_back(std::move(router));
  }

  void plan_no_accept() {
    effects::NoAcceptSettings& settings = result_.plan.no_accept;
    settings.table = config_.globals.nftables_table;
    settings.priority = config_.globals.nftables_priority.value_or(-1);
    for (const PlannedRouter& router : result_.plan.routers) {
      if (router.accepts) continue;
      settings.is_wanted = true;
      for (const netlink::Address& address : router.addresses)
        if (address.prefix.address().is_link_local()) settings.link_local.insert(address.interface);
    }
  }

  // After all routers, since a route may lead over any of their virtual interfaces.
  void plan_all_routes() {
    result_.plan.static_routes = plan_routes(config_.static_routes, config_.static_rules);
    for (const auto& instance : config_.instances) {
      auto routes = plan_routes(instance.routes, instance.rules);
      auto& routers = result_.plan.routers;
      const auto router = std::ranges::find(routers, instance.name, &PlannedRouter::name);
      if (router != routers.end()) router->routes = std::move(routes);
    }
  }

  std::vector<effects::RoutingEntry> plan_routes(const std::vector<keepalived::Route>& routes,
                                                 const std::vector<keepalived::Rule>& rules) {
    std::vector<effects::RoutingEntry> out;
    for (const keepalived::Route& route : routes) {
      auto entry = plan_route(route, [&](const std::string& name) {
        const netlink::Link* link = vmacs_.find(name);
        if (link == nullptr) no_interface(route.at, name);
        return link;
      });
      if (entry) out.push_back(std::move(*entry));
    }
    for (const keepalived::Rule& rule : rules) out.push_back(rules_.plan(rule));
    return out;
  }

  vrrp::RouterConfig router_config(const keepalived::Instance& instance,
                                   const netlink::Link& link) {
    vrrp::RouterConfig config{
        .interface = link.index, .family = instance.family, .vrid = instance.vrid};
    config.version = instance.version;
    config.priority = instance.priority;
    config.interval = instance.interval;
    config.starts_active = instance.initial_state == keepalived::InitialState::Master;
    config.preempt = instance.preempt;
    config.preempt_delay = instance.preempt_delay;
    config.down_timer_adverts = instance.down_timer_adverts;
    config.answers_lower_priority = !instance.lower_priority_no_advert;
    config.answers_higher_priority = instance.higher_priority_send_advert;
    config.fault_on_link_down = instance.track_own_interface;
    config.strict = instance.strict;
    for (const auto& address : instance.addresses)
      config.addresses.push_back(address.prefix.address());
    config.source = instance.source ? tracked_source(instance, link.index)
                                    : own_source(network_.addresses, config, ours_);
    plan_authentication(instance, config);
    for (const auto& peer : instance.peers)
      config.peers.push_back({.address = peer.address,
                              .min_hop_limit = peer.min_ttl.value_or(0),
                              .max_hop_limit = peer.max_ttl.value_or(255)});
    config.check_unicast_source = instance.check_unicast_source;
    config.fault_without_peers = instance.fault_without_peers;
    config.ignores_others_as_owner = instance.owner_ignores_adverts;
    config.group = instance.group;
    if (instance.checksum_as_v2) config.checksum = vrrp::TransmitChecksum::WithoutPseudoHeader;
    if (instance.old_checksum == keepalived::OldChecksum::Always)
      config.checksum = vrrp::TransmitChecksum::WithGroupPseudoHeader;
    config.detects_old_checksum = instance.old_checksum != keepalived::OldChecksum::Never;
    config.announce = {
        .repeat = static_cast<int>(instance.announce.repeat),
        .delay = instance.announce.delay,
        .refresh = instance.announce.refresh,
        .refresh_repeat = static_cast<int>(instance.announce.refresh_repeat),
        .lower_priority_repeat = static_cast<int>(instance.announce.lower_priority_repeat),
        .lower_priority_delay = instance.announce.lower_priority_delay};
    track(instance, config);
    if (const auto* group = group_of(instance)) track(*group, config);
    return config;
  }

  // What the file says; with track_src_ip only if it is there.
  std::optional<net::IpAddress> tracked_source(const keepalived::Instance& instance,
                                               net::InterfaceIndex interface) const {
    if (!instance.track_source || has_address(network_.addresses, interface, *instance.source))
      return instance.source;
    return std::nullopt;
  }

  const keepalived::SyncGroup* group_of(const keepalived::Instance& instance) const {
    const auto found = std::ranges::find_if(config_.groups, [&](const auto& group) {
      return std::ranges::find(group.members, instance.name) != group.members.end();
    });
    return found == config_.groups.end() ? nullptr : &*found;
  }

  void plan_group(const keepalived::SyncGroup& group) {
    PlannedGroup planned{
        .name = group.name, .notify = group.notify, .sends_mail = group.smtp_alert};
    const auto& routers = result_.plan.routers;
    for (const std::string& member : group.members) {
      const auto found = std::ranges::find(routers, member, &PlannedRouter::name);
      if (found != routers.end())
        planned.members.push_back(static_cast<std::size_t>(found - routers.begin()));
    }
    if (!planned.members.empty()) result_.plan.groups.push_back(std::move(planned));
  }

  // Of an instance, or of a group and so of every member.
  void track(const auto& tracking, vrrp::RouterConfig& config) {
    for (const auto& tracked : tracking.scripts)
      track_named("script", tracked, config_.scripts, result_.plan.scripts, config);
    for (const auto& tracked : tracking.interfaces) track_interface(tracked, config);
    for (const auto& tracked : tracking.files)
      track_named("file", tracked, config_.files, result_.plan.files, config);
    for (const auto& tracked : tracking.processes)
      track_named("process", tracked, config_.processes, result_.plan.processes, config);
  }

  // What a member tracks by itself counts as it says there, and once.
  static void track(const keepalived::Tracked& tracked, vrrp::TrackId id,
                    vrrp::RouterConfig& config) {
    if (std::ranges::find(config.tracked, id, &vrrp::Tracked::id) == config.tracked.end())
      config.tracked.push_back({.id = id, .weight = tracked.weight, .reverse = tracked.reverse});
  }

  // The thing itself is planned once, whoever tracks it.
  template <typename Thing, typename Planned>
  void track_named(const std::string& kind, const keepalived::Tracked& tracked,
                   const std::vector<Thing>& known, std::vector<Planned>& planned,
                   vrrp::RouterConfig& config) {
    const auto found = std::ranges::find(known, tracked.name, &Thing::name);
    if (found == known.end()) return;  // the reader has said so
    const vrrp::TrackId id = names_.id_of(kind, tracked.name);
    track(tracked, id, config);
    if (std::ranges::find(planned, id, &Planned::id) == planned.end())
      planned.push_back({id, *found});
  }

  void track_interface(const keepalived::Tracked& tracked, vrrp::RouterConfig& config) {
    const vrrp::TrackId id = names_.id_of("interface", tracked.name);
    track(tracked, id, config);
    if (find(network_.links, tracked.name) == nullptr) no_interface(tracked.at, tracked.name);
    if (std::ranges::find(result_.plan.interfaces, id, &PlannedInterface::id) ==
        result_.plan.interfaces.end())
      result_.plan.interfaces.push_back({id, tracked.name});
  }

  const keepalived::Config& config_;
  const Network& network_;
  TrackNames& names_;
  Planning result_;
  std::map<std::string, netlink::Link> absent_;
  effects::VmacPlanner vmacs_;
  RulePlanner rules_;
  std::vector<net::IpAddress> ours_;  // every virtual address: none of them is a source
  std::set<std::tuple<net::InterfaceIndex, net::Family, vrrp::VirtualRouterId>> keys_;
};

}  // namespace

std::optional<net::IpAddress> own_source(std::span<const netlink::Address> present,
                                         const vrrp::RouterConfig& config,
                                         std::span<const net::IpAddress> virtual_addresses) {
  const auto source = primary_address(present, config.interface, config.family, virtual_addresses);
  if (source || !config.priority.is_owner()) return source;
  return primary_address(present, config.interface, config.family);
}

void replace_interface(Plan& plan, net::InterfaceIndex from, net::InterfaceIndex to) {
  const auto replace = [&](net::InterfaceIndex& index) {
    if (index == from) index = to;
  };
  const auto replace_if_any = [&](std::optional<net::InterfaceIndex>& index) {
    if (index) replace(*index);
  };
  const auto replace_in = [&](std::vector<netlink::Address>& addresses,
                              std::vector<effects::RoutingEntry>& routes) {
    for (netlink::Address& address : addresses) replace(address.interface);
    for (effects::RoutingEntry& entry : routes)
      if (auto* route = std::get_if<netlink::Route>(&entry.item)) {
        replace_if_any(route->interface);
        for (netlink::NextHop& hop : route->next_hops) replace_if_any(hop.interface);
      }
  };
  for (PlannedRouter& router : plan.routers) {
    replace_if_any(router.vmac);
    replace_in(router.addresses, router.routes);
  }
  replace_in(plan.static_addresses, plan.static_routes);
  if (plan.no_accept.link_local.erase(from) > 0) plan.no_accept.link_local.insert(to);
}

bool has_address(std::span<const netlink::Address> present, net::InterfaceIndex interface,
                 const net::IpAddress& wanted) {
  return std::ranges::any_of(present, [&](const netlink::Address& address) {
    return address.interface == interface && address.prefix.address() == wanted &&
           address.is_usable;
  });
}

Planning make_plan(const keepalived::Config& config, const Network& network, TrackNames& names) {
  return Planner(config, network, names).make();
}

}  // namespace agent::plan
