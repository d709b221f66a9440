#include "agent/plan/plan_wire.h"

#include "netlink/select.h"

namespace agent::plan {
namespace {

vrrp::TrailerConfig::Mode mode_of(keepalived::Hmac::Mode mode) {
  switch (mode) {
    case keepalived::Hmac::Mode::Enforce:
      return vrrp::TrailerConfig::Mode::Enforce;
    case keepalived::Hmac::Mode::Permissive:
      return vrrp::TrailerConfig::Mode::Permissive;
    case keepalived::Hmac::Mode::ReceiveOnly:
      return vrrp::TrailerConfig::Mode::ReceiveOnly;
  }
  return vrrp::TrailerConfig::Mode::Enforce;
}

// Lanes of groups, above the numbers of interfaces.
constexpr std::uint32_t kFirstGroupLane = 0x80000000;

}  // namespace

void plan_authentication(const keepalived::Instance& instance, vrrp::RouterConfig& config) {
  switch (instance.authentication) {
    case keepalived::Authentication::None:
      break;
    case keepalived::Authentication::Password:
      config.auth_type = vrrp::AuthType::Password;
      config.password = vrrp::password_from(instance.password);
      break;
    case keepalived::Authentication::Header:
      config.auth_type = vrrp::AuthType::Header;
      config.password = vrrp::password_from(instance.password);
      break;
  }
  if (!instance.hmac) return;
  vrrp::TrailerConfig& trailer = config.trailer.emplace();
  trailer.mode = mode_of(instance.hmac->mode);
  for (const keepalived::HmacKey& key : instance.hmac->keys)
    trailer.keys.push_back({.id = key.id, .secret = {key.secret.begin(), key.secret.end()}});
  trailer.active_key = instance.hmac->active_key;
  trailer.window.reset();
  if (instance.hmac->replay == keepalived::Hmac::Replay::Time)
    trailer.window = std::chrono::ceil<std::chrono::seconds>(instance.hmac->window);
}

wire::PacingTable plan_pacing(const keepalived::Config& config, const Network& network) {
  wire::PacingTable table{.arp = config.globals.garp_interval,
                          .neighbour = config.globals.gna_interval};
  std::uint32_t lane = kFirstGroupLane;
  for (const keepalived::AnnounceGroup& group : config.announce_groups) {
    for (const std::string& name : group.interfaces)
      if (const netlink::Link* link = find(network.links, name))
        table.named[link->index] = {.lane = lane,
                                    .arp = group.garp_interval.value_or(table.arp),
                                    .neighbour = group.gna_interval.value_or(table.neighbour)};
    ++lane;
  }
  return table;
}

}  // namespace agent::plan
