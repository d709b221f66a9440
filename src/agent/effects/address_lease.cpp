#include "agent/effects/address_lease.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

#include "base/log.h"
#include "base/text.h"

namespace agent::effects {
namespace {

namespace nft = netlink::nft;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::string_view kPrefix = "holdfast_lease_";
constexpr unsigned kNames = 64;  // as many daemons may share a network namespace
// Before ordinary filters, so that what is dropped here is not logged or counted there.
constexpr int kPriority = -10;
constexpr auto kRestorePause = 100ms;  // somebody may remove our table again and again
constexpr std::size_t kAddressesAtOnce = 1000;

constexpr std::array<std::uint8_t, 1> kIpv4{static_cast<std::uint8_t>(nft::Family::Ipv4)};
constexpr std::array<std::uint8_t, 1> kIpv6{static_cast<std::uint8_t>(nft::Family::Ipv6)};
constexpr std::array<std::uint8_t, 1> kArp{static_cast<std::uint8_t>(nft::Family::Arp)};
constexpr std::uint8_t kIcmpv6 = 58;
constexpr std::array<std::uint8_t, 1> kNeighbourSolicitation{135};

// The kernel gives an abstract socket's name to one process at a time, in each network namespace,
// and takes it back when that process ends, however it ends.
std::optional<io::Descriptor> lock(std::string_view name) {
  io::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path + 1, sizeof address.sun_path - 1);
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  if (!socket || bind(socket.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0)
    return std::nullopt;
  return socket;
}

base::Result<> remove_left_over(nft::Filter& filter) {
  for (const nft::Family family : {nft::Family::Inet, nft::Family::Arp}) {
    const auto tables = filter.tables(family);
    if (!tables) return std::unexpected(tables.error());
    for (const std::string& name : *tables) {
      if (!name.starts_with(kPrefix) || !lock(name)) continue;
      base::log::info("lease.left_over", {{"table", name}});
      nft::Batch batch;
      batch.delete_table({family, name});
      if (auto done = filter.commit(batch); !done) return done;
    }
  }
  return {};
}

struct SetNames {
  explicit SetNames(LeaseTerms::Class lease)
      : held(fmt::format("alive_{}", lease)),
        v4(fmt::format("ipv4_{}", lease)),
        v6(fmt::format("ipv6_{}", lease)) {}
  std::string held;
  std::string v4;
  std::string v6;
};

// What is for one of the addresses passes only while the lease is alive.
void add_lease(nft::Batch& batch, const nft::Table& inet, const nft::Table& arp,
               LeaseTerms::Class lease) {
  const SetNames names(lease);
  for (const nft::Table& table : {inet, arp}) {
    batch.add_set(table, {.name = names.held, .key = nft::kProtocol, .has_timeouts = true});
    batch.add_set(table, {.name = names.v4, .key = nft::kIpv4Address});
  }
  batch.add_set(inet, {.name = names.v6, .key = nft::kIpv6Address});
  const auto unless_alive = [&](nft::Rule& rule) -> nft::Rule& {
    return rule.load_protocol().not_in(names.held).drop();
  };
  nft::Rule ipv4;
  ipv4.protocol(nft::Family::Ipv4).load(nft::Header::Network, 16, 4).in(names.v4);
  batch.add_rule(inet, "input", unless_alive(ipv4));
  nft::Rule ipv6;
  ipv6.protocol(nft::Family::Ipv6).load(nft::Header::Network, 24, 16).in(names.v6);
  batch.add_rule(inet, "input", unless_alive(ipv6));
  nft::Rule solicitation;
  solicitation.protocol(nft::Family::Ipv6)
      .transport(kIcmpv6)
      .load(nft::Header::Transport, 0, 1)
      .is(kNeighbourSolicitation)
      .load(nft::Header::Transport, 8, 16)
      .in(names.v6);
  batch.add_rule(inet, "input", unless_alive(solicitation));
  // The sender's address in ARP over Ethernet: answers, and questions that would teach it.
  nft::Rule answer;
  answer.load(nft::Header::Network, 14, 4).in(names.v4);
  batch.add_rule(arp, "output", unless_alive(answer));
}

}  // namespace

AddressLease::AddressLease(nft::Filter filter, io::Descriptor lock, std::string name)
    : filter_(std::move(filter)), lock_(std::move(lock)), name_(std::move(name)) {}

base::Result<std::unique_ptr<AddressLease>> AddressLease::open(io::Loop& loop) {
  auto filter = nft::Filter::open();
  if (!filter) return std::unexpected(filter.error());
  if (auto removed = remove_left_over(*filter); !removed) return std::unexpected(removed.error());
  for (unsigned i = 0; i < kNames; ++i) {
    std::string name = fmt::format("{}{}", kPrefix, i);
    auto locked = lock(name);
    if (!locked) continue;
    std::unique_ptr<AddressLease> lease(
        new AddressLease(std::move(*filter), std::move(*locked), std::move(name)));
    lease->filter_.on_refusal(
        loop, [raw = lease.get()](const base::Error& refusal) { raw->restore(refusal); });
    return lease;
  }
  return base::fail(base::Kind::Conflict, fmt::format("{} other processes have one", kNames));
}

base::Result<> AddressLease::set(const std::vector<Leased>& routers) {
  Addresses wanted;
  std::set<vrrp::RouterId> present;
  for (const Leased& router : routers) {
    terms_.set(router.router, router.interval, router.adverts);
    present.insert(router.router);
    wanted[LeaseTerms::class_of(router.interval)].insert(router.addresses.begin(),
                                                         router.addresses.end());
  }
  for (const vrrp::RouterId id : routers_)
    if (!present.contains(id)) terms_.forget(id);
  routers_ = std::move(present);
  if (wanted == addresses_) return {};
  std::map<LeaseTerms::Class, Families> families;
  for (const auto& [lease, addresses] : wanted) {
    Families& of = families[lease];
    for (const net::IpAddress& address : addresses)
      (address.is_v4() ? of.has_v4 : of.has_v6) = true;
  }
  const bool has_same_leases = families == families_;
  families_ = std::move(families);
  const Addresses before = std::exchange(addresses_, std::move(wanted));
  if (!has_same_leases) return write_all(Clock::now());
  for (const auto& [lease, addresses] : addresses_) {
    const auto& known = before.at(lease);
    if (auto done = change_addresses(lease, addresses, known, true); !done) return done;
    if (auto done = change_addresses(lease, known, addresses, false); !done) return done;
  }
  return {};
}

// In one transaction, so that there is no moment without; only a great many addresses need more.
base::Result<> AddressLease::write_all(vrrp::Instant now) {
  const nft::Table inet{nft::Family::Inet, name_};
  const nft::Table arp{nft::Family::Arp, name_};
  batch_.clear();
  for (const nft::Table& table : {inet, arp}) batch_.renew_table(table);
  batch_.add_chain(inet, {.name = "input", .hook = nft::kInput, .priority = kPriority});
  batch_.add_chain(arp, {.name = "output", .hook = nft::kArpOutput, .priority = kPriority});
  for (const auto& [lease, addresses] : addresses_) add_lease(batch_, inet, arp, lease);
  for (const LeaseTerms::Renewal& renewal : terms_.good(now))
    if (addresses_.contains(renewal.lease)) put(renewal, now);
  if (auto done = filter_.commit(batch_); !done) return done;
  for (const auto& [lease, addresses] : addresses_)
    if (auto done = change_addresses(lease, addresses, {}, true); !done) return done;
  return {};
}

// Those of `from` that are not in `without` are added or removed.
base::Result<> AddressLease::change_addresses(LeaseTerms::Class lease,
                                              const std::set<net::IpAddress>& from,
                                              const std::set<net::IpAddress>& without, bool adds) {
  const SetNames names(lease);
  std::vector<nft::Element> v4;
  std::vector<nft::Element> v6;
  const auto commit = [&]() -> base::Result<> {
    const nft::Table inet{nft::Family::Inet, name_};
    const nft::Table arp{nft::Family::Arp, name_};
    const auto change = adds ? &nft::Batch::add_elements : &nft::Batch::remove_elements;
    batch_.clear();
    (batch_.*change)(inet, names.v4, v4);
    (batch_.*change)(arp, names.v4, v4);
    (batch_.*change)(inet, names.v6, v6);
    v4.clear();
    v6.clear();
    return batch_.is_empty() ? base::Result<>{} : filter_.commit(batch_);
  };
  for (const net::IpAddress& address : from) {
    if (without.contains(address)) continue;
    (address.is_v4() ? v4 : v6).push_back({.key = address.bytes()});
    if (v4.size() + v6.size() < kAddressesAtOnce) continue;
    if (auto done = commit(); !done) return done;
  }
  return commit();
}

void AddressLease::renew(vrrp::Instant now) {
  const auto due = terms_.due(now);
  if (due.empty()) return;
  batch_.clear();
  for (const LeaseTerms::Renewal& renewal : due) put(renewal, now);
  if (batch_.is_empty()) return;
  filter_.commit_later(batch_);
  ++renewals_;
}

// Kernels before 6.12 do not change the end of an element that is there; what is removed must be
// there, and may have ended.
void AddressLease::put(LeaseTerms::Renewal renewal, vrrp::Instant now) {
  const SetNames names(renewal.lease);
  const auto left = std::chrono::floor<std::chrono::milliseconds>(renewal.until - now);
  const auto timeout = std::max(left, 1ms);
  const auto replace = [&](nft::Family family, std::span<const std::uint8_t> key) {
    const nft::Table table{family, name_};
    const std::array<nft::Element, 1> element{{{key, timeout}}};
    batch_.add_elements(table, names.held, element);
    batch_.remove_elements(table, names.held, element);
    batch_.add_elements(table, names.held, element);
  };
  const Families families = families_[renewal.lease];
  if (families.has_v4) replace(nft::Family::Inet, kIpv4);
  if (families.has_v4) replace(nft::Family::Arp, kArp);
  if (families.has_v6) replace(nft::Family::Inet, kIpv6);
}

// `nft flush ruleset`, as a firewall's reload does, takes our tables along.
void AddressLease::restore(const base::Error& refusal) {
  const vrrp::Instant now = Clock::now();
  if (now - restored_ < kRestorePause) return;
  restored_ = now;
  if (const auto done = write_all(now); !done)
    base::log::error("lease.lost", {{"error", base::to_string(done.error())},
                                    {"hint",
                                     "when this process is stopped or killed, its "
                                     "addresses go on answering"}});
  else
    base::log::warning(
        "lease.restored",
        {{"table", name_}, {"because", refusal.what}, {"hint", "another program removed it"}});
}

void AddressLease::remove() {
  for (const nft::Family family : {nft::Family::Inet, nft::Family::Arp}) {
    batch_.clear();
    batch_.delete_table({family, name_});
    (void)filter_.commit(batch_);  // gone already is as good
  }
}

}  // namespace agent::effects
