// What the agent has a lease on, and when it renews it.
#include "agent/agent.h"
#include "base/log.h"

namespace agent {

void Agent::lease_addresses() {
  auto lease = effects::AddressLease::open(loop_);
  if (lease) {
    lease_ = std::move(*lease);
    return;
  }
  base::log::warning(
      "lease.unavailable",
      {{"error", base::to_string(lease.error())},
       {"hint",
        "if this process is killed or stopped, its addresses go on answering beside a "
        "peer's; the kernel needs nf_tables with the families inet and arp; "
        "--no-address-lease does without and says nothing"}});
}

void Agent::update_lease() {
  if (!lease_) return;
  std::vector<effects::AddressLease::Leased> leased;
  for (const auto& [id, running] : running_) {
    const vrrp::RouterConfig& config = running.planned.config;
    effects::AddressLease::Leased router{.router = id,
                                         .interval = config.interval,
                                         .adverts = config.down_timer_adverts,
                                         .addresses = {}};
    // An owner's addresses are the machine's, as any other, until it has begun to share them.
    const bool is_shared =
        !config.priority.is_owner() || engine_.router(id).state() == vrrp::State::Active;
    if (is_shared)
      for (const netlink::Address& address : running.planned.addresses)
        router.addresses.push_back(address.prefix.address());
    leased.push_back(std::move(router));
  }
  const auto done = lease_->set(leased);
  if (done) return;
  base::log::error("lease.unavailable",
                   {{"error", base::to_string(done.error())},
                    {"hint",
                     "if this process is killed or stopped, its addresses go on answering; "
                     "the kernel needs nf_tables with the families inet and arp"}});
  lease_->remove();
  lease_.reset();
}

// After the advertisements have gone out, and before an address is set.
void Agent::renew_lease(const vrrp::RouterActions& actions, vrrp::Instant sent) {
  if (!lease_) return;
  bool is_owner_new = false;
  for (const auto& [id, action] : actions) {
    if (const auto* advertise = std::get_if<vrrp::Advertise>(&action))
      if (!advertise->priority.is_resigning()) lease_->advertised(id, sent);
    if (std::holds_alternative<vrrp::ReleaseAddresses>(action)) lease_->released(id);
    if (std::holds_alternative<vrrp::ClaimAddresses>(action) &&
        engine_.router(id).config().priority.is_owner())
      is_owner_new = true;
  }
  if (is_owner_new) update_lease();
  if (lease_) lease_->renew(std::chrono::steady_clock::now());
}

}  // namespace agent
