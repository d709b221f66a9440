#include "agent/effects/lease_terms.h"

#include <algorithm>
#include <bit>
#include <utility>

namespace agent::effects {
namespace {

using namespace std::chrono_literals;

// An advertisement may be so much later than it should without its address falling silent; less
// than any peer's skew and two hosts' rounding of time would notice.
vrrp::Duration grace(vrrp::Duration interval) {
  return std::min<vrrp::Duration>(interval / 4, 20ms);
}

// Renewing has a price, so a lease is renewed when that adds a good part to it.
vrrp::Duration worth_renewing(vrrp::Duration interval, vrrp::Duration term) {
  return term < 2 * interval ? vrrp::Duration{} : interval / 4;
}

}  // namespace

LeaseTerms::Class LeaseTerms::class_of(vrrp::Duration interval) {
  const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(interval).count();
  const auto whole = static_cast<std::uint64_t>(std::max<std::int64_t>(milliseconds, 1));
  return static_cast<Class>(std::bit_width(whole)) - 1;
}

void LeaseTerms::set(vrrp::RouterId id, vrrp::Duration interval, int adverts) {
  Router& router = routers_[id];
  router.lease = class_of(interval);
  router.interval = interval;
  router.term = adverts * interval + grace(interval);
  if (router.advertised) leases_[router.lease].has_changed = true;
}

void LeaseTerms::forget(vrrp::RouterId id) {
  routers_.erase(id);
}

void LeaseTerms::advertised(vrrp::RouterId id, vrrp::Instant now) {
  const auto known = routers_.find(id);
  if (known == routers_.end()) return;
  known->second.advertised = now;
  leases_[known->second.lease].has_changed = true;
}

void LeaseTerms::released(vrrp::RouterId id) {
  const auto known = routers_.find(id);
  if (known != routers_.end()) known->second.advertised.reset();
}

std::vector<LeaseTerms::Renewal> LeaseTerms::due(vrrp::Instant now) {
  std::vector<Renewal> out;
  if (std::ranges::none_of(leases_, [](const auto& entry) { return entry.second.has_changed; }))
    return out;
  struct Shortest {
    std::optional<vrrp::Instant> until = {};
    vrrp::Duration worth = vrrp::Duration::max();
  };
  std::map<Class, Shortest> shortest;
  for (const auto& [id, router] : routers_) {
    if (!router.advertised) continue;
    Shortest& of = shortest[router.lease];
    const vrrp::Instant until = *router.advertised + router.term;
    of.until = std::min(of.until.value_or(until), until);
    of.worth = std::min(of.worth, worth_renewing(router.interval, router.term));
  }
  for (auto& [lease, state] : leases_) {
    const auto found = shortest.find(lease);
    if (!state.has_changed || found == shortest.end()) continue;
    const vrrp::Instant until = *found->second.until;
    if (until <= now || (state.until && *state.until > now && until > *state.until &&
                         until - *state.until < found->second.worth))
      continue;
    state.has_changed = false;
    if (state.until == until) continue;
    state.until = until;
    out.push_back({lease, until});
  }
  return out;
}

std::vector<LeaseTerms::Renewal> LeaseTerms::good(vrrp::Instant now) const {
  std::vector<Renewal> out;
  for (const auto& [lease, state] : leases_)
    if (state.until && *state.until > now) out.push_back({lease, *state.until});
  return out;
}

}  // namespace agent::effects
