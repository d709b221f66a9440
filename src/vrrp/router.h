// One virtual router: events and the time in, actions out. No I/O, no clock.
//
//   router.handle(Startup{}, now, actions);       something happened
//   router.advance(now, actions);                 time has passed; call it at deadline(), or later
//
// Before advance(), the shell hands over what waits in its sockets: a process that slept must not
// take its own sleep for the active router's death. Actions are performed in their order; each is
// safe to repeat.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/rare.h"
#include "vrrp/action.h"
#include "vrrp/authentication.h"
#include "vrrp/config.h"
#include "vrrp/event.h"
#include "vrrp/hearing.h"
#include "vrrp/packet.h"
#include "vrrp/types.h"

namespace vrrp {

struct Counters {
  std::uint64_t received = 0;  // accepted
  std::uint64_t sent = 0;
  std::uint64_t priority_zero_received = 0;
  std::uint64_t priority_zero_sent = 0;
  std::uint64_t became_active = 0;
  std::uint64_t released_active = 0;
  std::uint64_t addresses_differ = 0;
  std::uint64_t checksum_with_pseudo_header = 0;  // accepted v3 packets over IPv4
  std::uint64_t checksum_without_pseudo_header = 0;

  // Packets refused, by RejectReason. Most routers never refuse one, and there may be thousands.
  using Rejected = std::array<std::uint64_t, kRejectReasons>;
  const Rejected& rejected() const { return rejected_.get(); }
  std::uint64_t& operator[](RejectReason reason) {
    return rejected_.edit()[static_cast<std::size_t>(reason)];
  }
  std::uint64_t operator[](RejectReason reason) const {
    return rejected()[static_cast<std::size_t>(reason)];
  }

 private:
  base::Rare<Rejected> rejected_ = {};
};

// What the bytes of a packet depend on besides the router.
struct Sending {
  // Now, for the trailer of auth_hmac and the numbers of authentication headers.
  WallClock utc = {};
  // Of the IP header that the shell puts before the packet: an authentication header covers these.
  std::uint16_t identification = 0;
  std::uint8_t hop_limit = kHopLimit;
};

// Who was heard last as the active router.
struct Peer {
  net::IpAddress address;
  Priority priority;
  Duration interval{};
  Instant heard;
};

class Router {
 public:
  // What was told about a thing that is tracked; one for each of RouterConfig::tracked.
  struct TrackedState {
    enum class Known { No, Up, Down, Value } known = Known::No;
    int value = 0;
  };

  // The configuration must have passed check().
  explicit Router(RouterConfig config);

  void handle(const Event& event, Instant now, Actions& actions);
  void advance(Instant now, Actions& actions);
  // When advance() has something to do.
  std::optional<Instant> deadline() const;
  // An active router's advertisement may go a little early, with somebody else's that is due: by at
  // most a 64th of its interval, and never more than 10 ms.
  bool may_advertise_at(Instant now) const;

  // A packet for this VRID: decodes, verifies its proof, and handles it as AdvertisementReceived.
  void receive(const Datagram& datagram, Instant now, Actions& actions);
  // A packet for this VRID that somebody else refused.
  void reject(RejectReason reason, const net::IpAddress& source, Instant now, Actions& actions);

  // The same virtual router, configured anew: it keeps its state and what it has learned. An active
  // one claims and announces again if the addresses changed; the shell removes those that are gone.
  void reconfigure(RouterConfig config, Instant now, Actions& actions);

  // Its interface has become another one of the same name (Engine::move).
  void move_to(net::InterfaceIndex interface) { config_.interface = interface; }

  const RouterConfig& config() const { return config_; }
  State state() const { return state_; }
  bool is_resigning() const { return resign_deadline_.has_value(); }
  bool is_drained() const { return is_drained_; }
  // With the weights of what is tracked; what an advertisement carries.
  Priority effective_priority() const { return effective_priority_; }
  const std::optional<net::IpAddress>& source() const { return source_; }
  const std::optional<Peer>& last_active_peer() const { return peer_; }
  const std::vector<Heard>& hearing() const { return hearing_.all(); }
  // What stands in the way of taking part, if anything does.
  std::optional<Reason> obstacle() const { return fault(); }
  std::span<const TrackedState> tracked_states() const { return tracked_; }
  const Counters& counters() const { return counters_; }
  void clear_counters() { counters_ = {}; }

  // A member of a sync group becomes active only when its group does (see Engine::set_groups).
  void set_grouped(bool is_grouped) { is_grouped_ = is_grouped; }
  // Its down timer has ended, or it starts as the owner, and nothing has changed that since.
  bool wants_to_be_active() const { return wanted_.has_value(); }
  void activate(Instant now, Actions& actions);
  void follow_to_backup(Instant now, Actions& actions);
  // The group is active no more, since one member is not.
  void note_torn(Instant now);
  bool has_own_fault() const;
  // Another member was taken for gone by a lower router: so were we, and are made known again.
  void announce_with_group(Instant now, Actions& actions);
  void set_group_fault(bool is_faulty, Instant now, Actions& actions);

  // The bytes behind the IP header for an Advertise action, to be sent as ip_protocol(); valid
  // until the next call. Once for each destination: packets with a proof are numbered.
  std::span<const std::uint8_t> packet(const Advertise& advertise,
                                       const net::IpAddress& destination,
                                       const Sending& sending = {});
  std::uint8_t ip_protocol() const;  // 112, or 51 with an authentication header (auth_type AH)
  // Where an Advertise goes: the peers, or the group.
  std::span<const net::IpAddress> destinations() const { return destinations_; }

