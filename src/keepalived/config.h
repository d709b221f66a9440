// The configuration that is in force after a keepalived.conf was read: plain data, every default
// resolved, units in std::chrono. Nobody needs to know the language to use it. The `at` members say
// where something was written, for messages of those who find out more (an interface that does not
// exist).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "keepalived/globals.h"
#include "keepalived/routing.h"
#include "keepalived/where.h"
#include "net/ip_address.h"
#include "net/mac_address.h"
#include "vrrp/packet.h"
#include "vrrp/types.h"

namespace keepalived {

// How an address is put on an interface. The words are those of `ip address add`.
struct VirtualAddress {
  net::Prefix prefix;
  std::string device = {};                       // empty: the instance's interface
  std::optional<net::IpAddress> broadcast = {};  // `brd A`; `brd +` and `brd -` are resolved
  std::optional<std::uint8_t> scope = {};        // rtnetlink's number; nothing: the kernel's choice
  std::string label = {};
  std::optional<net::IpAddress> peer = {};  // point-to-point
  bool use_vmac = false;
  bool home = false;
  bool duplicate_detection = false;  // keepalived's `-nodad`, which turns it on
  bool manage_temporary = false;     // mngtmpaddr
  bool no_prefix_route = false;
  bool auto_join = false;
  bool track = true;                                     // `no_track`: its loss is nobody's concern
  std::optional<std::uint32_t> preferred_lifetime = {};  // seconds; UINT32_MAX is for ever
  std::string track_group = {};                          // of static ones: a TrackGroup's name
  Where at = {};

  bool operator==(const VirtualAddress&) const = default;
};

// A reference to something tracked. Weight 0: its failure is a fault of the instance. Otherwise a
// positive weight is added while all is well, a negative one while it is not; `reverse` turns that
// round.
struct Tracked {
  std::string name;
  int weight = 0;
  bool reverse = false;
  Where at = {};

  bool operator==(const Tracked&) const = default;
};

struct UnicastPeer {
  net::IpAddress address;
  std::optional<std::uint8_t> min_ttl = {};
  std::optional<std::uint8_t> max_ttl = {};
  Where at = {};

  bool operator==(const UnicastPeer&) const = default;
};

enum class Authentication { None, Password, Header };  // PASS; AH

// auth_hmac of keepalived 2.4: a trailer behind each advertisement.
struct HmacKey {
  std::uint8_t id = 1;
  std::string secret = {};  // the bytes, 32 to 64 of them; never to be printed
  std::string file = {};  // `file:PATH`: there they are, in either form; whoever runs this reads it
  Where at = {};
  bool operator==(const HmacKey&) const = default;
};

struct Hmac {
  std::vector<HmacKey> keys = {};
  std::uint8_t active_key = 1;  // one of them: what we sign with
  enum class Replay { Time, Monotonic } replay = Replay::Time;
  Duration window = {};  // of Replay::Time
  enum class Mode { Enforce, Permissive, ReceiveOnly } mode = Mode::Enforce;
  Where at = {};
  bool operator==(const Hmac&) const = default;
};

// use_vmac or use_ipvlan: an interface of our own on top of the instance's.
struct VirtualInterface {
  enum class Kind { Macvlan, Ipvlan } kind = Kind::Macvlan;
  std::string name = {};                    // empty: vmac_prefix and the VRID
  std::optional<net::MacAddress> mac = {};  // nothing: the RFC's, of VRID and family
  bool transmits_on_base = false;           // vmac_xmit_base: advertisements use the real interface
  bool netlink_notify = false;              // netlink_notify_msg
  std::optional<std::uint32_t> link_group = {};  // nothing: that of the real interface
  std::optional<net::Prefix> address = {};       // Ipvlan: its own
  enum class Mode { Bridge, Private, Vepa } mode = Mode::Bridge;  // Ipvlan
  Where at = {};
  bool operator==(const VirtualInterface&) const = default;
};

// old_unicast_checksum.
enum class OldChecksum { Detected, Always, Never };

struct Notify {
  std::optional<Command> master = {};
  std::optional<Command> backup = {};
  std::optional<Command> fault = {};
  std::optional<Command> stop = {};
  std::optional<Command> deleted = {};
  std::optional<Command> master_received_lower_priority = {};
  std::optional<Command> any = {};  // gets INSTANCE|GROUP, name, state and priority appended
  bool says_deleted = false;        // notify_deleted: a removed instance is DELETED, not FAULT
  bool priority_changes = false;

