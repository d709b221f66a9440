#include "agent/effects/held_addresses.h"

#include "base/log.h"

namespace agent::effects {

void HeldAddresses::claim(Holder holder, std::span<const netlink::Address> addresses) {
  for (const netlink::Address& address : addresses) {
    Held& held = held_.try_emplace(key(address), Held{.address = address}).first->second;
    held.address = address;
    held.holders.insert(holder);
    pending_.push_back({netlink::Request::What::Add, address});
  }
}

void HeldAddresses::release(Holder holder, std::span<const netlink::Address> addresses) {
  for (const netlink::Address& address : addresses) {
    const auto known = held_.find(key(address));
    if (known == held_.end() || known->second.holders.erase(holder) == 0) continue;
    if (!known->second.holders.empty()) continue;  // another router has it on this interface too
    held_.erase(known);
    pending_.push_back({netlink::Request::What::Remove, address});
  }
}

void HeldAddresses::flush() {
  if (pending_.empty()) return;
  changes_.apply(std::exchange(pending_, {}), [](std::span<const netlink::Outcome> outcomes) {
    for (const auto& outcome : outcomes)
      if (outcome.error) base::log::error("address.failed", {{"error", outcome.error->what}});
  });
}

const HeldAddresses::Held* HeldAddresses::find(const netlink::Address& address) const {
  const auto known = held_.find(key(address));
  return known == held_.end() ? nullptr : &known->second;
}

}  // namespace agent::effects
