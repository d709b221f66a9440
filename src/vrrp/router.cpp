#include "vrrp/router.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace vrrp {
namespace {

// How many of its own intervals an owner waits for another one to yield: keepalived waits two
// advertisements and 1.2 intervals.
constexpr int kOwnersPatienceTenths = 32;

// An answer to a lower router's packet serves all who listen, and every active router repeats
// itself once in an interval; more answers than this would only multiply a flood.
constexpr int kAnswersPerInterval = 4;

// How early an advertisement may go with another one: that part of its interval, and no more than.
constexpr int kEarly = 64;
constexpr Duration kMostEarly = std::chrono::milliseconds(10);

Reason heard(Cause cause, const AdvertisementReceived& event) {
  return {.cause = cause, .peer = event.source, .peer_priority = event.advertisement.priority};
}

}  // namespace

Router::Router(RouterConfig config)
    : config_(hold_to_rfc(std::move(config))),
      base_priority_(config_.priority),
      effective_priority_(config_.priority),
      source_(config_.source),
      last_source_(config_.source),
      tracked_(config_.tracked.size()),
      active_interval_(config_.interval) {
  effective_priority_ = weighted_priority();
  prepare_packet();
  prepare_proofs();
}

void Router::handle(const Event& event, Instant now, Actions& actions) {
  const Turn turn{now, actions};
  notice_sleep(turn);
  std::visit([&](const auto& what) { on(what, turn); }, event);
}

void Router::advance(Instant now, Actions& actions) {
  const Turn turn{now, actions};
  notice_sleep(turn);
  if (resign_deadline_ && now >= *resign_deadline_)
    finish_resignation(
        {.cause = after_resigning_ == State::Initialize ? Cause::Stopped : Cause::Commanded}, turn);
  if (begin_at_ && now >= *begin_at_) {
    begin_at_.reset();
    settle({.cause = Cause::Started}, turn);
  }
  if (may_advertise_at(now)) {
    // From the deadline, not from now: lateness must not add up. Far behind, start afresh; and one
    // that went early stays with those it went with.
    const Instant next = std::min(*timer_, now) + config_.interval;
    timer_ = next > now ? next : now + config_.interval;
    advertise(effective_priority_, turn);
  } else if (timer_ && now >= *timer_) {
    down_timer_expired(turn);
  }
  if (announce_later_ && now >= announce_later_->at) {
    actions.push_back(Announce{std::exchange(announce_later_, std::nullopt)->rounds});
  }
  if (refresh_ && now >= refresh_->at) {
    actions.push_back(Announce{refresh_->rounds});
    refresh_->at = now + config_.announce.refresh;
  }
}

bool Router::may_advertise_at(Instant now) const {
  if (state_ != State::Active || !timer_) return false;
  return now + std::min<Duration>(config_.interval / kEarly, kMostEarly) >= *timer_;
}

std::optional<Instant> Router::deadline() const {
  std::optional<Instant> first = timer_;
  auto consider = [&](Instant at) {
    if (!first || at < *first) first = at;
  };
  if (begin_at_) consider(*begin_at_);
  if (resign_deadline_) consider(*resign_deadline_);
  if (announce_later_) consider(announce_later_->at);
  if (refresh_) consider(refresh_->at);
  return first;
}

void Router::on(const Startup&, Turn turn) {
  if (started_) return;
  started_ = true;
  has_ceded_ = false;
  update_priority();
  if (config_.startup_delay > Duration{}) begin_at_ = turn.now + config_.startup_delay;
  settle({.cause = Cause::Started}, turn);
}

void Router::on(const Shutdown&, Turn turn) {
  started_ = false;
  begin_at_.reset();
  if (resign_deadline_ && after_resigning_ == State::Initialize) {
    finish_resignation({.cause = Cause::Stopped}, turn);
  } else if (resign_deadline_) {
    after_resigning_ = State::Initialize;
  } else if (state_ == State::Active) {
    resign(State::Initialize, turn);
  } else {
    transition(State::Initialize, {.cause = Cause::Stopped}, turn);
    turn.actions.push_back(Done{});
  }
}

