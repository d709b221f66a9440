// What a router checks of a packet before it listens to it, and what it says about those it
// refuses.
#include <algorithm>
#include <chrono>
#include <utility>

#include "vrrp/router.h"

namespace vrrp {
namespace {

// A trouble that was away for this long is news again.
constexpr Duration kForgotten = std::chrono::minutes(1);

}  // namespace

void Router::receive(const Datagram& datagram, Instant now, Actions& actions) {
  const auto advertisement = decode(datagram);
  if (!advertisement) return reject(advertisement.error(), datagram.source, now, actions);
  if (const auto reason = lacks_proof(datagram))
    return reject(*reason, datagram.source, now, actions);
  if (trailer_proof_ && trailer_proof_->is_clock_off())
    notice(Trouble::ClockDiffers, std::nullopt, datagram.source, {now, actions});
  handle(AdvertisementReceived{.advertisement = *advertisement,
                               .source = datagram.source,
                               .destination = datagram.destination,
                               .hop_limit = datagram.hop_limit},
         now, actions);
}

// Before anything else is made of a packet than decode() did.
std::optional<RejectReason> Router::lacks_proof(const Datagram& datagram) {
  // Our own words, thrown back at us, have our proof. refusal() knows them.
  if (source_ && datagram.source == *source_) return std::nullopt;
  if (datagram.authenticated.empty() == (config_.auth_type == AuthType::Header))
    return RejectReason::AuthType;
  if (header_proof_) return header_proof_->refusal(datagram);
  if (trailer_proof_) return trailer_proof_->refusal(datagram);
  return std::nullopt;
}

std::optional<RejectReason> Router::refusal(const AdvertisementReceived& event) const {
  const Advertisement& advertisement = event.advertisement;
  if (source_ && event.source == *source_) return RejectReason::OwnPacket;
  const auto peer = std::ranges::find(config_.peers, event.source, &UnicastPeer::address);
  if (peer != config_.peers.end() &&
      (event.hop_limit < peer->min_hop_limit || event.hop_limit > peer->max_hop_limit))
    return RejectReason::HopLimit;
  if (advertisement.version != config_.version) return RejectReason::WrongVersion;
  if (advertisement.checksum == ChecksumForm::WithGroupPseudoHeader &&
      !config_.detects_old_checksum)
    return RejectReason::Checksum;
  // Two that agree to have no addresses use VRRP as an election only (no_virtual_ipaddress).
  if (advertisement.version == Version::V3 && advertisement.count() == 0 &&
      !config_.addresses.empty())
    return RejectReason::NoAddresses;
  if (advertisement.version == Version::V2) {
    if (advertisement.auth_type != static_cast<std::uint8_t>(config_.auth_type))
      return RejectReason::AuthType;
    if (config_.auth_type == AuthType::Password && advertisement.password != config_.password)
      return RejectReason::AuthPassword;
    if (advertisement.interval != config_.interval) return RejectReason::IntervalMismatch;
  }
  if (event.destination.is_multicast() != config_.peers.empty()) return RejectReason::WrongCast;
  if (config_.check_unicast_source && !config_.peers.empty() && peer == config_.peers.end())
    return RejectReason::UnknownPeer;
  if (config_.ignores_others_as_owner && effective_priority_.is_owner())
    return RejectReason::IgnoredByOwner;
  return std::nullopt;
}

void Router::reject(RejectReason reason, const net::IpAddress& source, Instant now,
                    Actions& actions) {
  ++counters_[reason];
  hearing_.refuse(source, reason, now);
  notice(Trouble::IncompatiblePeer, reason, source, {now, actions});
}

void Router::note_differences(const AdvertisementReceived& event, Turn turn) {
  const Advertisement& advertisement = event.advertisement;
  if (advertisement.version == Version::V3 && advertisement.family == net::Family::Ipv4)
    ++(advertisement.checksum == ChecksumForm::WithoutPseudoHeader
           ? counters_.checksum_without_pseudo_header
           : counters_.checksum_with_pseudo_header);
  if (!has_our_addresses(advertisement)) {
    ++counters_.addresses_differ;
    notice(Trouble::AddressesDiffer, std::nullopt, event.source, turn);
  }
  if (advertisement.interval != config_.interval)
    notice(Trouble::IntervalDiffers, std::nullopt, event.source, turn);
}

// The same set, in any order.
bool Router::has_our_addresses(const Advertisement& advertisement) const {
  if (std::ranges::equal(advertisement.address_bytes, address_bytes_)) return true;
  if (advertisement.count() != config_.addresses.size()) return false;
  for (std::size_t i = 0; i < advertisement.count(); ++i)
    if (std::ranges::find(config_.addresses, advertisement.address(i)) == config_.addresses.end())
      return false;
  return true;
}

void Router::notice(Trouble trouble, std::optional<RejectReason> rejected,
                    const net::IpAddress& peer, Turn turn) {
  const std::size_t index = rejected ? static_cast<std::size_t>(*rejected)
                                     : kRejectReasons + static_cast<std::size_t>(trouble);
  const auto before = std::exchange(seen_.edit()[index], turn.now);
  if (before && turn.now - *before < kForgotten) return;
  turn.actions.push_back(
      Notice{.trouble = trouble, .rejected = rejected, .peer = peer, .time = turn.now});
}

}  // namespace vrrp