 private:
  // What every step needs: the time, and where actions go.
  struct Turn {
    Instant now;
    Actions& actions;
  };
  // Another owner, who ought to yield to us and does not.
  struct OtherOwner {
    Instant since;
    Instant heard;
  };
  // When to announce the addresses again.
  struct Later {
    Instant at;
    int rounds = 1;
  };

  void on(const Startup& event, Turn turn);
  void on(const Shutdown& event, Turn turn);
  void on(const AdvertisementReceived& event, Turn turn);
  void on(const LinkUp& event, Turn turn);
  void on(const LinkDown& event, Turn turn);
  void on(const SourceChanged& event, Turn turn);
  void on(const TrackedChanged& event, Turn turn);
  void on(const TrackedValue& event, Turn turn);
  void on(const PriorityChanged& event, Turn turn);
  void on(const AnnounceRequested& event, Turn turn);
  void on(const Resign& event, Turn turn);
  void on(const Drain& event, Turn turn);

  // Checks of received packets that need the configuration (receive.cpp).
  std::optional<RejectReason> lacks_proof(const Datagram& datagram);
  std::optional<RejectReason> refusal(const AdvertisementReceived& event) const;
  void note_differences(const AdvertisementReceived& event, Turn turn);
  bool has_our_addresses(const Advertisement& advertisement) const;
  void notice(Trouble trouble, std::optional<RejectReason> rejected, const net::IpAddress& peer,
              Turn turn);

  // The rows of RFC 9568 section 6.4.
  void received_as_backup(const AdvertisementReceived& event, Turn turn);
  void received_as_active(const AdvertisementReceived& event, Turn turn);
  void down_timer_expired(Turn turn);
  void want_to_be_active(const Reason& reason, Turn turn);
  void become_active(const Reason& reason, Turn turn);
  void become_backup(const Reason& reason, Duration wait, Turn turn);
  void heard_other_owner(const AdvertisementReceived& event, Turn turn);
  void answer_lower_priority(const AdvertisementReceived& event, Turn turn);
  void advertise(Priority priority, Turn turn);
  void transition(State to, const Reason& reason, Turn turn);

  // Fault, and what leads in and out of it (fault.cpp).
  std::optional<Reason> fault() const;
  std::optional<Reason> tracked_fault() const;
  void settle(const Reason& change, Turn turn);
  void set_tracked(TrackId id, TrackedState state, Turn turn);
  bool has_begun() const { return started_ && !begin_at_; }
  Priority weighted_priority() const;
  void update_priority();

  void notice_sleep(Turn turn);
  void resign(State next, Turn turn);
  void finish_resignation(const Reason& reason, Turn turn);
  void announce(int rounds, Duration again_after, Turn turn);
  void start_refreshing(Turn turn);

  void learn(const AdvertisementReceived& event, Turn turn);
  Duration down_interval() const;
  Duration spread(Instant now) const;
  void tolerate_lower_active();
  bool may_preempt(Priority active, Instant now);
  ChecksumForm transmit_form() const;
  void prepare_packet();
  void prepare_proofs();

  RouterConfig config_;
  State state_ = State::Initialize;
  bool started_ = false;
  std::optional<Instant> begin_at_;  // the start-up delay is over
  bool is_link_up_ = true;
  Priority base_priority_;
  Priority effective_priority_;
  bool is_drained_ = false;
  std::optional<OtherOwner> other_owner_;
  bool has_ceded_ = false;  // an owner who counts as 254: there is another one
  std::optional<net::IpAddress> source_;
  std::optional<net::IpAddress> last_source_;  // for what was decided before it was lost
  std::vector<TrackedState> tracked_;          // one for each of config_.tracked

  std::optional<Instant> timer_;   // Adver_Timer while active, Active_Down_Timer while backup
  Duration active_interval_{};     // Active_Adver_Interval
  Cause expiry_ = Cause::Silence;  // what it means if the down timer fires
  bool has_waited_again_ = false;  // see down_timer_expired
  Instant listening_since_;
  Instant last_sent_;
  std::optional<Instant> last_answer_;
  std::optional<Instant> preempt_at_;  // preempt_delay is over
  std::optional<Later> announce_later_;
  std::optional<Later> refresh_;
  std::optional<Instant> resign_deadline_;
  State after_resigning_ = State::Initialize;
  bool is_grouped_ = false;
  bool has_group_fault_ = false;
  std::optional<Instant> torn_at_;  // its group left the active role, and comes back a little later
  std::optional<Reason> wanted_;    // why a member of a group wants to be active

  std::optional<Peer> peer_;
  Hearing hearing_;
  ChecksumForm heard_form_ = ChecksumForm::WithPseudoHeader;
  Counters counters_;
  // When each trouble was seen last: of every RejectReason, then of every Trouble.
  base::Rare<std::array<std::optional<Instant>, kRejectReasons + kTroubles>> seen_;

  // At most one of them; most routers have none.
  std::unique_ptr<HeaderProof> header_proof_;
  std::unique_ptr<TrailerProof> trailer_proof_;
  std::vector<std::uint8_t> address_bytes_;
  std::optional<PacketTemplate> packet_;
  std::vector<net::IpAddress> destinations_;
};

}  // namespace vrrp
