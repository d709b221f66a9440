// What the kernel and scripts tell becomes events of the engine.
#include <algorithm>
#include <tuple>
#include <utility>

#include "agent/agent.h"
#include "base/log.h"
#include "netlink/select.h"

namespace agent {

using Clock = std::chrono::steady_clock;

void Agent::on_change(const netlink::Change& change) {
  if (const auto* link = std::get_if<netlink::LinkChanged>(&change))
    on_link(link->link, link->link.is_running);
  if (const auto* link = std::get_if<netlink::LinkChanged>(&change);
      link != nullptr && awaited_.erase(link->link.name) > 0)
    replan_soon();
  if (const auto* gone = std::get_if<netlink::LinkGone>(&change)) {
    on_link(gone->link, false);
    if (expects_interfaces_to_go_ && is_used(gone->link.index)) replan_soon();
    // One of ours that somebody deleted, and not its base with it.
    if (virtual_macs_.is_ours(gone->link.index) && gone->link.base &&
        find(monitor_->links(), *gone->link.base) != nullptr)
      replan_soon();
  }
  if (const auto* added = std::get_if<netlink::AddressAdded>(&change))
    changed_addresses_.insert(added->address.interface);
  if (const auto* removed = std::get_if<netlink::AddressRemoved>(&change)) {
    repair(removed->address);
    changed_addresses_.insert(removed->address.interface);
  }
  turn_soon();  // a thousand addresses are told one by one
}

void Agent::on_link(const netlink::Link& link, bool is_running) {
  const vrrp::Instant now = Clock::now();
  receive(now);  // what was heard before the link changed
  if (is_running) virtual_macs_.raise(link.index, monitor_->links());
  bool is_renamed = false;
  for (const auto& [id, running] : running_) {
    const plan::PlannedRouter& planned = running.planned;
    if (planned.config.interface != link.index && planned.vmac != link.index) continue;
    is_renamed |= planned.config.interface == link.index && planned.interface_name != link.name;
    if (is_link_up(planned))
      engine_.handle(id, vrrp::LinkUp{}, now, actions_);
    else
      engine_.handle(id, vrrp::LinkDown{}, now, actions_);
  }
  for (const plan::PlannedInterface& tracked : interfaces_)
    if (tracked.name == link.name)
      on_tracked(vrrp::TrackedChanged{tracked.id, is_running}, tracked.id);
  const bool is_replacement = std::ranges::any_of(running_, [&](const auto& entry) {
    const plan::PlannedRouter& planned = entry.second.planned;
    return planned.interface_name == link.name && planned.config.interface != link.index;
  });
  if (is_running) routes_->reassert_soon();
  // A name that went to another interface, or one that an instance does not know.
  if ((is_replacement && is_running) || is_renamed) replan_soon();
}

bool Agent::is_used(net::InterfaceIndex interface) const {
  return std::ranges::any_of(running_, [&](const auto& entry) {
    return entry.second.planned.config.interface == interface;
  });
}

// The kernel tells of one change several times.
void Agent::replan_soon() {
  if (!on_replaced_ || std::exchange(is_replan_coming_, true)) return;
  loop_.post([this] {
    is_replan_coming_ = false;
    on_replaced_();
  });
}

bool Agent::is_link_up(const plan::PlannedRouter& planned) const {
  const netlink::Link* link = find(monitor_->links(), planned.config.interface);
  if (link == nullptr || !link->is_running || link->name != planned.interface_name) return false;
  const netlink::Link* vmac = planned.vmac ? find(monitor_->links(), *planned.vmac) : link;
  return vmac != nullptr && vmac->is_running;
}

void Agent::update_sources() {
  const auto changed = std::exchange(changed_addresses_, {});
  if (changed.empty()) return;
  std::vector<net::IpAddress> ours;
  for (const auto& [id, running] : running_)
    for (const auto& address : running.planned.addresses) ours.push_back(address.prefix.address());
  // Hundreds of routers may share an interface: it is looked at once.
  using Key = std::tuple<net::InterfaceIndex, net::Family, bool>;
  std::map<Key, std::optional<net::IpAddress>> sources;
  for (const auto& [id, running] : running_) {
    const vrrp::RouterConfig& config = running.planned.config;
    if (!changed.contains(config.interface)) continue;
    if (const auto& tracked = running.planned.tracked_source) {
      const bool is_there = plan::has_address(monitor_->addresses(), config.interface, *tracked);
      const auto source = is_there ? tracked : std::nullopt;
      if (source != engine_.router(id).source())
        engine_.handle(id, vrrp::SourceChanged{source}, Clock::now(), actions_);
    }
    if (running.planned.has_fixed_source) continue;
    const Key key{config.interface, config.family, config.priority.is_owner()};
    auto known = sources.find(key);
    if (known == sources.end())
      known = sources.emplace(key, plan::own_source(monitor_->addresses(), config, ours)).first;
    if (known->second != engine_.router(id).source())
      engine_.handle(id, vrrp::SourceChanged{known->second}, Clock::now(), actions_);
  }
}

// Somebody removed an address that we hold: it is back before anybody asks for it.
void Agent::repair(const netlink::Address& address) {
  const effects::HeldAddresses::Held* held = held_->find(address);
  if (held == nullptr || !held->address.is_tracked) return;
  const effects::HeldAddresses::Held lost = *held;
  held_->claim(*lost.holders.begin(), std::span(&lost.address, 1));
  held_->flush();
  routes_->reassert_soon();
  for (const effects::HeldAddresses::Holder holder : lost.holders) {
    if (holder == effects::HeldAddresses::kStatic) continue;
    const vrrp::RouterId id{holder};
    ++tally_.addresses_restored;
    base::log::warning("address.restored", {{"instance", running_.at(id).planned.name},
                                            {"address", to_string(address.prefix)},
                                            {"hint", "another program removed it"}});
    engine_.handle(id, vrrp::AnnounceRequested{}, Clock::now(), actions_);
  }
}

void Agent::on_tracked(const vrrp::Event& event, vrrp::TrackId id) {
  std::map<vrrp::RouterId, vrrp::Priority> before;
  for (const auto& [router, running] : running_)
    before.emplace(router, engine_.router(router).effective_priority());
  engine_.handle_all(event, Clock::now(), actions_);
  for (const auto& [router, priority] : before) {
    const vrrp::Priority now = engine_.router(router).effective_priority();
    if (now == priority) continue;
    const Running& running = running_.at(router);
    base::log::info("vrrp.priority", {{"instance", running.planned.name},
                                      {"from", std::to_string(priority.value())},
                                      {"to", std::to_string(now.value())},
                                      {"because", track_names_.name_of(id)}});
    const vrrp::State state = engine_.router(router).state();
    if (running.planned.notify->priority_changes &&
        (state == vrrp::State::Active || state == vrrp::State::Backup))
      notifications_.tell_priority(subject(router), state == vrrp::State::Active);
  }
}

}  // namespace agent
