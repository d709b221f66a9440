#include "agent/wire/unknown_routers.h"

#include <chrono>

#include "base/log.h"
#include "netlink/select.h"

namespace agent::wire {
namespace {

constexpr auto kForgotten = std::chrono::minutes(1);

}  // namespace

void UnknownRouters::note(net::InterfaceIndex interface, const vrrp::Datagram& datagram,
                          vrrp::Instant now, const vrrp::Engine& engine,
                          std::span<const netlink::Link> links) {
  if (!is_wanted_) return;
  const auto vrid = vrrp::claimed_vrid(datagram.payload);
  const net::Family family = datagram.source.family();
  if (!vrid || engine.find(interface, family, *vrid)) return;
  const auto [known, is_new] = heard_.try_emplace({interface, family, *vrid}, now);
  const bool is_news = is_new || now - known->second > kForgotten;
  known->second = now;
  if (!is_news) return;
  const netlink::Link* link = find(links, interface);
  base::log::info("vrrp.unknown_vrid", {{"vrid", std::to_string(vrid->value())},
                                        {"interface", link == nullptr ? "?" : link->name},
                                        {"from", to_string(datagram.source)}});
}

}  // namespace agent::wire
