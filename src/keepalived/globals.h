// What global_defs and the keywords outside every block say about the process as a whole.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/identity.h"
#include "keepalived/where.h"
#include "net/ip_address.h"
#include "vrrp/packet.h"
#include "vrrp/types.h"

namespace keepalived {

using Duration = vrrp::Duration;

// A program with its arguments, without a shell: argv[0] is looked up in PATH if it has no '/'.
struct Command {
  std::vector<std::string> argv;
  std::string user = {};              // empty: globals.script_user, and without one whoever runs us
  std::string group = {};             // empty: the user's own group
  bool supplementary_groups = false;  // `USER :GROUP`: the user's other groups as well
  Where at = {};
  // What these names stand for: the reader cannot know. Nothing: whoever runs us.
  std::optional<base::Identity> runs_as = {};

  bool operator==(const Command&) const = default;
};

// Gratuitous ARP and unsolicited neighbour advertisements.
struct Announce {
  Duration delay = std::chrono::seconds(5);  // second burst after becoming active; zero: none
  unsigned repeat = 5;                       // packets a burst and address
  Duration refresh = {};                     // while active; zero: never
  unsigned refresh_repeat = 1;
  Duration lower_priority_delay = std::chrono::seconds(5);
  unsigned lower_priority_repeat = 5;

  bool operator==(const Announce&) const = default;
};

// garp_extra_if: announcements on the other interfaces of an instance's addresses, so that switches
// do not forget them.
struct ExtraAnnounce {
  Duration interval = {};          // zero: none
  bool on_all_interfaces = false;  // also those without a virtual MAC address
  bool operator==(const ExtraAnnounce&) const = default;
};

// A FIFO that gets a line for every change of state, and perhaps a program that reads it, which
// gets the FIFO's name as its last argument.
struct Fifo {
  std::string path = {};
  std::string user = {};
  std::string group = {};
  std::optional<Command> script = {};
  Where at = {};

  bool is_set() const { return !path.empty(); }
  bool operator==(const Fifo&) const = default;
};

struct Mail {
  std::vector<std::string> recipients = {};
  std::string from = {};    // empty: keepalived@HOST
  std::string server = {};  // an address or a name; empty: no mail
  std::uint16_t port = 25;
  std::string helo = {};  // empty: the host's name
  Duration connect_timeout = std::chrono::seconds(30);
  bool faults = true;  // no_email_faults

  bool operator==(const Mail&) const = default;
};

// Size of receive buffers: vrrp_rx_bufs_policy.
enum class ReceiveBuffers { System, Mtu, Advertisement, Fixed };

struct Snmp {
  bool vrrp = false;
  bool rfc_v2 = false;
  bool rfc_v3 = false;
  bool traps = false;
  std::string socket = {};
  bool operator==(const Snmp&) const = default;
};

struct Dbus {
  bool is_enabled = false;
  std::string service = {};            // empty: org.keepalived.Vrrp1
  std::string no_interface_name = {};  // stands for the interface where there is none
  bool operator==(const Dbus&) const = default;
};

struct Globals {
  std::string router_id = {};                 // empty: the host's name
  vrrp::Version version = vrrp::Version::V2;  // of instances over IPv4 that do not say
  bool strict = false;
  bool skip_check_adv_addr = false;
  bool check_unicast_source = false;
  bool checksum_as_v2 = false;
  Announce announce = {};
  ExtraAnnounce extra_announce = {};
  Duration garp_interval = {};  // between two gratuitous ARPs on an interface
  Duration gna_interval = {};
  bool lower_priority_no_advert = false;
  bool higher_priority_send_advert = false;
  bool owner_ignores_adverts = false;
  bool notify_priority_changes = false;
  int down_timer_adverts = 3;  // this and the groups: of instances that do not say
  net::IpAddress multicast_v4 = vrrp::kGroupIpv4;
  net::IpAddress multicast_v6 = vrrp::kGroupIpv6;
  Duration startup_delay = {};
  Duration delay_after_boot = {};  // counted from the host's boot; the longer of the two holds
  std::string default_interface = "eth0";
  bool dynamic_interfaces = false;
  bool interfaces_may_change = false;  // dynamic_interfaces allow_if_changes
  bool log_unknown_vrids = false;
  std::string vmac_prefix = "vrrp";
  std::string vmac_address_prefix = "vrrp";  // of use_vmac_addr; as vmac_prefix unless written
  bool disable_local_igmp = false;

  std::string script_user = {};
  std::string script_group = {};
  bool script_supplementary_groups = false;  // `script_user U :G`, set_supplementary_groups
  bool script_security = false;              // enable_script_security
  bool use_symlink_paths = false;
  std::optional<Command> startup_script = {};
  Duration startup_script_timeout = std::chrono::seconds(10);
  std::optional<Command> shutdown_script = {};
  Duration shutdown_script_timeout = std::chrono::seconds(10);

  Fifo fifo = {};       // notify_fifo
  Fifo vrrp_fifo = {};  // vrrp_notify_fifo
  bool fifo_states_on_reload = false;

  Mail mail = {};
  bool smtp_alert = false;  // of instances and groups that do not say

  std::optional<int> process_priority = {};                // vrrp_priority, -20..19
  std::optional<int> realtime_priority = {};               // vrrp_rt_priority, 1..99
  std::optional<int> max_auto_priority = {};               // 0 is off, -1 as well
  Duration auto_priority_delay = std::chrono::seconds(1);  // min_auto_priority_delay
  bool no_swap = false;
  std::optional<std::chrono::microseconds> realtime_limit = {};  // vrrp_rlimit_rttime
  std::vector<unsigned> cpus = {};                               // vrrp_cpu_affinity; empty: all
  std::optional<unsigned> umask = {};
  std::string process_name = {};       // of the first process, process_name
  std::string vrrp_process_name = {};  // of the VRRP process, vrrp_process_name

  ReceiveBuffers receive_buffers = ReceiveBuffers::System;
  std::size_t receive_buffer_size = 0;  // of ReceiveBuffers::Fixed
  unsigned receive_buffer_multiplier = 3;
  std::optional<std::size_t> netlink_command_buffer = {};  // bytes
  bool netlink_command_buffer_forced = false;
  std::optional<std::size_t> netlink_monitor_buffer = {};
  bool netlink_monitor_buffer_forced = false;
  std::optional<std::size_t> process_monitor_buffer = {};
  bool process_monitor_buffer_forced = false;

  std::string nftables_table = "keepalived";  // where no_accept puts its rules
  std::optional<int> nftables_priority = {};
  bool nftables_counters = false;
  bool nftables_ifindex = false;

  Snmp snmp = {};
  Dbus dbus = {};

  std::string instance_name = {};  // the top-level `instance`, part of file names
  std::string network_namespace = {};
  bool use_pid_dir = false;
  bool data_use_instance = false;
  std::string state_dump_file = {};  // empty: /tmp/keepalived.data
  std::string stats_dump_file = {};
  std::string json_dump_file = {};
  int json_version = 1;

  bool reload_check_config = false;
  std::string reload_check_log = {};
  std::optional<std::string> reload_file = {};  // empty text: keepalived.reload beside the pid file
  std::string reload_time_file = {};
  bool reload_repeat = false;
  std::string config_save_dir = {};

  bool operator==(const Globals&) const = default;
};

}  // namespace keepalived