void Router::on(const AdvertisementReceived& event, Turn turn) {
  if (const auto reason = refusal(event))
    return reject(*reason, event.source, turn.now, turn.actions);
  const Advertisement& advertisement = event.advertisement;
  ++counters_.received;
  hearing_.accept(event.source, advertisement.priority, advertisement.interval, turn.now);
  if (advertisement.priority.is_resigning()) ++counters_.priority_zero_received;
  note_differences(event, turn);
  heard_form_ = advertisement.checksum;
  if (state_ == State::Backup) received_as_backup(event, turn);
  if (state_ == State::Active) received_as_active(event, turn);
}

void Router::on(const PriorityChanged& event, Turn) {
  base_priority_ = event.priority;
  has_ceded_ = false;
  update_priority();
}

void Router::on(const AnnounceRequested&, Turn turn) {
  if (state_ == State::Active) announce(config_.announce.repeat, config_.announce.delay, turn);
}

void Router::on(const Resign&, Turn turn) {
  if (state_ == State::Active && !resign_deadline_) resign(State::Backup, turn);
}

void Router::on(const Drain& event, Turn turn) {
  is_drained_ = event.is_drained;
  if (!is_drained_) return;
  wanted_.reset();
  if (state_ == State::Active && !resign_deadline_) resign(State::Backup, turn);
}

void Router::received_as_backup(const AdvertisementReceived& event, Turn turn) {
  const Priority priority = event.advertisement.priority;
  if (priority.is_resigning()) {
    // RFC 9568 6.4.2 (425): the down timer becomes the skew, so that the best backup is the first.
    timer_ = turn.now + skew_time(config_.version, effective_priority_, active_interval_);
    expiry_ = Cause::ActiveResigned;
    peer_ = Peer{event.source, priority, event.advertisement.interval, turn.now};
    return;
  }
  if (may_preempt(priority, turn.now)) {
    // Discarded: the timer runs on, and its end is the take-over.
    expiry_ = Cause::LowerPriority;
    peer_ = Peer{event.source, priority, event.advertisement.interval, turn.now};
    return;
  }
  learn(event, turn);
  timer_ = turn.now + down_interval();
}

void Router::received_as_active(const AdvertisementReceived& event, Turn turn) {
  const Priority priority = event.advertisement.priority;
  if (resign_deadline_) {
    if (priority.is_resigning()) return;
    const auto cause = after_resigning_ == State::Initialize ? Cause::Stopped : Cause::Commanded;
    finish_resignation(heard(cause, event), turn);
    return;
  }
  if (priority.is_resigning()) {
    // RFC 9568 6.4.3: who resigned may have been heard by backups; tell them that we are here.
    timer_ = turn.now + config_.interval;
    advertise(effective_priority_, turn);
    return;
  }
  if (priority.is_owner() && effective_priority_.is_owner()) heard_other_owner(event, turn);
  const bool is_better = priority > effective_priority_;
  const bool wins_tie = priority == effective_priority_ && source_ && event.source > *source_;
  if (!is_better && !wins_tie) return answer_lower_priority(event, turn);
  if (config_.answers_higher_priority) advertise(effective_priority_, turn);
  turn.actions.push_back(ReleaseAddresses{});
  learn(event, turn);
  become_backup(heard(is_better ? Cause::HigherPriority : Cause::HigherAddress, event),
                down_interval(), turn);
}

// Both have priority 255, and the one with the lower address yields (received_as_active). If it
// does not, as an owner that listens to nobody or cannot hear us, then two would serve for ever: so
// the other one of the two, which does hear, ceases to be an owner.
void Router::heard_other_owner(const AdvertisementReceived& event, Turn turn) {
  if (!other_owner_ || turn.now - other_owner_->heard > down_interval())
    other_owner_ = OtherOwner{.since = turn.now, .heard = turn.now};
  other_owner_->heard = turn.now;
  if (turn.now - other_owner_->since < config_.interval * kOwnersPatienceTenths / 10) return;
  other_owner_.reset();
  has_ceded_ = true;
  notice(Trouble::TwoOwners, std::nullopt, event.source, turn);
  update_priority();
}

