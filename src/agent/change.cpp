// Plans come into force: at the start, by a reload, at the end.
#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "agent/agent.h"
#include "base/log.h"
#include "netlink/select.h"

namespace agent {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Scripts get this long after the last router has left.
constexpr auto kLastPatience = 1s;

bool contains(const std::vector<netlink::Address>& addresses, const netlink::Address& wanted) {
  return std::ranges::any_of(addresses, [&](const netlink::Address& address) {
    return address.interface == wanted.interface && address.prefix == wanted.prefix;
  });
}

constexpr vrrp::RouterId kNoRouter{static_cast<std::uint32_t>(-1)};  // was refused

bool contains(const std::vector<effects::RoutingEntry>& entries,
              const effects::RoutingEntry& wanted) {
  return std::ranges::find(entries, wanted) != entries.end();
}

// Those of `from` that are not in `kept`.
template <typename T>
std::vector<T> without(const std::vector<T>& from, const std::vector<T>& kept) {
  std::vector<T> out;
  for (const T& each : from)
    if (!contains(kept, each)) out.push_back(each);
  return out;
}

}  // namespace

base::Result<> Agent::start(plan::Plan plan) {
  virtual_macs_.set_owner(identity_.config_file);
  remove_left_over(plan);
  if (plan.startup_delay > vrrp::Duration{})
    base::log::info(
        "agent.delayed",
        {{"seconds",
          fmt::format("{:g}", std::chrono::duration<double>(plan.startup_delay).count())},
         {"because", "vrrp_startup_delay"}});
  auto done = change(std::move(plan));
  has_started_ = true;
  return done;
}

// Addresses of a run that was killed: whoever has them now must win an election first.
void Agent::remove_left_over(const plan::Plan& plan) {
  std::vector<netlink::Request> found;
  for (const plan::PlannedRouter& router : plan.routers) {
    if (router.config.priority.is_owner()) continue;  // they are its own
    for (const netlink::Address& address : router.addresses)
      for (const netlink::Address& present : monitor_->addresses())
        if (present.interface == address.interface &&
            present.prefix.address() == address.prefix.address()) {
          base::log::warning("address.left_over", {{"instance", router.name},
                                                   {"address", to_string(present.prefix)},
                                                   {"hint", "removed until elected"}});
          found.push_back({netlink::Request::What::Remove, present});
        }
  }
  routes_->clear(plan.static_routes);
  for (const plan::PlannedRouter& router : plan.routers) routes_->clear(router.routes);
  changes_->apply(std::move(found), {});
  changes_->finish(1s);
  monitor_->poll();
}

base::Result<> Agent::change(plan::Plan plan) {
  if (auto made = realise_vmacs(plan); !made) return made;  // nothing else has changed yet
  if (auto made = no_accept_.configure(plan.no_accept); !made) return made;
  const vrrp::Instant now = Clock::now();
  if (has_started_) ++tally_.reloads;
  receive(now);
  settings_.keep(plan.settings);
  awaited_ = std::move(plan.awaited);
  expects_interfaces_to_go_ = plan.expects_interfaces_to_go;
  notifications_.configure(std::move(plan.notifications));
  follow_names(plan);
  for (auto& [id, running] : running_) {
    const vrrp::RouterConfig& known = running.planned.config;
    running.is_deleted = std::ranges::none_of(plan.routers, [&](const plan::PlannedRouter& router) {
      return router.config.interface == known.interface && router.config.family == known.family &&
             router.config.vrid == known.vrid;
    });
  }
  interfaces_ = std::move(plan.interfaces);
  announcer_->set_pacing(std::move(plan.pacing));
  unknown_.set_wanted(plan.logs_unknown_vrids);
  // Groups are made of routers that are there, and those that leave must have left theirs; nobody
  // has begun or been changed when a group first looks at its members.
  const auto startup_delay = has_started_ ? vrrp::Duration{} : plan.startup_delay;
  std::vector<vrrp::RouterId> ids;
  std::set<vrrp::RouterId> fresh;
  for (const plan::PlannedRouter& planned : plan.routers) {
    const vrrp::RouterConfig& config = planned.config;
    auto id = engine_.find(config.interface, config.family, config.vrid);
    if (!id) {
      id = add_router(planned, startup_delay);
      if (id) fresh.insert(*id);
    }
    ids.push_back(id.value_or(kNoRouter));
  }
  replace_groups(plan.groups, ids);
  for (const auto& [id, running] : running_)
    if (running.is_deleted) engine_.handle(id, vrrp::Shutdown{}, now, actions_);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == kNoRouter) continue;
    if (fresh.contains(ids[i]))
      start_router(ids[i]);
    else
      update_router(ids[i], std::move(plan.routers[i]));
  }
  held_->release(effects::HeldAddresses::kStatic,
                 without(static_addresses_, plan.static_addresses));
  held_->claim(effects::HeldAddresses::kStatic, plan.static_addresses);
  static_addresses_ = std::move(plan.static_addresses);
  routes_->release(effects::HeldAddresses::kStatic, without(static_routes_, plan.static_routes));
  routes_->claim(effects::HeldAddresses::kStatic, without(plan.static_routes, static_routes_));
  static_routes_ = std::move(plan.static_routes);
  const auto listening = listen();
  trackers_.replace(plan, !has_started_);
  update_lease();
  perform();
  tell_groups();
  for (const auto& [id, running] : running_) watch_owners(id);
  if (has_started_ && notifications_.wants_states_on_reload()) repeat_states();
  flush_held();
  retire_vmacs();
  schedule();
  return listening;
}

