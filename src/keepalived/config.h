// The configuration that is in force after a keepalived.conf was read: plain data, every default
// resolved, units in std::chrono. Nobody needs to know the language to use it. The `at` members say
// where something was written, for messages of those who find out more (an interface that does not
// exist).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "net/ip_address.h"
#include "net/mac_address.h"
#include "text/place.h"
#include "vrrp/packet.h"
#include "vrrp/types.h"

namespace keepalived {

using Duration = vrrp::Duration;

// A program with its arguments, without a shell: argv[0] is looked up in PATH if it has no '/'.
struct Command {
  std::vector<std::string> argv;
  std::string user = {};   // empty: globals.script_user, and without one whoever runs us
  std::string group = {};  // empty: the user's own group
  text::Place at = {};
};

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
  text::Place at = {};
};

// A reference to something tracked. Weight 0: its failure is a fault of the instance. Otherwise a
// positive weight is added while all is well, a negative one while it is not; `reverse` turns that
// round.
struct Tracked {
  std::string name;
  int weight = 0;
  bool reverse = false;
  text::Place at = {};
};

struct UnicastPeer {
  net::IpAddress address;
  std::optional<std::uint8_t> min_ttl = {};
  std::optional<std::uint8_t> max_ttl = {};
  text::Place at = {};
};

enum class Authentication { None, Password, Header };  // PASS; AH

// Gratuitous ARP and unsolicited neighbour advertisements.
struct Announce {
  Duration delay = std::chrono::seconds(5);  // second burst after becoming active; zero: none
  unsigned repeat = 5;                       // packets a burst and address
  Duration refresh = {};                     // while active; zero: never
  unsigned refresh_repeat = 1;
  Duration lower_priority_delay = std::chrono::seconds(5);
  unsigned lower_priority_repeat = 5;
};

struct Notify {
  std::optional<Command> master = {};
  std::optional<Command> backup = {};
  std::optional<Command> fault = {};
  std::optional<Command> stop = {};
  std::optional<Command> deleted = {};
  std::optional<Command> master_received_lower_priority = {};
  std::optional<Command> any = {};  // gets INSTANCE|GROUP, name, state and priority appended
  bool priority_changes = false;

  bool is_empty() const {
    return !master && !backup && !fault && !stop && !deleted && !master_received_lower_priority &&
           !any;
  }
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

  bool track_own_interface = true;  // dont_track_primary
  std::vector<Tracked> interfaces = {};
  std::vector<Tracked> scripts = {};    // names in Config::scripts, weights resolved
  std::vector<Tracked> files = {};      // names in Config::files
  std::vector<Tracked> processes = {};  // names in Config::processes

  Announce announce = {};
  bool accept = true;  // false: the addresses only forward, they answer nothing (RFC's Accept_Mode)
  bool checksum_as_v2 = false;  // v3_checksum_as_v2: IPv4 without pseudo header, as RFC 9568
  bool skip_check_adv_addr = false;
  bool lower_priority_no_advert = false;
  bool higher_priority_send_advert = false;
  bool smtp_alert = false;
  std::optional<bool> promote_secondaries = {};
  Notify notify = {};
  std::vector<std::string> routes = {};  // virtual_routes and virtual_rules as words of `ip`
  std::vector<std::string> rules = {};

  text::Place at = {};            // its name
  text::Place interface_at = {};  // `at` where none is written
  text::Place vrid_at = {};
};

struct SyncGroup {
  std::string name;
  std::vector<std::string> members = {};  // names in Config::instances; others were reported
  std::vector<Tracked> interfaces = {};
  std::vector<Tracked> scripts = {};
  std::vector<Tracked> files = {};
  std::vector<Tracked> processes = {};
  bool tracking_weight = false;  // sync_group_tracking_weight
  bool smtp_alert = false;
  Notify notify = {};
  text::Place at = {};
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
  text::Place at = {};
};

// track_file: the number in the file times the weight is added to the priority.
struct TrackedFile {
  std::string name;
  std::string path = {};
  int weight = 1;
  bool reverse = false;
  std::optional<int> initial_value = {};  // init_file
  bool overwrite = false;
  text::Place at = {};
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
  text::Place at = {};
};

struct Globals {
  std::string router_id = {};                 // empty: the host's name
  vrrp::Version version = vrrp::Version::V2;  // of instances over IPv4 that do not say
  bool strict = false;
  bool skip_check_adv_addr = false;
  bool check_unicast_source = false;
  Announce announce = {};
  Duration garp_interval = {};  // between two gratuitous ARPs on an interface
  Duration gna_interval = {};
  bool lower_priority_no_advert = false;
  bool higher_priority_send_advert = false;
  Duration startup_delay = {};
  std::string script_user = {};
  std::string script_group = {};
  bool script_security = false;  // enable_script_security
  std::string default_interface = "eth0";
  bool dynamic_interfaces = false;
  bool log_unknown_vrids = false;
  std::optional<int> process_priority = {};   // vrrp_priority, -20..19
  std::optional<int> realtime_priority = {};  // vrrp_rt_priority, 1..99
  std::optional<int> max_auto_priority = {};  // 0 is off
  bool no_swap = false;
  std::string notify_fifo = {};
  std::optional<Command> notify_fifo_script = {};
  std::string instance_name = {};  // the top-level `instance`, part of file names
  std::string network_namespace = {};
  bool use_pid_dir = false;
};

struct Config {
  Globals globals = {};
  std::vector<Instance> instances = {};
  std::vector<SyncGroup> groups = {};
  std::vector<Script> scripts = {};
  std::vector<TrackedFile> files = {};
  std::vector<TrackedProcess> processes = {};
  std::vector<VirtualAddress> static_addresses = {};  // from start to stop, whoever is active
};

}  // namespace keepalived
