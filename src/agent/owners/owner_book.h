// Who has our addresses, as ARP and neighbour discovery tell: what is heard and the time go in,
// answers, questions and news come out. It works where no VRRP packet arrives: two active routers
// that a security group keeps from hearing each other still hear each other's ARP. No I/O, no
// clock.
//
// An address is held while its virtual router is active and does not resign. Then:
// - an announcement of somebody else (gratuitous ARP, unsolicited neighbour advertisement) is
//   answered at once with ours, so that clients come back. Further ones are answered together after
//   a pause that doubles from 0.1 s to 10 s (RFC 5227's DEFEND_INTERVAL), and is 0.1 s again when
//   nobody announced for 30 s: two that answer each other do not storm.
// - an answer to somebody's question harms only who asked, and is reported but not countered.
//
// Every address is asked for every 10 s, and 1 s after its state changed; all together at most 20 a
// second.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <variant>
#include <vector>

#include "agent/view/snapshot.h"

namespace agent::owners {

struct WatchedAddress {
  net::InterfaceIndex interface;
  net::IpAddress address;

  friend auto operator<=>(const WatchedAddress&, const WatchedAddress&) = default;
};

// "`address` is at `mac`".
struct OwnerClaim {
  WatchedAddress where;
  net::MacAddress mac;
  bool is_announcement = false;  // to everybody, unasked
};

// What is to be done and said.
struct DefendAddress {  // announce it once
  WatchedAddress where;
};
struct AskForOwner {
  WatchedAddress where;
};
struct OwnerNews {
  enum class What {
    Foreign,  // we hold the address, and so does somebody else
    Gone,     // who was foreign is not heard any more
    Two,      // we are backup, and two others have it
    Changed,  // we are backup, and another one has it now
  };
  What what = What::Foreign;
  vrrp::RouterId router;
  WatchedAddress where;
  net::MacAddress mac;
  bool is_announcement = false;
};
using OwnerActions = std::vector<std::variant<DefendAddress, AskForOwner, OwnerNews>>;

class OwnerBook {
 public:
  // From now on this router has these addresses, active (`is_held`) or not. What was known of them
  // is forgotten when that changes. Nothing happens if nothing changed.
  void watch(vrrp::RouterId router, std::vector<WatchedAddress> addresses, bool is_held,
             vrrp::Instant now);
  void forget(vrrp::RouterId router);

  // The claim of somebody else. `is_resigning`: the router that holds it is about to give it away.
  void hear(const OwnerClaim& claim, bool is_resigning, vrrp::Instant now, OwnerActions& actions);
  void advance(vrrp::Instant now, OwnerActions& actions);
  std::optional<vrrp::Instant> deadline() const;

  std::vector<view::OwnerSnapshot> owners(vrrp::RouterId router, vrrp::Instant now) const;
  std::vector<WatchedAddress> watched() const;
  std::optional<vrrp::RouterId> router_of(const WatchedAddress& where) const;
  std::uint64_t claims() const { return claims_; }      // heard of addresses that we held
  std::uint64_t defences() const { return defences_; }  // given

 private:
  struct Owner {
    net::MacAddress mac;
    bool was_announced = false;
    bool is_told = false;
    std::uint64_t count = 0;
    vrrp::Instant first{};
    vrrp::Instant last{};
  };
  struct Defence {
    vrrp::Instant last_claim{};
    vrrp::Duration pause{};
    vrrp::Instant next{};     // not before
    bool is_pending = false;  // somebody announced meanwhile
  };
  struct Entry {
    vrrp::RouterId router;
    bool is_held = false;
    vrrp::Instant since{};
    vrrp::Instant ask_at{};
    std::vector<Owner> owners = {};
    Defence defence = {};
  };

  void begin(const WatchedAddress& where, vrrp::RouterId router, bool is_held, vrrp::Instant now);
  void drop(const WatchedAddress& where, vrrp::RouterId router);
  vrrp::Duration cycle() const;  // between two questions about an address
  void ask_at(const WatchedAddress& where, Entry& entry, vrrp::Instant when);
  void defend(const WatchedAddress& where, Entry& entry, vrrp::Instant now, OwnerActions& actions);
  void answer(const WatchedAddress& where, Entry& entry, vrrp::Instant now, OwnerActions& actions);
  void note_others(const WatchedAddress& where, Entry& entry, Owner& owner, vrrp::Instant now,
                   OwnerActions& actions);
  void forget_silent(const WatchedAddress& where, Entry& entry, vrrp::Instant now,
                     OwnerActions& actions);
  bool are_two(const Entry& entry) const;

  std::map<WatchedAddress, Entry> entries_;
  std::map<vrrp::RouterId, std::vector<WatchedAddress>> addresses_of_;
  std::set<std::pair<vrrp::Instant, WatchedAddress>> questions_;
  std::set<WatchedAddress> defending_;  // those with an answer that waits
  vrrp::Instant next_question_{};       // all together not before
  std::uint64_t claims_ = 0;
  std::uint64_t defences_ = 0;
};

}  // namespace agent::owners