// The file names interfaces. One that was made anew, appeared or was renamed has another number,
// and its routers are still the same ones.
void Agent::follow_names(const plan::Plan& plan) {
  using Key = std::tuple<net::InterfaceIndex, net::Family, vrrp::VirtualRouterId>;
  const auto key_of = [](const plan::PlannedRouter& planned) {
    return Key{planned.config.interface, planned.config.family, planned.config.vrid};
  };
  std::map<std::tuple<std::string, net::Family, vrrp::VirtualRouterId>, vrrp::RouterId> by_name;
  for (const auto& [id, running] : running_)
    by_name.emplace(std::tuple(running.planned.interface_name, running.planned.config.family,
                               running.planned.config.vrid),
                    id);
  std::map<Key, vrrp::RouterId> moves;
  std::set<vrrp::RouterId> moving;
  for (const plan::PlannedRouter& planned : plan.routers) {
    const auto found = by_name.find(
        std::tuple(planned.interface_name, planned.config.family, planned.config.vrid));
    if (found == by_name.end()) continue;
    if (key_of(running_.at(found->second).planned) == key_of(planned)) continue;
    moves.emplace(key_of(planned), found->second);
    moving.insert(found->second);
  }
  // One that leaves with this plan may still be where another one goes to; that one begins afresh.
  for (const auto& [id, running] : running_)
    if (!moving.contains(id)) moves.erase(key_of(running.planned));
  std::vector<vrrp::Engine::Move> all;
  all.reserve(moves.size());
  for (const auto& [key, id] : moves) all.push_back({id, std::get<0>(key)});
  engine_.move(all);
  for (const auto& move : all) running_.at(move.router).planned.config.interface = move.to;
}

base::Result<> Agent::realise_vmacs(plan::Plan& plan) {
  std::vector<effects::PlannedVmac> wanted = plan.vmacs;
  const auto made = virtual_macs_.realise(wanted, monitor_->links());
  for (std::size_t i = 0; i < wanted.size(); ++i)
    if (wanted[i].index != plan.vmacs[i].index)
      plan::replace_interface(plan, plan.vmacs[i].index, wanted[i].index);
  monitor_->poll();  // so that everybody knows them
  return made;
}

// Those that no router needs any more, also one that is still handing over.
void Agent::retire_vmacs() {
  std::set<net::InterfaceIndex> in_use;
  for (const auto& [id, running] : running_) {
    if (running.planned.vmac) in_use.insert(*running.planned.vmac);
    for (const auto& address : running.planned.addresses) in_use.insert(address.interface);
  }
  virtual_macs_.retire(in_use, monitor_->links());
}

base::Result<> Agent::listen() {
  std::map<wire::Door, wire::Listening> wanted;
  for (const auto& [id, running] : running_) {
    const vrrp::RouterConfig& config = running.planned.config;
    if (find(monitor_->links(), config.interface) == nullptr) continue;
    std::vector<wire::Carrier> carriers{wire::carrier_of(config.family, vrrp::kIpProtocol)};
    // Also where nobody here uses it: a peer that does is one that cannot be understood.
    if (config.family == net::Family::Ipv4 && config.version == vrrp::Version::V2)
      carriers.push_back(wire::Carrier::Authenticated);
    for (const wire::Carrier carrier : carriers) {
      wire::Listening& listening = wanted[{config.interface, carrier}];
      listening.name = running.planned.interface_name;
      listening.vrids.set(config.vrid.value());
      if (unknown_.is_wanted()) listening.vrids.set();
      (config.version == vrrp::Version::V2 ? listening.has_v2 : listening.has_v3) = true;
      if (config.peers.empty()) listening.groups.insert(engine_.router(id).destinations()[0]);
    }
  }
  return transport_->listen(wanted);
}

