// What one virtual router is configured to be. Plain data; check() says what is wrong with it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "net/interface_index.h"
#include "net/ip_address.h"
#include "vrrp/packet.h"
#include "vrrp/types.h"

namespace vrrp {

// A peer of a unicast router, with keepalived's min_ttl and max_ttl.
struct UnicastPeer {
  net::IpAddress address;
  std::uint8_t min_hop_limit = 0;
  std::uint8_t max_hop_limit = 255;

  bool operator==(const UnicastPeer&) const = default;
};

// Something the shell watches for the core: an interface, a script, a file, a process. The number
// is the shell's; several routers may name the same one.
struct TrackId {
  std::uint32_t value = 0;

  friend constexpr auto operator<=>(TrackId, TrackId) = default;
};

// How a watched thing counts (keepalived's rule). weight 0: Fault while it is down, and no start
// before its state is known. weight > 0: added while it is up. weight < 0: added while it is down.
// `reverse` turns up and down round. The sum is kept within 1..254; an owner stays 255.
struct Tracked {
  TrackId id;
  int weight = 0;
  bool reverse = false;

  bool operator==(const Tracked&) const = default;
};

// keepalived 2.4's auth_hmac: a trailer behind the packets of any version and family, made with a
// key that all routers of one VRID share.
struct TrailerKey {
  std::uint8_t id = 1;                    // 1..255
  std::vector<std::uint8_t> secret = {};  // 32 to 64 bytes

  bool operator==(const TrailerKey&) const = default;
};
struct TrailerConfig {
  enum class Mode {
    Enforce,      // packets without a trailer are refused
    Permissive,   // they are listened to; a bad trailer is refused
    ReceiveOnly,  // as Permissive, and none is sent
  };
  Mode mode = Mode::Enforce;
  std::vector<TrailerKey> keys = {};
  std::uint8_t active_key = 1;  // the one to send with
  // How far a sender's clock may be off (anti_replay time). Nothing: its numbers only have to grow
  // (anti_replay monotonic).
  std::optional<std::chrono::seconds> window = std::chrono::seconds(5);

  bool operator==(const TrailerConfig&) const = default;
};

// When the addresses are made known again (gratuitous ARP, unsolicited NA), with keepalived's
// names.
struct AnnounceTimes {
  int repeat = 5;                            // garp_master_repeat
  Duration delay = std::chrono::seconds(5);  // garp_master_delay: a second burst; 0: none
  Duration refresh{};                        // garp_master_refresh; 0: never again
  int refresh_repeat = 1;                    // garp_master_refresh_repeat
  int lower_priority_repeat = 5;             // garp_lower_prio_repeat
  Duration lower_priority_delay = std::chrono::seconds(5);  // garp_lower_prio_delay

  bool operator==(const AnnounceTimes&) const = default;
};

// What to send; what is received is accepted in both forms.
enum class TransmitChecksum {
  WithPseudoHeader,       // keepalived's default
  WithoutPseudoHeader,    // RFC 9568, v3_checksum_as_v2
  AsHeard,                // as the last accepted packet; WithPseudoHeader before that
  WithGroupPseudoHeader,  // old_unicast_checksum
};

struct RouterConfig {
  // Who this is. These three do not change by reconfiguration: that is another router.
  net::InterfaceIndex interface;
  net::Family family = net::Family::Ipv4;
  VirtualRouterId vrid;

  Version version = Version::V2;
  Priority priority = Priority(100);
  Duration interval = std::chrono::seconds(1);  // advert_int
  // `state MASTER`: a hint that shortens the first wait to one interval and 1/256 s of it. The
  // owner (255) starts as active whatever this says.
  bool starts_active = false;
  bool preempt = true;       // false: nopreempt
  Duration preempt_delay{};  // how long a lower active router is tolerated
  // From Startup on, nothing is listened to and nothing said for so long (vrrp_startup_delay).
  Duration startup_delay{};
  int down_timer_adverts = 3;          // down_timer_adverts
  bool answers_lower_priority = true;  // RFC 9568; false: lower_prio_no_advert, as RFC 5798
  // keepalived's higher_prio_send_advert: one last advertisement on yielding to a higher router.
  bool answers_higher_priority = false;
  bool fault_on_link_down = true;  // false: dont_track_primary
  // keepalived's owner_ignore_adverts: an owner does not listen to others.
  bool ignores_others_as_owner = false;
  // strict_mode, as far as it is about the protocol (hold_to_rfc).
  bool strict = false;

  // The addresses in the advertisement (not virtual_ipaddress_excluded), in this order, but
  // link-local ones first (RFC 9568 section 5.2.9).
  std::vector<net::IpAddress> addresses = {};
  // The source of our packets, and our side of the tie-break. Absent: not known yet, and the router
  // is in Fault until SourceChanged says it.
  std::optional<net::IpAddress> source = {};

  AuthType auth_type = AuthType::None;        // version 2 over IPv4 only
  Password password{};                        // of auth_type Header: the key
  std::optional<TrailerConfig> trailer = {};  // auth_hmac; not together with an auth_type
  std::vector<UnicastPeer> peers = {};        // none: multicast
  bool fault_without_peers = false;   // unicast_fault_no_peer: no peers are a Fault, not multicast
  bool check_unicast_source = false;  // only peers are listened to
  // The multicast group; absent: 224.0.0.18 or ff02::12.
  std::optional<net::IpAddress> group = {};
  TransmitChecksum checksum = TransmitChecksum::WithPseudoHeader;
  // The form of keepalived before 1.3.6 is understood, and answered in kind; false:
  // old_unicast_checksum never.
  bool detects_old_checksum = true;

  std::vector<Tracked> tracked = {};
  AnnounceTimes announce = {};
  // The longest that a resigned router serves on while it waits to hear its successor.
  Duration resign_limit = std::chrono::seconds(3);

  bool operator==(const RouterConfig&) const = default;
};

// What strict mode makes of a configuration: everything in which keepalived goes beyond the RFC is
// as the RFC has it (docs/decisions/0051). Router does so with its own.
RouterConfig hold_to_rfc(RouterConfig config);

// Ranges, families, and what excludes what; the first thing that is wrong.
base::Result<> check(const RouterConfig& config);

}  // namespace vrrp