void Router::answer_lower_priority(const AdvertisementReceived& event, Turn turn) {
  notice(Trouble::OtherActive, std::nullopt, event.source, turn);
  if (last_answer_ && turn.now - *last_answer_ < config_.interval / kAnswersPerInterval) return;
  last_answer_ = turn.now;
  // RFC 9568 6.4.3: at once, so that bridges learn anew where the virtual router is.
  if (config_.answers_lower_priority) advertise(effective_priority_, turn);
  announce(config_.announce.lower_priority_repeat, config_.announce.lower_priority_delay, turn);
}

void Router::down_timer_expired(Turn turn) {
  if (is_drained_) {
    timer_ = turn.now + down_interval();
    return;
  }
  // Late by a whole interval: we did not run, and what was sent meanwhile may be lost. Our own
  // sleep is no proof of silence, so listen for one interval more; once, since lateness can be
  // lasting.
  if (turn.now - *timer_ > active_interval_ && !has_waited_again_) {
    has_waited_again_ = true;
    timer_ =
        turn.now + vrrp::down_interval(config_.version, effective_priority_, active_interval_, 1);
    return;
  }
  const auto torn_at = std::exchange(torn_at_, std::nullopt);
  if (is_grouped_ && torn_at && turn.now - *torn_at < 2 * down_interval()) {
    timer_ = turn.now + spread(turn.now);
    return;
  }
  Reason reason{.cause = expiry_};
  reason.silence =
      turn.now - (peer_ && peer_->heard > listening_since_ ? peer_->heard : listening_since_);
  if (peer_ && peer_->heard >= listening_since_) {
    reason.peer = peer_->address;
    reason.peer_priority = peer_->priority;
  }
  want_to_be_active(reason, turn);
}

void Router::want_to_be_active(const Reason& reason, Turn turn) {
  if (!is_grouped_) return become_active(reason, turn);
  wanted_ = reason;
  timer_ = turn.now + down_interval();
}

void Router::become_active(const Reason& reason, Turn turn) {
  // The advertisement first: it makes another active router release the addresses.
  active_interval_ = config_.interval;
  timer_ = turn.now + config_.interval;
  preempt_at_.reset();
  advertise(effective_priority_, turn);
  turn.actions.push_back(ClaimAddresses{});
  announce(config_.announce.repeat, config_.announce.delay, turn);
  start_refreshing(turn);
  transition(State::Active, reason, turn);
}

void Router::become_backup(const Reason& reason, Duration wait, Turn turn) {
  timer_ = turn.now + wait;
  expiry_ = Cause::Silence;
  has_waited_again_ = false;
  listening_since_ = turn.now;
  transition(State::Backup, reason, turn);
}

void Router::advertise(Priority priority, Turn turn) {
  if (!source_) return;
  ++counters_.sent;
  if (priority.is_resigning()) ++counters_.priority_zero_sent;
  last_sent_ = turn.now;
  turn.actions.push_back(Advertise{priority});
}

void Router::transition(State to, const Reason& reason, Turn turn) {
  if (to == state_) return;
  wanted_.reset();
  if (to == State::Active) ++counters_.became_active;
  if (state_ == State::Active) {
    ++counters_.released_active;
    announce_later_.reset();
    refresh_.reset();
    last_answer_.reset();
  }
  if (to != State::Backup) torn_at_.reset();
  if (to == State::Initialize || to == State::Fault) {
    timer_.reset();
    preempt_at_.reset();
    active_interval_ = config_.interval;
  }
  turn.actions.push_back(Transition{state_, to, reason, turn.now});
  state_ = to;
}