// The delay is the start's and not in the plan, so that no reload takes it for a change.
std::optional<vrrp::RouterId> Agent::add_router(const plan::PlannedRouter& planned,
                                                vrrp::Duration delay) {
  vrrp::RouterConfig config = planned.config;
  config.startup_delay = delay;
  const auto id = engine_.add(std::move(config));
  if (!id) {  // the plan has been checked for this
    base::log::error("vrrp.refused",
                     {{"instance", planned.name}, {"error", base::to_string(id.error())}});
    return std::nullopt;
  }
  running_.insert_or_assign(*id, Running{.planned = planned});
  return *id;
}

void Agent::start_router(vrrp::RouterId id) {
  const vrrp::Instant now = Clock::now();
  const vrrp::RouterConfig& config = running_.at(id).planned.config;
  if (!is_link_up(running_.at(id).planned)) engine_.handle(id, vrrp::LinkDown{}, now, actions_);
  tell_tracked(id, config);
  if (drains_all_) engine_.handle(id, vrrp::Drain{}, now, actions_);
  engine_.handle(id, vrrp::Startup{}, now, actions_);
}

// What is known already; results that come later find their way by themselves.
void Agent::tell_tracked(vrrp::RouterId id, const vrrp::RouterConfig& config) {
  const vrrp::Instant now = Clock::now();
  for (const vrrp::Tracked& tracked : config.tracked) {
    for (const plan::PlannedInterface& known : interfaces_)
      if (known.id == tracked.id) {
        const netlink::Link* link = find(monitor_->links(), known.name);
        const bool is_up = link != nullptr && link->is_running;
        engine_.handle(id, vrrp::TrackedChanged{tracked.id, is_up}, now, actions_);
      }
    if (const auto known = trackers_.known(tracked.id)) engine_.handle(id, *known, now, actions_);
  }
}

void Agent::update_router(vrrp::RouterId id, plan::PlannedRouter planned) {
  const vrrp::Instant now = Clock::now();
  Running& running = running_.at(id);
  // The source may have been learned since the running plan was made.
  vrrp::RouterConfig known = running.planned.config;
  known.source = engine_.router(id).source();
  const bool is_same_router = known == planned.config;
  const auto gone = without(running.planned.addresses, planned.addresses);
  const bool is_same_addresses = running.planned.addresses == planned.addresses;
  held_->release(id.value, gone);
  no_accept_.release(id.value, planned.accepts ? running.planned.addresses : gone);
  routes_->release(id.value, without(running.planned.routes, planned.routes));
  if (engine_.router(id).state() == vrrp::State::Active) {
    routes_->claim(id.value, without(planned.routes, running.planned.routes));
    if (!planned.accepts) no_accept_.claim(id.value, planned.addresses);
  }
  running.planned = std::move(planned);
  if (is_link_up(running.planned))  // a virtual interface may have been made anew
    engine_.handle(id, vrrp::LinkUp{}, now, actions_);
  else
    engine_.handle(id, vrrp::LinkDown{}, now, actions_);
  if (!is_same_router || !is_same_addresses) {
    base::log::info("vrrp.reconfigured", {{"instance", running.planned.name}});
    if (const auto done = engine_.reconfigure(id, running.planned.config, now, actions_); !done)
      base::log::error("vrrp.refused", {{"instance", running.planned.name},
                                        {"error", base::to_string(done.error())}});
    tell_tracked(id, running.planned.config);
  }
}

void Agent::stop(std::function<void()> on_stopped) {
  on_stopped_ = std::move(on_stopped);
  is_stopping_ = true;
  const vrrp::Instant now = Clock::now();
  receive(now);
  engine_.handle_all(vrrp::Shutdown{}, now, actions_);
  perform();
  schedule();
  finish_if_stopped();
}

void Agent::finish_if_stopped() {
  if (!is_stopping_ || is_finishing_) return;
  if (std::ranges::any_of(running_, [this](const auto& entry) {
        return engine_.router(entry.first).state() != vrrp::State::Initialize;
      }))
    return;
  is_finishing_ = true;
  trackers_.stop();
  if (!keeps_addresses_) {
    held_->release(effects::HeldAddresses::kStatic, static_addresses_);
    routes_->release(effects::HeldAddresses::kStatic, static_routes_);
  }
  flush_held();
  changes_->finish(1s);
  if (lease_) lease_->remove();
  virtual_macs_.retire({}, monitor_->links());
  virtual_macs_.restore_settings();
  settings_.restore();
  no_accept_.clear();
  if (notifications_.is_idle()) return loop_.post(on_stopped_);
  last_patience_.after(kLastPatience);
  notifications_.on_idle([this] { loop_.post(on_stopped_); });
}

}  // namespace agent