  bool is_empty() const {
    return !master && !backup && !fault && !stop && !deleted && !master_received_lower_priority &&
           !any;
  }
  bool operator==(const Notify&) const = default;
};

// What `state` asks for. A hint only: the election decides.
enum class InitialState { Backup, Master };

// The interface an instance runs on.
inline constexpr std::string_view kAutoInterface = "auto";

struct Instance {
  std::string name;
  vrrp::VirtualRouterId vrid;
  vrrp::Version version = vrrp::Version::V2;
  net::Family family = net::Family::Ipv4;  // of the addresses that are advertised
  InitialState initial_state = InitialState::Backup;
  // kAutoInterface: the one whose on-link network contains the first virtual address. Empty only
  // with unicast and a source address.
  std::string interface = {};
  vrrp::Priority priority = vrrp::Priority(100);
  Duration interval = std::chrono::seconds(1);
  bool preempt = true;
  Duration preempt_delay = {};
  int down_timer_adverts = 3;
  bool strict = false;

  std::vector<VirtualAddress> addresses = {};  // in the order of the advertisement
  std::vector<VirtualAddress> excluded = {};   // held as well, but not advertised; any family

  Authentication authentication = Authentication::None;
  std::string password = {};  // never to be printed; vrrp::password_from() makes the bytes

  std::optional<net::IpAddress> source = {};  // mcast_src_ip or unicast_src_ip
  bool track_source = false;                  // no such address on the interface: Fault
  std::vector<UnicastPeer> peers = {};        // empty: multicast
  bool check_unicast_source = false;          // only peers are listened to
  std::uint8_t unicast_ttl = 255;
  bool fault_without_peers = false;         // unicast_fault_no_peer
  net::IpAddress group = vrrp::kGroupIpv4;  // multicast destination, of `family`
  std::optional<Hmac> hmac = {};
  std::optional<VirtualInterface> virtual_interface = {};
  bool vmac_for_addresses = false;  // use_vmac_addr: also on the interfaces of `dev`
  std::string vrf = {};             // of unicast without an interface

  bool track_own_interface = true;  // dont_track_primary
  std::vector<Tracked> interfaces = {};
  std::vector<Tracked> scripts = {};    // names in Config::scripts, weights resolved
  std::vector<Tracked> files = {};      // names in Config::files
  std::vector<Tracked> processes = {};  // names in Config::processes
  std::vector<Tracked> bfd = {};        // names in Config::bfd

  Announce announce = {};
  ExtraAnnounce extra_announce = {};
  bool accept = true;  // false: the addresses only forward, they answer nothing (RFC's Accept_Mode)
  bool checksum_as_v2 = false;  // v3_checksum_as_v2: IPv4 without pseudo header, as RFC 9568
  bool skip_check_adv_addr = false;
  bool lower_priority_no_advert = false;
  bool higher_priority_send_advert = false;
  bool owner_ignores_adverts = false;
  OldChecksum old_checksum = OldChecksum::Detected;
  // timer_expired_backup: gives up being active when it was late; the number is the highest
  // priority of the others, 254 if none was written.
  std::optional<std::uint8_t> late_timer_backup = {};
  std::optional<std::size_t> receive_buffer = {};  // kernel_rx_buf_size
  bool without_addresses = false;                  // no_virtual_ipaddress: an election only
  bool smtp_alert = false;
  bool promote_secondaries = false;
  bool polls_link = false;  // linkbeat_use_polling
  Notify notify = {};
  std::vector<Route> routes = {};
  std::vector<Rule> rules = {};

  Where at = {};            // its name
  Where interface_at = {};  // `at` where none is written
  Where vrid_at = {};

  bool operator==(const Instance&) const = default;
};

struct SyncGroup {
  std::string name;
  std::vector<std::string> members = {};  // names in Config::instances; others were reported
  std::vector<Tracked> interfaces = {};
  std::vector<Tracked> scripts = {};
  std::vector<Tracked> files = {};
  std::vector<Tracked> processes = {};
  std::vector<Tracked> bfd = {};
  bool tracking_weight = false;  // sync_group_tracking_weight
  bool smtp_alert = false;
  Notify notify = {};
  Where at = {};

