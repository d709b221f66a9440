// What the agent is and knows at one instant: plain data that status, metrics and dumps show.
// Agent::snapshot() takes it; nothing here points back into the agent.
//
// Times are the core's (CLOCK_MONOTONIC); wall_time() turns one into a time of day.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "agent/plan/plan.h"
#include "keepalived/config.h"
#include "net/mac_address.h"
#include "netlink/types.h"
#include "vrrp/action.h"
#include "vrrp/config.h"
#include "vrrp/engine.h"

namespace agent::view {

using WallTime = std::chrono::system_clock::time_point;

// Who runs here. Set once by the program; a reload may change config_file's content only.
struct Identity {
  std::string version = {};
  std::string config_file = {};
  std::string router_id = {};  // global_defs; empty: the host's name
  std::string name = {};       // `instance` or network namespace, if there is one
  int pid = 0;
};

struct AddressSnapshot {
  netlink::Address address;
  std::string interface_name = {};
  bool is_excluded = false;  // held, but not advertised
  bool is_present = false;   // on the interface, as the kernel says
};

struct TransitionSnapshot {
  vrrp::State from = vrrp::State::Initialize;
  vrrp::State to = vrrp::State::Initialize;
  vrrp::Cause cause = vrrp::Cause::Started;
  std::string reason = {};  // in words
  vrrp::Instant time{};
};

struct NoticeSnapshot {
  vrrp::Trouble trouble = vrrp::Trouble::IncompatiblePeer;
  std::string what = {};
  vrrp::Instant time{};
};

// A thing that instances track: "script check_haproxy", "interface eth1".
struct TrackerSnapshot {
  vrrp::TrackId id;
  std::string kind = {};                  // "script"
  std::string name = {};                  // "check_haproxy"
  std::optional<bool> is_up = {};         // nothing: no result yet
  std::optional<int> value = {};          // a file's number
  std::vector<std::string> routers = {};  // who tracks it
};

// Another host that has an address of ours, as ARP or neighbour discovery tells.
struct OwnerSnapshot {
  net::IpAddress address;
  std::string interface_name = {};
  net::MacAddress mac;
  bool is_expected = false;    // we are backup, and it is the only one: the active router
  bool was_announced = false;  // by itself; otherwise it answered when we asked
  std::uint64_t count = 0;
  vrrp::Instant first{};
  vrrp::Instant last{};
};

// What a router tracks, and what it was told about it.
struct TrackedSnapshot {
  vrrp::Tracked tracked;
  std::string name = {};           // "script check_haproxy"
  std::optional<bool> is_up = {};  // nothing: no result yet
  std::optional<int> value = {};   // a file's number
};

// A vrrp_script as it runs.
struct ScriptSnapshot {
  keepalived::Script script;
  std::optional<bool> is_up = {};
  bool is_running = false;
  unsigned result = 0;  // keepalived's counter: at least `rise` is good
};

struct RouterSnapshot {
  vrrp::RouterId id;
  std::string name = {};
  std::string interface_name = {};
  std::string group = {};  // its sync group
  vrrp::RouterConfig config;
  keepalived::Notify notify = {};
  plan::ShownSettings shown = {};
  vrrp::State state = vrrp::State::Initialize;
  bool is_resigning = false;
  bool is_drained = false;  // by an operator: never active until undrained
  vrrp::Priority effective_priority{100};
  std::optional<net::IpAddress> source = {};
  std::optional<vrrp::Instant> deadline = {};  // when it has something to do next
  std::string obstacle = {};                   // what keeps it from taking part now, in words
  std::vector<TrackedSnapshot> tracked = {};
  std::vector<AddressSnapshot> addresses = {};
  vrrp::Counters counters = {};
  std::optional<vrrp::Peer> active_peer = {};        // who was heard last as the active router
  std::vector<vrrp::Heard> peers = {};               // everybody who was heard, latest first
  std::vector<TransitionSnapshot> transitions = {};  // the latest first
  std::vector<NoticeSnapshot> notices = {};          // likewise
  std::vector<OwnerSnapshot> owners = {};
};

struct GroupSnapshot {
  std::string name = {};
  std::vector<std::string> members = {};
  vrrp::State state = vrrp::State::Initialize;
  keepalived::Notify notify = {};
};

// What the agent uses, and what went wrong with it. Counters since the start.
struct ResourceSnapshot {
  std::chrono::nanoseconds longest_lateness{};  // of a deadline
  std::uint64_t late_turns = 0;                 // deadlines missed by 20 ms or more
  std::uint64_t send_failures = 0;
  std::uint64_t announce_failures = 0;
  std::uint64_t netlink_overruns = 0;
  std::uint64_t log_lines_dropped = 0;
  std::uint64_t addresses_restored = 0;
  std::uint64_t foreign_claims = 0;  // of addresses that we held, by ARP or neighbour discovery
  std::uint64_t defences = 0;        // announcements in answer to them
  std::uint64_t reloads = 0;
  std::uint64_t reloads_refused = 0;
};

struct Snapshot {
  vrrp::Instant time{};
  WallTime wall{};  // the same instant
  vrrp::Instant started{};
  Identity identity = {};
  bool is_stopping = false;
  std::vector<RouterSnapshot> routers = {};
  std::vector<GroupSnapshot> groups = {};
  std::vector<TrackerSnapshot> trackers = {};
  std::vector<ScriptSnapshot> scripts = {};
  std::vector<netlink::Link> interfaces = {};  // those that routers and trackers name
  std::vector<netlink::Address> static_addresses = {};
  std::array<std::uint64_t, vrrp::kRejectReasons> unmatched = {};  // refused, of no router here
  ResourceSnapshot resources = {};
};

inline WallTime wall_time(const Snapshot& snapshot, vrrp::Instant instant) {
  return snapshot.wall + std::chrono::duration_cast<WallTime::duration>(instant - snapshot.time);
}

}  // namespace agent::view