// An active router that did not run for as long as its peers wait has been replaced by now. It must
// not announce itself before it has heard what became of the election.
void Router::notice_sleep(Turn turn) {
  if (state_ != State::Active || resign_deadline_) return;
  const Duration slept = turn.now - last_sent_;
  if (slept <= config_.interval * config_.down_timer_adverts) return;
  turn.actions.push_back(ReleaseAddresses{});
  become_backup({.cause = Cause::Slept, .silence = slept},
                vrrp::down_interval(config_.version, effective_priority_, config_.interval, 1),
                turn);
}

// Until its successor is there, a resigning router answers on: clients notice nothing. A successor
// speaks after its skew, which is shorter than that of the lowest priority.
void Router::resign(State next, Turn turn) {
  advertise(Priority::resigning(), turn);
  const Duration longest = skew_time(config_.version, Priority(1), config_.interval);
  resign_deadline_ = turn.now + std::min(longest, config_.resign_limit);
  after_resigning_ = next;
  timer_.reset();
  announce_later_.reset();
  refresh_.reset();
}

void Router::finish_resignation(const Reason& reason, Turn turn) {
  resign_deadline_.reset();
  turn.actions.push_back(ReleaseAddresses{});
  if (after_resigning_ == State::Backup) {
    become_backup(reason, down_interval(), turn);
  } else {
    transition(State::Initialize, reason, turn);
    turn.actions.push_back(Done{});
  }
}

void Router::announce(int rounds, Duration again_after, Turn turn) {
  if (rounds <= 0) return;
  turn.actions.push_back(Announce{rounds});
  if (again_after > Duration{}) announce_later_ = Later{turn.now + again_after, rounds};
}

void Router::start_refreshing(Turn turn) {
  refresh_.reset();
  if (config_.announce.refresh > Duration{})
    refresh_ = Later{turn.now + config_.announce.refresh, config_.announce.refresh_repeat};
}

void Router::learn(const AdvertisementReceived& event, Turn turn) {
  // Version 2 has one interval for all and refuses others.
  if (config_.version == Version::V3) active_interval_ = event.advertisement.interval;
  expiry_ = Cause::Silence;
  has_waited_again_ = false;
  wanted_.reset();
  peer_ = Peer{event.source, event.advertisement.priority, event.advertisement.interval, turn.now};
}

Duration Router::down_interval() const {
  return vrrp::down_interval(config_.version, effective_priority_, active_interval_,
                             config_.down_timer_adverts);
}

// Whether a router that speaks as active may be displaced by us, now.
bool Router::may_preempt(Priority active, Instant now) {
  if (active >= effective_priority_) {
    preempt_at_.reset();
    return false;
  }
  if (effective_priority_.is_owner()) return true;  // RFC 9568 6.1: whatever Preempt_Mode says
  if (!config_.preempt) return false;
  if (!preempt_at_) preempt_at_ = now + config_.preempt_delay;
  return now >= *preempt_at_;
}

void Router::reconfigure(RouterConfig config, Instant now, Actions& actions) {
  const Turn turn{now, actions};
  const bool changes_addresses = config.addresses != config_.addresses;
  const bool changes_interval = config.interval != config_.interval;
  std::vector<TrackedState> tracked(config.tracked.size());
  for (std::size_t i = 0; i < tracked.size(); ++i)
    for (std::size_t j = 0; j < tracked_.size(); ++j)
      if (config.tracked[i].id == config_.tracked[j].id) tracked[i] = tracked_[j];
  tracked_ = std::move(tracked);
  if (config.priority != config_.priority) {
    base_priority_ = config.priority;
    has_ceded_ = false;
  }
  if (config.source) source_ = last_source_ = config.source;
  config_ = hold_to_rfc(std::move(config));
  prepare_packet();
  prepare_proofs();
  update_priority();
  tolerate_lower_active();
  settle({.cause = Cause::Reconfigured}, turn);
  if (resign_deadline_) return;
  if (state_ == State::Active) {
    timer_ = now + config_.interval;
    advertise(effective_priority_, turn);
    actions.push_back(ClaimAddresses{});
    start_refreshing(turn);
    if (changes_addresses) announce(config_.announce.repeat, config_.announce.delay, turn);
  } else if (state_ == State::Backup && changes_interval) {
    if (config_.version == Version::V2) active_interval_ = config_.interval;
    timer_ = now + down_interval();
  }
}

