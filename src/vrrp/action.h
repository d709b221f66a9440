// What a virtual router wants done, and what it has to say. The shell performs actions in their
// order; each is safe to repeat.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "net/ip_address.h"
#include "vrrp/config.h"
#include "vrrp/packet.h"

namespace vrrp {

// Send one packet to the group, or to each peer; packet() has its bytes.
struct Advertise {
  Priority priority;

  bool operator==(const Advertise&) const = default;
};
// Put the addresses on the interface.
struct ClaimAddresses {
  bool operator==(const ClaimAddresses&) const = default;
};
// Take them off.
struct ReleaseAddresses {
  bool operator==(const ReleaseAddresses&) const = default;
};
// Gratuitous ARP or unsolicited NA for every address, `rounds` times over, once they are there.
struct Announce {
  int rounds = 1;

  bool operator==(const Announce&) const = default;
};

enum class Cause {
  Started,         // Startup
  IsOwner,         // Startup with priority 255
  Silence,         // nothing heard for the down interval
  ActiveResigned,  // the active router sent priority 0 and nobody better spoke within the skew
  LowerPriority,   // the active router heard last has a lower priority: preempted
  HigherPriority,  // yielded to it
  HigherAddress,   // same priority, and the peer's address is the higher one
  LinkDown,
  LinkUp,
  NoSource,  // no address of our own on the interface
  NoPeers,   // unicast_fault_no_peer, and no peers
  SourceKnown,
  TrackedDown,     // a tracked thing of weight 0, or a file that says so
  TrackedUnknown,  // no result of it yet
  TrackedUp,
  Slept,      // this process did not run for longer than its peers wait
  Commanded,  // Resign
  Stopped,    // Shutdown
  Reconfigured,
  SyncGroup,  // another member of the group
};
std::string_view name(Cause cause);  // "higher-priority"

struct Reason {
  Cause cause = Cause::Started;
  std::optional<net::IpAddress> peer = {};  // who was heard, if it was a packet
  std::optional<Priority> peer_priority = {};
  std::optional<Duration> silence = {};  // how long nothing was heard
  std::optional<TrackId> tracked = {};

  bool operator==(const Reason&) const = default;
};
// "nothing heard for 3.609 s from 10.0.0.2 (priority 150)".
std::string describe(const Reason& reason);

// A state change. Log, metrics, notify scripts and status all read this record.
struct Transition {
  State from = State::Initialize;
  State to = State::Initialize;
  Reason reason;
  Instant time;

  bool operator==(const Transition&) const = default;
};

// Something is wrong that is not a change of our state. Said once, and again after it had gone.
enum class Trouble {
  IncompatiblePeer,  // packets for our VRID that we must refuse: `rejected` says why
  OtherActive,       // another router speaks as active while we are, and has to yield
  AddressesDiffer,   // a peer advertises other addresses; never a reason to refuse it
  IntervalDiffers,   // version 3: the active router's interval is not ours; learned
  ClockDiffers,      // its clock is off by more than half of auth_hmac's time_window
  TwoOwners,         // another owner (255) does not hear us: we are no owner any more
};
inline constexpr std::size_t kTroubles = 6;
std::string_view name(Trouble trouble);

struct Notice {
  Trouble trouble = Trouble::IncompatiblePeer;
  std::optional<RejectReason> rejected = {};
  net::IpAddress peer;
  Instant time;

  bool operator==(const Notice&) const = default;
};
std::string describe(const Notice& notice);

// Nothing more will come: the router has left, and the shell may forget it.
struct Done {
  bool operator==(const Done&) const = default;
};

using Action =
    std::variant<Advertise, ClaimAddresses, ReleaseAddresses, Announce, Transition, Notice, Done>;
using Actions = std::vector<Action>;

}  // namespace vrrp
