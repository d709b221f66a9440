// Who else has our addresses: the agent's side of OwnerWatch.
#include <algorithm>

#include "agent/agent.h"
#include "base/log.h"
#include "netlink/select.h"

namespace agent {

base::Result<> Agent::open_owner_watch() {
  auto watch = owners::OwnerWatch::open(
      loop_,
      {.catch_up = [this] { turn(); },
       .is_resigning =
           [this](vrrp::RouterId id) { return has(id) && engine_.router(id).is_resigning(); },
       .links = [this] { return monitor_->links(); },
       .source = [this](net::InterfaceIndex interface,
                        net::Family family) { return own_address(interface, family); },
       .defend = [this](const owners::WatchedAddress& where) { defend(where); },
       .tell = [this](const owners::OwnerNews& news) { tell(news); }});
  if (!watch) return std::unexpected(watch.error());
  owners_ = std::move(*watch);
  return {};
}

// An address of ours that is not virtual.
std::optional<net::IpAddress> Agent::own_address(net::InterfaceIndex interface,
                                                 net::Family family) const {
  for (const auto& [id, running] : running_)
    if (running.planned.config.interface == interface && running.planned.config.family == family)
      if (const auto& source = engine_.router(id).source()) return source;
  std::vector<net::IpAddress> virtual_ones;
  for (const auto& [id, running] : running_)
    for (const netlink::Address& address : running.planned.addresses)
      virtual_ones.push_back(address.prefix.address());
  return netlink::primary_address(monitor_->addresses(), interface, family, virtual_ones);
}

void Agent::watch_owners(vrrp::RouterId id) {
  const vrrp::State state = engine_.router(id).state();
  if (state != vrrp::State::Active && state != vrrp::State::Backup) return owners_->forget(id);
  std::vector<owners::WatchedAddress> addresses;
  for (const netlink::Address& address : running_.at(id).planned.addresses) {
    const netlink::Link* link = find(monitor_->links(), address.interface);
    if (link != nullptr && link->mac)
      addresses.push_back({address.interface, address.prefix.address()});
  }
  owners_->watch(id, std::move(addresses), state == vrrp::State::Active);
}

void Agent::defend(const owners::WatchedAddress& where) {
  const auto id = owners_->book().router_of(where);
  if (!id || !has(*id)) return;
  for (const netlink::Address& address : running_.at(*id).planned.addresses)
    if (address.interface == where.interface && address.prefix.address() == where.address)
      announcer_->announce({&address, 1}, 1, [this](net::InterfaceIndex index) {
        return find(monitor_->links(), index);
      });
}

void Agent::tell(const owners::OwnerNews& news) {
  if (!has(news.router)) return;
  const auto say = [&](base::log::Level level, std::string_view event, std::string hint) {
    base::log::write(level, event,
                     {{"instance", running_.at(news.router).planned.name},
                      {"address", to_string(news.where.address)},
                      {"mac", to_string(news.mac)},
                      {"heard_as", news.is_announcement ? "announcement" : "answer"},
                      {"hint", std::move(hint)}});
  };
  switch (news.what) {
    case owners::OwnerNews::What::Foreign:
      return say(base::log::Level::Warning, "owner.foreign",
                 "this host has the address too: if it is a VRRP peer, IP protocol 112 does not "
                 "pass between you (security group, firewall); otherwise take the address from it");
    case owners::OwnerNews::What::Two:
      return say(base::log::Level::Warning, "owner.two",
                 "two hosts have the address: two active routers that do not hear each other, or a "
                 "foreign host");
    case owners::OwnerNews::What::Gone:
      return say(base::log::Level::Info, "owner.gone", "it is not heard any more");
    case owners::OwnerNews::What::Changed:
      return say(base::log::Level::Info, "owner.changed", "it has the address now");
  }
}

}  // namespace agent
