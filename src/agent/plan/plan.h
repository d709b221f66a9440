// From a configuration and what the kernel has to what will run: which router on which interface,
// with which addresses. Pure; whatever does not fit comes out as a diagnostic at its place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "agent/effects/held_routes.h"
#include "agent/effects/no_accept.h"
#include "agent/effects/plan_vmacs.h"
#include "agent/effects/sysctls.h"
#include "agent/notify/notifications.h"
#include "agent/track/file_watch.h"
#include "agent/track/process_watch.h"
#include "agent/wire/pacing.h"
#include "base/rare.h"
#include "keepalived/config.h"
#include "netlink/types.h"
#include "text/place.h"
#include "vrrp/config.h"

namespace agent::plan {

// What the plan refers to before it is there (dynamic_interfaces) has a number from here on, which
// the kernel never uses; macvlans to be made have smaller ones (effects/plan_vmacs.h).
inline constexpr std::uint32_t kFirstAbsent = 0xC0000000;
inline bool is_absent(net::InterfaceIndex interface) {
  return interface.value >= kFirstAbsent;
}

// Numbers for what is tracked, the same for the same name across reloads.
class TrackNames {
 public:
  vrrp::TrackId id_of(const std::string& kind, const std::string& name);
  std::string name_of(vrrp::TrackId id) const;  // "script check_haproxy"

 private:
  std::map<std::string, std::uint32_t> ids_;
};

// Settings that the core does not need and dumps show.
struct ShownSettings {
  bool strict = false;
  bool accept = true;
  bool skip_check_adv_addr = false;
  bool promote_secondaries = false;
  bool has_fixed_source = false;
  bool sends_mail = false;
  std::string vmac_name = {};  // the interface of use_vmac

  bool operator==(const ShownSettings&) const = default;
};

struct PlannedRouter {
  std::string name;
  std::string interface_name;
  vrrp::RouterConfig config;
  std::vector<netlink::Address> addresses = {};    // advertised first, excluded after them
  std::vector<effects::RoutingEntry> routes = {};  // and rules behind them
  // use_vmac: the interface of the virtual MAC address, a link of its own that must be up; and
  // whether advertisements come from it.
  std::optional<net::InterfaceIndex> vmac = {};
  std::optional<net::MacAddress> advertises_from = {};
  bool accepts = true;  // false: no_accept
  std::uint8_t hop_limit = vrrp::kHopLimit;
  bool has_fixed_source =
      false;  // written in the file: addresses that come and go do not change it
  std::optional<net::IpAddress> tracked_source = {};  // track_src_ip: without it a Fault
  base::Rare<keepalived::Notify> notify = {};
  bool sends_mail = false;  // smtp_alert
  ShownSettings shown = {};
};

// Routers that are active together or not at all.
struct PlannedGroup {
  std::string name;
  std::vector<std::size_t> members = {};  // places in Plan::routers
  keepalived::Notify notify = {};
  bool sends_mail = false;
};

struct PlannedScript {
  vrrp::TrackId id;
  keepalived::Script script;
};

struct PlannedInterface {
  vrrp::TrackId id;
  std::string name;
};

struct Plan {
  std::vector<PlannedRouter> routers = {};
  std::vector<PlannedGroup> groups = {};
  std::vector<PlannedScript> scripts = {};        // those that somebody tracks
  std::vector<PlannedInterface> interfaces = {};  // likewise
  std::vector<track::PlannedFile> files = {};
  std::vector<track::PlannedProcess> processes = {};
  notify::NotificationSettings notifications = {};
  std::vector<netlink::Address> static_addresses = {};
  std::vector<effects::RoutingEntry> static_routes = {};
  wire::PacingTable pacing = {};
  // dynamic_interfaces: those that are not there yet. Routers on them are planned with a number
  // that is_absent(): they wait in Fault.
  std::set<std::string> awaited = {};
  bool expects_interfaces_to_go = false;  // dynamic_interfaces
  effects::NoAcceptSettings no_accept = {};
  effects::Sysctls::Values settings = {};  // promote_secondaries
  std::vector<effects::PlannedVmac> vmacs =
      {};  // those that are missing stand with a stand-in's number
  // Of the routers that start with the program.
  vrrp::Duration startup_delay{};
  bool logs_unknown_vrids = false;
};

struct Planning {
  Plan plan;
  std::vector<text::Diagnostic> diagnostics;
  bool can_run = true;  // false: at least one diagnostic is an error that stops us
};

struct Network {
  std::span<const netlink::Link> links;
  std::span<const netlink::Address> addresses;
};

// What a router speaks from when the file does not say: an address of its interface that is not
// virtual; only the owner (priority 255) may have none but those.
std::optional<net::IpAddress> own_source(std::span<const netlink::Address> present,
                                         const vrrp::RouterConfig& config,
                                         std::span<const net::IpAddress> virtual_addresses);

// What the plan refers to by a stand-in's number gets the number that has become known.
void replace_interface(Plan& plan, net::InterfaceIndex from, net::InterfaceIndex to);

bool has_address(std::span<const netlink::Address> present, net::InterfaceIndex interface,
                 const net::IpAddress& wanted);

Planning make_plan(const keepalived::Config& config, const Network& network, TrackNames& names);

}  // namespace agent::plan
