#include "vrrp/engine.h"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>

namespace vrrp {
namespace {

std::uint64_t key_of(net::InterfaceIndex interface, net::Family family, VirtualRouterId vrid) {
  return std::uint64_t{interface.value} << 9 | (family == net::Family::Ipv6 ? 1U << 8 : 0U) |
         vrid.value();
}

std::uint64_t key_of(const RouterConfig& config) {
  return key_of(config.interface, config.family, config.vrid);
}

}  // namespace

base::Result<RouterId> Engine::add(RouterConfig config) {
  if (auto result = check(config); !result) return std::unexpected(result.error());
  const std::uint64_t key = key_of(config);
  if (by_key_.contains(key))
    return base::fail(base::Kind::Conflict,
                      fmt::format("virtual router {} exists twice on one interface for {}",
                                  config.vrid.value(), name(config.family)),
                      "give one of the two another virtual_router_id");
  std::uint32_t slot = 0;
  while (slot < routers_.size() && routers_[slot]) ++slot;
  if (slot == routers_.size()) {
    routers_.emplace_back();
    group_of_.push_back(kNoGroup);
  }
  routers_[slot].emplace(std::move(config));
  by_key_.emplace(key, RouterId{slot});
  return RouterId{slot};
}

void Engine::remove(RouterId id) {
  assert(group_of_[id.value] == kNoGroup);
  by_key_.erase(key_of(router(id).config()));
  timers_.set(id.value, std::nullopt);
  routers_[id.value].reset();
}

base::Result<> Engine::reconfigure(RouterId id, RouterConfig config, Instant now,
                                   RouterActions& actions) {
  if (auto result = check(config); !result) return result;
  if (key_of(config) != key_of(router(id).config()))
    return base::fail(base::Kind::Invalid,
                      "interface, family and virtual router id say which router this is",
                      "remove the router and add another one");
  routers_[id.value]->reconfigure(std::move(config), now, scratch_);
  after(id, now, actions);
  return {};
}

void Engine::move(std::span<const Move> moves) {
  for (const Move& move : moves) by_key_.erase(key_of(router(move.router).config()));
  for (const Move& move : moves) {
    Router& moved = *routers_[move.router.value];
    moved.move_to(move.to);
    [[maybe_unused]] const bool is_new =
        by_key_.emplace(key_of(moved.config()), move.router).second;
    assert(is_new);
  }
}

void Engine::handle(RouterId id, const Event& event, Instant now, RouterActions& actions) {
  const std::size_t group = group_of_[id.value];
  const bool is_for_all =
      std::holds_alternative<Resign>(event) || std::holds_alternative<Drain>(event);
  if (is_for_all && group != kNoGroup) return handle_group(group, event, now, actions);
  routers_[id.value]->handle(event, now, scratch_);
  after(id, now, actions);
}

void Engine::handle_interface(net::InterfaceIndex interface, std::optional<net::Family> family,
                              const Event& event, Instant now, RouterActions& actions) {
  for (std::uint32_t slot = 0; slot < routers_.size(); ++slot) {
    if (!routers_[slot]) continue;
    const RouterConfig& config = routers_[slot]->config();
    if (config.interface == interface && (!family || config.family == *family))
      handle(RouterId{slot}, event, now, actions);
  }
}

void Engine::handle_all(const Event& event, Instant now, RouterActions& actions) {
  for (std::uint32_t slot = 0; slot < routers_.size(); ++slot)
    if (routers_[slot]) handle(RouterId{slot}, event, now, actions);
}

void Engine::receive(net::InterfaceIndex interface, const Datagram& datagram, Instant now,
                     RouterActions& actions) {
  const auto vrid = claimed_vrid(datagram.payload);
  const auto id =
      vrid ? find(interface, datagram.source.family(), *vrid) : std::optional<RouterId>();
  if (!id) {
    const auto advertisement = decode(datagram);
    ++unmatched_[advertisement ? RejectReason::UnknownRouter : advertisement.error()];
    return;
  }
  routers_[id->value]->receive(datagram, now, scratch_);
  const bool answers_lower =
      group_of_[id->value] != kNoGroup && std::ranges::any_of(scratch_, [](const Action& action) {
        return std::holds_alternative<Announce>(action);
      });
  after(*id, now, actions);
  if (answers_lower) announce_others(*id, now, actions);
}

void Engine::advance(Instant now, RouterActions& actions) {
  // Each router once: one whose deadline stays in the past must not keep us here. Nobody is looked
  // at early for its own sake, only with somebody who is due.
  bool is_anybody_due = false;
  while (!timers_.empty()) {
    const RouterId id{timers_.first_owner()};
    Router& first = *routers_[id.value];
    const bool is_due = timers_.first_deadline() <= now;
    if (!is_due && !(is_anybody_due && first.may_advertise_at(now))) return;
    is_anybody_due = true;
    first.advance(now, scratch_);
    after(id, now, actions);
    assert(timers_.empty() || timers_.first_owner() != id.value || timers_.first_deadline() > now);
  }
}

std::optional<Instant> Engine::deadline() const {
  return timers_.empty() ? std::optional<Instant>() : timers_.first_deadline();
}

std::optional<RouterId> Engine::find(net::InterfaceIndex interface, net::Family family,
                                     VirtualRouterId vrid) const {
  const auto found = by_key_.find(key_of(interface, family, vrid));
  return found == by_key_.end() ? std::optional<RouterId>() : found->second;
}

const Router& Engine::router(RouterId id) const {
  assert(id.value < routers_.size() && routers_[id.value]);
  return *routers_[id.value];
}

std::vector<RouterId> Engine::routers() const {
  std::vector<RouterId> ids;
  for (std::uint32_t slot = 0; slot < routers_.size(); ++slot)
    if (routers_[slot]) ids.push_back(RouterId{slot});
  return ids;
}

std::span<const std::uint8_t> Engine::packet(RouterId id, const Advertise& advertise,
                                             const net::IpAddress& destination,
                                             const Sending& sending) {
  return routers_[id.value]->packet(advertise, destination, sending);
}

void Engine::clear_counters() {
  unmatched_ = {};
  for (auto& router : routers_)
    if (router) router->clear_counters();
}

void Engine::after(RouterId id, Instant now, RouterActions& actions) {
  collect(id, actions);
  if (group_of_[id.value] != kNoGroup) reconcile(group_of_[id.value], now, actions);
}

// Tags what a router said, and notes when it wants to be called again.
void Engine::collect(RouterId id, RouterActions& actions) {
  for (const Action& action : scratch_) actions.push_back({id, action});
  scratch_.clear();
  timers_.set(id.value, routers_[id.value]->deadline());
}

}  // namespace vrrp
