// The words for what a router did and saw.
#include <fmt/format.h>

#include "vrrp/router.h"

namespace vrrp {
namespace {

std::string seconds(Duration duration) {
  return fmt::format("{:.3f} s", std::chrono::duration<double>(duration).count());
}

// " from 10.0.0.2 (priority 150)"
std::string from_peer(const Reason& reason) {
  if (!reason.peer) return {};
  if (!reason.peer_priority) return fmt::format(" from {}", to_string(*reason.peer));
  return fmt::format(" from {} (priority {})", to_string(*reason.peer),
                     reason.peer_priority->value());
}

}  // namespace

std::string_view name(Cause cause) {
  switch (cause) {
    case Cause::Started:
      return "started";
    case Cause::IsOwner:
      return "is-owner";
    case Cause::Silence:
      return "silence";
    case Cause::ActiveResigned:
      return "active-resigned";
    case Cause::LowerPriority:
      return "lower-priority";
    case Cause::HigherPriority:
      return "higher-priority";
    case Cause::HigherAddress:
      return "higher-address";
    case Cause::LinkDown:
      return "link-down";
    case Cause::LinkUp:
      return "link-up";
    case Cause::NoSource:
      return "no-source";
    case Cause::NoPeers:
      return "no-peers";
    case Cause::SourceKnown:
      return "source-known";
    case Cause::TrackedDown:
      return "tracked-down";
    case Cause::TrackedUnknown:
      return "tracked-unknown";
    case Cause::TrackedUp:
      return "tracked-up";
    case Cause::Slept:
      return "slept";
    case Cause::Commanded:
      return "commanded";
    case Cause::Stopped:
      return "stopped";
    case Cause::Reconfigured:
      return "reconfigured";
    case Cause::SyncGroup:
      return "sync-group";
  }
  return "?";
}

std::string_view name(Trouble trouble) {
  switch (trouble) {
    case Trouble::IncompatiblePeer:
      return "incompatible-peer";
    case Trouble::OtherActive:
      return "other-active";
    case Trouble::AddressesDiffer:
      return "addresses-differ";
    case Trouble::IntervalDiffers:
      return "interval-differs";
    case Trouble::ClockDiffers:
      return "clock-differs";
    case Trouble::TwoOwners:
      return "two-owners";
  }
  return "?";
}

std::string describe(const Reason& reason) {
  const std::string peer = from_peer(reason);
  switch (reason.cause) {
    case Cause::Started:
      return "started";
    case Cause::IsOwner:
      return "started as the owner of the addresses";
    case Cause::Silence:
      return fmt::format("nothing heard{} for {}", peer,
                         seconds(reason.silence.value_or(Duration{})));
    case Cause::ActiveResigned:
      return fmt::format("resignation heard{}", peer);
    case Cause::LowerPriority:
      return fmt::format("advertisement of lower priority heard{}", peer);
    case Cause::HigherPriority:
      return fmt::format("advertisement of higher priority heard{}", peer);
    case Cause::HigherAddress:
      return fmt::format("advertisement of equal priority and higher address heard{}", peer);
    case Cause::LinkDown:
      return "the link is down";
    case Cause::LinkUp:
      return "the link is up";
    case Cause::NoSource:
      return "the interface has no address to send from";
    case Cause::NoPeers:
      return "unicast without peers to speak to";
    case Cause::SourceKnown:
      return "the interface has an address to send from";
    case Cause::TrackedDown:
      return "something tracked is down";
    case Cause::TrackedUnknown:
      return "something tracked has no result yet";
    case Cause::TrackedUp:
      return "everything tracked is up";
    case Cause::Slept:
      return fmt::format("this process did not run for {}, others may have taken over",
                         seconds(reason.silence.value_or(Duration{})));
    case Cause::Commanded:
      return reason.peer ? fmt::format("resigned by command; successor heard{}", peer)
                         : "resigned by command";
    case Cause::Stopped:
      return reason.peer ? fmt::format("stopped; successor heard{}", peer) : "stopped";
    case Cause::Reconfigured:
      return "configured anew";
    case Cause::SyncGroup:
      return "another member of the sync group changed";
  }
  return "?";
}

std::string describe(const Notice& notice) {
  const std::string peer = to_string(notice.peer);
  switch (notice.trouble) {
    case Trouble::IncompatiblePeer:
      return fmt::format("packet of {} for this virtual router refused: {}", peer,
                         notice.rejected ? describe(*notice.rejected) : "");
    case Trouble::OtherActive:
      return fmt::format(
          "{} is active too, with a lower claim: it did not hear us for a while, or cannot", peer);
    case Trouble::AddressesDiffer:
      return fmt::format("{} advertises other addresses than we have", peer);
    case Trouble::IntervalDiffers:
      return fmt::format("{} advertises another interval than ours; we follow it", peer);
    case Trouble::ClockDiffers:
      return fmt::format(
          "the clock of {} is off by more than half of the time_window of auth_hmac: beyond the "
          "whole of it we would refuse what it says; let both follow one time server",
          peer);
    case Trouble::TwoOwners:
      return fmt::format(
          "{} is owner (priority 255) too and does not yield to our higher address: our priority "
          "is 254 until it is set again; make one of the two a backup",
          peer);
  }
  return "?";
}

}  // namespace vrrp