// With `nopreempt` from now on, the lower router that was to be displaced is one to listen to.
void Router::tolerate_lower_active() {
  const bool displaces = state_ == State::Backup && expiry_ == Cause::LowerPriority && peer_;
  if (!displaces || config_.preempt || effective_priority_.is_owner()) return;
  if (config_.version == Version::V3) active_interval_ = peer_->interval;
  expiry_ = Cause::Silence;
  wanted_.reset();
  timer_ = peer_->heard + down_interval();
}

std::span<const std::uint8_t> Router::packet(const Advertise& advertise,
                                             const net::IpAddress& destination,
                                             const Sending& sending) {
  assert(last_source_);  // there is no Advertise without one
  const auto plain =
      packet_->patch(advertise.priority, transmit_form(), *last_source_, destination);
  if (trailer_proof_) return trailer_proof_->seal(plain, *last_source_, sending.utc);
  if (!header_proof_) return plain;
  return header_proof_->seal(plain,
                             {.source = *last_source_,
                              .destination = destination,
                              .protocol = kAuthenticationHeaderProtocol,
                              .ttl = sending.hop_limit,
                              .type_of_service = kTypeOfService,
                              .identification = sending.identification},
                             sending.utc);
}

std::uint8_t Router::ip_protocol() const {
  return config_.auth_type == AuthType::Header ? kAuthenticationHeaderProtocol : kIpProtocol;
}

ChecksumForm Router::transmit_form() const {
  switch (config_.checksum) {
    case TransmitChecksum::WithPseudoHeader:
      // A peer of old would refuse anything but its own form.
      return heard_form_ == ChecksumForm::WithGroupPseudoHeader ? heard_form_
                                                                : ChecksumForm::WithPseudoHeader;
    case TransmitChecksum::WithGroupPseudoHeader:
      return ChecksumForm::WithGroupPseudoHeader;
    case TransmitChecksum::WithoutPseudoHeader:
      return ChecksumForm::WithoutPseudoHeader;
    case TransmitChecksum::AsHeard:
      return heard_form_;
  }
  return ChecksumForm::WithPseudoHeader;
}

void Router::prepare_packet() {
  address_bytes_.clear();
  const auto add = [&](bool is_link_local) {
    for (const auto& address : config_.addresses)
      if ((!address.is_v4() && address.is_link_local()) == is_link_local)
        address_bytes_.insert(address_bytes_.end(), address.bytes().begin(), address.bytes().end());
  };
  add(true);  // RFC 9568 section 5.2.9: the link-local address is the first one
  add(false);
  const bool is_header = config_.auth_type == AuthType::Header;  // the key is not for everybody
  packet_.emplace(Advertisement{.version = config_.version,
                                .vrid = config_.vrid.value(),
                                .priority = effective_priority_,
                                .interval = config_.interval,
                                .auth_type = static_cast<std::uint8_t>(config_.auth_type),
                                .password = is_header ? Password{} : config_.password,
                                .family = config_.family,
                                .address_bytes = address_bytes_});
  destinations_.clear();
  for (const auto& peer : config_.peers) destinations_.push_back(peer.address);
  if (destinations_.empty())
    destinations_.push_back(
        config_.group.value_or(config_.family == net::Family::Ipv4 ? kGroupIpv4 : kGroupIpv6));
}

// The numbers that were sent and heard outlive a new key.
void Router::prepare_proofs() {
  if (config_.auth_type != AuthType::Header)
    header_proof_.reset();
  else if (header_proof_)
    header_proof_->set_key(config_.password);
  else
    header_proof_ = std::make_unique<HeaderProof>(config_.password);
  if (!config_.trailer)
    trailer_proof_.reset();
  else if (trailer_proof_)
    trailer_proof_->configure(*config_.trailer);
  else
    trailer_proof_ = std::make_unique<TrailerProof>(*config_.trailer);
}

}  // namespace vrrp