  bool operator==(const SyncGroup&) const = default;
};

// vrrp_script. Only those that somebody tracks need to run.
struct Script {
  std::string name;
  Command command;
  Duration interval = std::chrono::seconds(1);
  Duration timeout = std::chrono::seconds(1);
  int weight = 0;
  bool reverse = false;
  unsigned rise = 1;
  unsigned fall = 1;
  bool starts_failed = false;  // init_fail
  Where at = {};

  bool operator==(const Script&) const = default;
};

// track_file: the number in the file times the weight is added to the priority.
struct TrackedFile {
  std::string name;
  std::string path = {};
  int weight = 1;
  bool reverse = false;
  std::optional<int> initial_value = {};  // init_file
  bool overwrite = false;
  Where at = {};

  bool operator==(const TrackedFile&) const = default;
};

struct TrackedProcess {
  std::string name;
  std::vector<std::string> argv = {};
  enum class Match { NameOnly, Exact, Initial, Partial } match = Match::NameOnly;
  bool full_command = false;
  int weight = 0;
  bool reverse = false;
  unsigned quorum = 1;
  std::optional<unsigned> quorum_max = {};
  Duration fork_delay = {};
  Duration terminate_delay = {};
  Where at = {};

  bool operator==(const TrackedProcess&) const = default;
};

// bfd_instance. holdfastd speaks no BFD yet: what tracks one is told so.
struct BfdSession {
  std::string name;
  std::optional<net::IpAddress> neighbour = {};
  std::optional<net::IpAddress> source = {};
  Duration min_receive = std::chrono::milliseconds(10);
  Duration min_transmit = std::chrono::milliseconds(10);
  Duration idle_transmit = std::chrono::seconds(1);
  unsigned multiplier = 5;
  bool is_passive = false;
  std::uint8_t ttl = 255;       // sent over IPv4
  std::uint8_t hop_limit = 64;  // sent over IPv6
  int max_hops = 0;             // -1 and 255: any number
  bool is_multihop = false;
  int weight = 0;
  bool reverse = false;
  bool for_vrrp = true;  // false: `checker` alone
  Where at = {};

  bool operator==(const BfdSession&) const = default;
};

// track_group: the instances that a static address, route or rule takes with it.
struct TrackGroup {
  std::string name;
  std::vector<std::string> members = {};  // names in Config::instances
  Where at = {};

  bool operator==(const TrackGroup&) const = default;
};

// garp_group: interfaces that share one limit of announcements.
struct AnnounceGroup {
  std::vector<std::string> interfaces = {};
  std::optional<Duration> garp_interval = {};
  std::optional<Duration> gna_interval = {};
  Where at = {};

  bool operator==(const AnnounceGroup&) const = default;
};

// interface_up_down_delays: for how long a change must last before it counts.
struct InterfaceDelay {
  std::string interface;
  Duration down = {};
  Duration up = {};
  Where at = {};

  bool operator==(const InterfaceDelay&) const = default;
};

// linkbeat_interfaces: the link is asked for, not told.
struct PolledInterface {
  std::string interface;
  enum class Method { Default, Mii, Ethtool, Ioctl } method = Method::Default;
  Where at = {};

  bool operator==(const PolledInterface&) const = default;
};

struct Config {
  Globals globals = {};
  std::vector<Instance> instances = {};
  std::vector<SyncGroup> groups = {};
  std::vector<Script> scripts = {};
  std::vector<TrackedFile> files = {};
  std::vector<TrackedProcess> processes = {};
  std::vector<BfdSession> bfd = {};
  // From start to stop, whoever is active.
  std::vector<VirtualAddress> static_addresses = {};
  std::vector<Route> static_routes = {};
  std::vector<Rule> static_rules = {};
  std::vector<TrackGroup> track_groups = {};
  std::vector<AnnounceGroup> announce_groups = {};
  std::vector<InterfaceDelay> interface_delays = {};
  std::vector<PolledInterface> polled_interfaces = {};

  bool operator==(const Config&) const = default;
};

}  // namespace keepalived
