#include "agent/effects/held_routes.h"

#include <chrono>
#include <utility>

#include "base/log.h"

namespace agent::effects {
namespace {

using namespace std::chrono_literals;
using What = netlink::Request::What;

// Long enough for a batch of news, short enough for nobody to notice.
constexpr auto kMoment = 2ms;

netlink::Request request(What what, const RoutingEntry& entry) {
  if (const auto* route = std::get_if<netlink::Route>(&entry.item)) return {what, *route};
  return {what, std::get<netlink::Rule>(entry.item)};
}

void log_failures(std::span<const netlink::Outcome> outcomes) {
  for (const auto& outcome : outcomes)
    if (outcome.error) base::log::error("route.failed", {{"error", outcome.error->what}});
}

// What the kernel tells of a removal is enough to suspect that it was this one.
bool may_be(const RoutingEntry& entry, const netlink::Route& removed) {
  const auto* route = std::get_if<netlink::Route>(&entry.item);
  if (route == nullptr || route->family() != removed.family() || route->table != removed.table ||
      route->type != removed.type)
    return false;
  const int length = route->destination ? route->destination->length() : 0;
  if (length != removed.destination->length()) return false;
  if (length > 0 && route->destination->network() != removed.destination->network()) return false;
  return !route->metric || route->metric == removed.metric;
}

bool may_be(const RoutingEntry& entry, const netlink::Rule& removed) {
  const auto* rule = std::get_if<netlink::Rule>(&entry.item);
  return rule != nullptr && rule->family == removed.family &&
         rule->preference == removed.preference;
}

}  // namespace

std::string to_string(const RoutingEntry& entry) {
  return std::visit([](const auto& item) { return netlink::to_string(item); }, entry.item);
}

HeldRoutes::HeldRoutes(io::Loop& loop, netlink::Requests& requests)
    : loop_(loop), requests_(requests), reassert_timer_(loop, [this] { reassert(); }) {}

void HeldRoutes::watch() {
  if (monitor_) return;
  auto monitor =
      netlink::RouteMonitor::open(loop_, [this](const auto& removal) { on_removal(removal); });
  if (monitor)
    monitor_ = std::move(*monitor);
  else
    base::log::error("route.not_watched", {{"error", monitor.error().what}});
}

void HeldRoutes::claim(Holder holder, std::span<const RoutingEntry> entries) {
  if (entries.empty()) return;
  watch();
  for (const RoutingEntry& entry : entries) {
    held_[entry].insert(holder);
    additions_.push_back(request(What::Add, entry));
  }
}

void HeldRoutes::release(Holder holder, std::span<const RoutingEntry> entries) {
  // Rules before the tables that they point to.
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
    const auto known = held_.find(*entry);
    if (known == held_.end() || known->second.erase(holder) == 0) continue;
    if (!known->second.empty()) continue;
    held_.erase(known);
    removals_.push_back(request(What::Remove, *entry));
  }
}

void HeldRoutes::flush_removals() {
  if (!removals_.empty()) requests_.apply(std::exchange(removals_, {}), log_failures);
}

void HeldRoutes::flush_additions() {
  if (!additions_.empty()) requests_.apply(std::exchange(additions_, {}), log_failures);
}

void HeldRoutes::clear(std::span<const RoutingEntry> entries) {
  std::vector<netlink::Request> all;
  for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry)
    all.push_back(request(What::Remove, *entry));
  if (!all.empty()) requests_.apply(std::move(all), {});  // refused is what is not there
}

void HeldRoutes::on_removal(const netlink::Removal& removal) {
  if (std::holds_alternative<netlink::AnythingRemoved>(removal)) return reassert_soon();
  for (const auto& [entry, holders] : held_) {
    const auto* route = std::get_if<netlink::RouteRemoved>(&removal);
    const bool is_ours = route != nullptr
                             ? may_be(entry, route->route)
                             : may_be(entry, std::get<netlink::RuleRemoved>(removal).rule);
    if (!is_ours || !entry.is_tracked) continue;
    base::log::warning("route.removed",
                       {{"route", to_string(entry)}, {"hint", "not by us; it is put back"}});
    return reassert_soon();
  }
}

void HeldRoutes::reassert_soon() {
  if (held_.empty() || std::exchange(is_reassert_coming_, true)) return;
  reassert_timer_.after(kMoment);
}

// Adding what is there does nothing; what is refused now, because an interface is down, gets its
// next chance when that is up.
void HeldRoutes::reassert() {
  is_reassert_coming_ = false;
  std::vector<netlink::Request> all;
  for (const auto& [entry, holders] : held_)
    if (entry.is_tracked) all.push_back(request(What::Add, entry));
  if (!all.empty()) requests_.apply(std::move(all), {});
}

}  // namespace agent::effects
