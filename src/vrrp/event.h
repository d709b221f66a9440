// What can happen to a virtual router. Time is not an event: it is an argument.
#pragma once

#include <cstdint>
#include <optional>
#include <variant>

#include "net/ip_address.h"
#include "vrrp/config.h"
#include "vrrp/packet.h"

namespace vrrp {

// Take part. What is known about link, source and tracked things may be told before.
struct Startup {};
// Leave. An active router sends priority 0 and serves on until it hears its successor, at most for
// the time a successor may need; then come ReleaseAddresses and Done. A second Shutdown does not
// wait.
struct Shutdown {};
// A packet that decode() accepted. Engine::receive makes these.
struct AdvertisementReceived {
  Advertisement advertisement;
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t hop_limit = kHopLimit;
};
struct LinkUp {};
struct LinkDown {};
// Our own address on the interface appeared, changed or vanished (nullopt: Fault).
struct SourceChanged {
  std::optional<net::IpAddress> source;
};
// A script, interface or process: works, or not. Ids that this router does not track are ignored.
struct TrackedChanged {
  TrackId id;
  bool is_up = false;
};
// A tracked file: its number times the weight counts; with weight 0, any number but 0 is a Fault.
struct TrackedValue {
  TrackId id;
  int value = 0;
};
// The base priority, by an operator's command. Weights are counted on top of it.
struct PriorityChanged {
  Priority priority;
};
// Make the addresses known again: an operator asks, an address had to be put back, or somebody else
// claimed one. Only an active router does.
struct AnnounceRequested {};
// Give up the active role, once, by an operator's command; the router stays in the election.
struct Resign {};
// Maintenance, by an operator's command: an active router resigns, and a drained one stays backup
// whoever is silent. It goes on listening, so that it knows what it missed when it ends.
struct Drain {
  bool is_drained = true;
};

using Event =
    std::variant<Startup, Shutdown, AdvertisementReceived, LinkUp, LinkDown, SourceChanged,
                 TrackedChanged, TrackedValue, PriorityChanged, AnnounceRequested, Resign, Drain>;

}  // namespace vrrp
