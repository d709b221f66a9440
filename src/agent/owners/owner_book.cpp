#include "agent/owners/owner_book.h"

#include <algorithm>
#include <utility>

namespace agent::owners {
namespace {

using namespace std::chrono_literals;

constexpr auto kCycle = 10s;
constexpr auto kBetweenQuestions = 50ms;
// An old active router may answer once more while a new one takes over.
constexpr auto kSettling = 1s;
// When somebody new was heard, the next question finds out whether the old one is there still.
constexpr auto kLookAgain = 2s;
constexpr std::size_t kOwners = 4;  // remembered of an address
constexpr int kMissed = 3;          // questions that a silent owner has not answered

constexpr auto kFirstPause = 100ms;
constexpr auto kLongestPause = 10s;
constexpr auto kQuiet = 30s;

}  // namespace

// So many addresses that 20 a second take longer than a cycle are asked for more rarely.
vrrp::Duration OwnerBook::cycle() const {
  return std::max<vrrp::Duration>(kCycle, kBetweenQuestions * entries_.size());
}

void OwnerBook::ask_at(const WatchedAddress& where, Entry& entry, vrrp::Instant when) {
  questions_.erase({entry.ask_at, where});
  entry.ask_at = when;
  questions_.emplace(when, where);
}

void OwnerBook::watch(vrrp::RouterId router, std::vector<WatchedAddress> addresses, bool is_held,
                      vrrp::Instant now) {
  std::ranges::sort(addresses);
  std::vector<WatchedAddress>& known = addresses_of_[router];
  for (const WatchedAddress& where : known)
    if (!std::ranges::binary_search(addresses, where)) drop(where, router);
  known = std::move(addresses);
  for (const WatchedAddress& where : known) begin(where, router, is_held, now);
  if (known.empty()) addresses_of_.erase(router);
}

void OwnerBook::drop(const WatchedAddress& where, vrrp::RouterId router) {
  const auto known = entries_.find(where);
  if (known == entries_.end() || known->second.router != router) return;
  questions_.erase({known->second.ask_at, where});
  defending_.erase(where);
  entries_.erase(known);
}

void OwnerBook::begin(const WatchedAddress& where, vrrp::RouterId router, bool is_held,
                      vrrp::Instant now) {
  auto [known, is_new] = entries_.try_emplace(where);
  Entry& entry = known->second;
  const bool is_same_router = !is_new && entry.router == router;
  if (is_same_router && entry.is_held == is_held) return;
  // Two routers that both have it: the one that holds it counts.
  if (!is_new && !is_same_router && entry.is_held && !is_held) return;
  questions_.erase({entry.ask_at, where});
  defending_.erase(where);
  entry = Entry{.router = router, .is_held = is_held, .since = now};
  ask_at(where, entry, now + kSettling);
}

void OwnerBook::forget(vrrp::RouterId router) {
  watch(router, {}, false, {});
}

void OwnerBook::hear(const OwnerClaim& claim, bool is_resigning, vrrp::Instant now,
                     OwnerActions& actions) {
  const auto found = entries_.find(claim.where);
  if (found == entries_.end()) return;
  Entry& entry = found->second;
  auto owner = std::ranges::find(entry.owners, claim.mac, &Owner::mac);
  if (owner == entry.owners.end()) {
    if (entry.owners.size() == kOwners)
      entry.owners.erase(std::ranges::min_element(entry.owners, {}, &Owner::last));
    entry.owners.push_back({.mac = claim.mac, .first = now});
    owner = std::prev(entry.owners.end());
    ask_at(claim.where, entry, std::min(entry.ask_at, now + kLookAgain));
  }
  owner->last = now;
  owner->was_announced |= claim.is_announcement;
  ++owner->count;
  if (!entry.is_held || is_resigning) return note_others(claim.where, entry, *owner, now, actions);
  ++claims_;
  if (claim.is_announcement) defend(claim.where, entry, now, actions);
  if (owner->is_told || now - entry.since < kSettling) return;
  owner->is_told = true;
  actions.push_back(OwnerNews{.what = OwnerNews::What::Foreign,
                              .router = entry.router,
                              .where = claim.where,
                              .mac = claim.mac,
                              .is_announcement = claim.is_announcement});
}

// The one who was there before is heard again although somebody came after: two have the address.
bool OwnerBook::are_two(const Entry& entry) const {
  vrrp::Instant latest_first{};
  for (const Owner& owner : entry.owners) latest_first = std::max(latest_first, owner.first);
  return entry.owners.size() > 1 && std::ranges::count_if(entry.owners, [&](const Owner& owner) {
                                      return owner.first == latest_first ||
                                             owner.last - latest_first > kSettling;
                                    }) > 1;
}

void OwnerBook::note_others(const WatchedAddress& where, Entry& entry, Owner& owner, vrrp::Instant,
                            OwnerActions& actions) {
  const bool is_first_word = owner.count == 1;
  const auto say = [&](OwnerNews::What what) {
    actions.push_back(OwnerNews{.what = what,
                                .router = entry.router,
                                .where = where,
                                .mac = owner.mac,
                                .is_announcement = owner.was_announced});
  };
  if (is_first_word) say(OwnerNews::What::Changed);
  if (!are_two(entry) || owner.is_told) return;
  for (Owner& each : entry.owners) each.is_told = true;
  say(OwnerNews::What::Two);
}

void OwnerBook::defend(const WatchedAddress& where, Entry& entry, vrrp::Instant now,
                       OwnerActions& actions) {
  Defence& defence = entry.defence;
  if (now - defence.last_claim > kQuiet) defence.pause = {};
  defence.last_claim = now;
  if (now >= defence.next) return answer(where, entry, now, actions);
  defence.is_pending = true;
  defending_.insert(where);
}

void OwnerBook::answer(const WatchedAddress& where, Entry& entry, vrrp::Instant now,
                       OwnerActions& actions) {
  Defence& defence = entry.defence;
  ++defences_;
  actions.push_back(DefendAddress{where});
  defence.pause = std::clamp<vrrp::Duration>(defence.pause * 2, kFirstPause, kLongestPause);
  defence.next = now + defence.pause;
  defence.is_pending = false;
  defending_.erase(where);
}

void OwnerBook::forget_silent(const WatchedAddress& where, Entry& entry, vrrp::Instant now,
                              OwnerActions& actions) {
  std::erase_if(entry.owners, [&](const Owner& owner) {
    if (now - owner.last <= cycle() * kMissed) return false;
    if (owner.is_told)
      actions.push_back(OwnerNews{
          .what = OwnerNews::What::Gone, .router = entry.router, .where = where, .mac = owner.mac});
    return true;
  });
  if (entry.owners.size() == 1 && !entry.is_held) entry.owners.front().is_told = false;
}

void OwnerBook::advance(vrrp::Instant now, OwnerActions& actions) {
  const std::set<WatchedAddress> waiting = defending_;
  for (const WatchedAddress& where : waiting) {
    Entry& entry = entries_.at(where);
    if (now >= entry.defence.next) answer(where, entry, now, actions);
  }
  if (questions_.empty() || now < next_question_) return;
  const auto [due, where] = *questions_.begin();
  if (now < due) return;
  Entry& entry = entries_.at(where);
  forget_silent(where, entry, now, actions);
  ask_at(where, entry, now + cycle());
  next_question_ = now + kBetweenQuestions;
  actions.push_back(AskForOwner{where});
}

std::optional<vrrp::Instant> OwnerBook::deadline() const {
  std::optional<vrrp::Instant> first;
  if (!questions_.empty()) first = std::max(questions_.begin()->first, next_question_);
  for (const WatchedAddress& where : defending_) {
    const vrrp::Instant next = entries_.at(where).defence.next;
    if (!first || next < *first) first = next;
  }
  return first;
}

std::vector<view::OwnerSnapshot> OwnerBook::owners(vrrp::RouterId router, vrrp::Instant now) const {
  std::vector<view::OwnerSnapshot> out;
  const auto addresses = addresses_of_.find(router);
  if (addresses == addresses_of_.end()) return out;
  for (const WatchedAddress& where : addresses->second) {
    const auto known = entries_.find(where);
    if (known == entries_.end() || known->second.router != router) continue;
    const Entry& entry = known->second;
    const bool is_conflict = entry.is_held || are_two(entry);
    // Of those who had it one after the other, the last one counts.
    vrrp::Instant latest_first{};
    for (const Owner& owner : entry.owners) latest_first = std::max(latest_first, owner.first);
    for (const Owner& owner : entry.owners) {
      if (is_conflict ? entry.is_held && !owner.is_told && now - entry.since < kSettling
                      : owner.first != latest_first)
        continue;
      out.push_back({.address = where.address,
                     .mac = owner.mac,
                     .is_expected = !is_conflict,
                     .was_announced = owner.was_announced,
                     .count = owner.count,
                     .first = owner.first,
                     .last = owner.last});
    }
  }
  return out;
}

std::vector<WatchedAddress> OwnerBook::watched() const {
  std::vector<WatchedAddress> out;
  for (const auto& [where, entry] : entries_) out.push_back(where);
  return out;
}

std::optional<vrrp::RouterId> OwnerBook::router_of(const WatchedAddress& where) const {
  const auto found = entries_.find(where);
  return found == entries_.end() ? std::nullopt : std::optional(found->second.router);
}

}  // namespace agent::owners
