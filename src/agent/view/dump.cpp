#include "agent/view/dump.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <ctime>
#include <iterator>

#include "agent/notify/notifier.h"
#include "base/text.h"
#include "json/value.h"

namespace agent::view {
namespace {

using Reject = vrrp::RejectReason;

// keepalived's numbers of states.
int number_of(vrrp::State state) {
  switch (state) {
    case vrrp::State::Initialize:
      return 0;
    case vrrp::State::Backup:
      return 1;
    case vrrp::State::Active:
      return 2;
    case vrrp::State::Fault:
      return 3;
  }
  return 0;
}

std::string_view word_of(vrrp::State state) {
  return state == vrrp::State::Initialize ? "INIT" : name(notify::told_of(state));
}

double seconds(vrrp::Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// Exporters read most of these into whole numbers.
json::Value number(double value) {
  if (value == std::floor(value)) return static_cast<std::int64_t>(value);
  return value;
}

double epoch(WallTime time) {
  const auto whole = std::chrono::duration_cast<std::chrono::microseconds>(time.time_since_epoch());
  return static_cast<double>(whole.count()) / 1e6;
}

double last_transition(const Snapshot& snapshot, const RouterSnapshot& router) {
  if (router.transitions.empty()) return 0;
  return epoch(wall_time(snapshot, router.transitions.front().time));
}

// What keepalived would like to be: its base priority decides.
vrrp::State wanted(const RouterSnapshot& router) {
  return router.state == vrrp::State::Active || router.config.starts_active ? vrrp::State::Active
                                                                            : vrrp::State::Backup;
}

// "'/bin/x' 'y'".
std::string quoted(const keepalived::Command& command) {
  std::string out;
  for (const std::string& argument : command.argv)
    out += fmt::format("{}'{}'", out.empty() ? "" : " ", argument);
  return out;
}

std::string scope_name(netlink::Scope scope) {
  switch (static_cast<int>(scope)) {
    case 0:
      return "global";
    case 200:
      return "site";
    case 253:
      return "link";
    case 254:
      return "host";
    default:
      return fmt::to_string(static_cast<int>(scope));
  }
}

const TrackerSnapshot* tracker(const Snapshot& snapshot, vrrp::TrackId id) {
  const auto found = std::ranges::find(snapshot.trackers, id, &TrackerSnapshot::id);
  return found == snapshot.trackers.end() ? nullptr : &*found;
}

class Text {
 public:
  template <typename... Arguments>
  void line(fmt::format_string<Arguments...> form, Arguments&&... arguments) {
    fmt::format_to(std::back_inserter(text_), form, std::forward<Arguments>(arguments)...);
    text_ += '\n';
  }
  std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

std::string_view truth(bool value) {
  return value ? "true" : "false";
}

// "1795225510.286035 (Sat Nov 21 01:45:10.286035 2026)".
std::string both_times(double time) {
  const auto whole = static_cast<std::time_t>(time);
  const auto rest = static_cast<long>((time - static_cast<double>(whole)) * 1e6);
  return fmt::format("{}.{:06} ({:%a %b %d %H:%M:%S}.{:06} {:%Y})", whole, rest,
                     fmt::localtime(whole), rest, fmt::localtime(whole));
}

void add_globals(Text& out, const Snapshot& snapshot, const keepalived::Globals& globals) {
  const auto whole = [](vrrp::Duration duration) { return static_cast<long>(seconds(duration)); };
  out.line("------< Global definitions >------");
  out.line(" Network namespace = {}",
           globals.network_namespace.empty() ? "(default)" : globals.network_namespace);
  if (!globals.instance_name.empty()) out.line(" Instance name = {}", globals.instance_name);
  out.line(" Router ID = {}", snapshot.identity.router_id);
  if (!globals.mail.server.empty()) {
    out.line(" Smtp server = {}", globals.mail.server);
    out.line(" Smtp server port = {}", globals.mail.port);
    out.line(" Smtp HELO name = {}", globals.mail.helo);
    out.line(" Smtp server connection timeout = {}", whole(globals.mail.connect_timeout));
    out.line(" Email notification from = {}", globals.mail.from);
    for (const std::string& recipient : globals.mail.recipients)
      out.line(" Email notification = {}", recipient);
  }
  out.line(" Default smtp_alert = {}", globals.smtp_alert ? "on" : "unset");
  out.line(" Dynamic interfaces = {}", truth(globals.dynamic_interfaces));
  out.line(" Default interface = {}", globals.default_interface);
  if (globals.fifo.is_set()) out.line(" Global notify fifo = {}", globals.fifo.path);
  if (globals.vrrp_fifo.is_set()) out.line(" VRRP notify fifo = {}", globals.vrrp_fifo.path);
  out.line(" FIFO write vrrp states on reload = {}", truth(globals.fifo_states_on_reload));
  out.line(" VRRP notify priority changes = {}", truth(globals.notify_priority_changes));
  out.line(" Gratuitous ARP delay = {}", whole(globals.announce.delay));
  out.line(" Gratuitous ARP repeat = {}", globals.announce.repeat);
  out.line(" Gratuitous ARP refresh timer = {}", whole(globals.announce.refresh));
  out.line(" Gratuitous ARP refresh repeat = {}", globals.announce.refresh_repeat);
  out.line(" Gratuitous ARP lower priority delay = {}",
           whole(globals.announce.lower_priority_delay));
  out.line(" Gratuitous ARP lower priority repeat = {}", globals.announce.lower_priority_repeat);
  out.line(" Send advert after receive lower priority advert = {}",
           truth(!globals.lower_priority_no_advert));
  out.line(" Send advert after receive higher priority advert = {}",
           truth(globals.higher_priority_send_advert));
  out.line(" Gratuitous ARP interval = {:.6f}", seconds(globals.garp_interval));
  out.line(" Gratuitous NA interval = {:.6f}", seconds(globals.gna_interval));
  out.line(" VRRP default protocol version = {}", static_cast<int>(globals.version));
  out.line(" VRRP check unicast_src = {}", truth(globals.check_unicast_source));
  out.line(" VRRP skip check advert addresses = {}", truth(globals.skip_check_adv_addr));
  out.line(" VRRP strict mode = {}", truth(globals.strict));
  out.line(" VRRP process priority = {}", globals.process_priority.value_or(0));
  out.line(" VRRP don't swap = {}", truth(globals.no_swap));
  out.line(" VRRP realtime priority = {}", globals.realtime_priority.value_or(0));
  out.line(" SNMP vrrp disabled");
  out.line(" DBus disabled");
  out.line(" Script security {}", globals.script_security ? "enabled" : "disabled");
}

void add_notify(Text& out, const keepalived::Notify& notify) {
  const auto add = [&](const std::optional<keepalived::Command>& command, std::string_view which) {
    if (!command) return;
    const auto identity = command->runs_as.value_or(base::Identity{});
    out.line("   {} state transition script = {}, uid:gid {}:{}", which, quoted(*command),
             identity.user, identity.group);
  };
  add(notify.backup, "Backup");
  add(notify.master, "Master");
  add(notify.fault, "Fault");
  add(notify.stop, "Stop");
  add(notify.deleted, "Deleted");
  add(notify.any, "Generic");
  add(notify.master_received_lower_priority, "Master rx lower pri");
}

void add_tracked(Text& out, const Snapshot& snapshot, const RouterSnapshot& router) {
  for (const auto& [kind, title] :
       {std::pair<std::string_view, std::string_view>{"interface", "Tracked interfaces"},
        {"script", "Tracked scripts"},
        {"file", "Tracked files"},
        {"process", "Tracked processes"}}) {
    bool is_first = true;
    for (const vrrp::Tracked& tracked : router.config.tracked) {
      const TrackerSnapshot* found = tracker(snapshot, tracked.id);
      if (found == nullptr || found->kind != kind) continue;
      if (is_first) out.line("   {} :", title);
      is_first = false;
      out.line("     {} weight {}{}", found->name, tracked.weight,
               tracked.reverse ? " reverse" : "");
    }
  }
}

void add_timers(Text& out, const Snapshot& snapshot, const RouterSnapshot& router) {
  const vrrp::RouterConfig& config = router.config;
  out.line("   Last transition = {}", both_times(last_transition(snapshot, router)));
  if (router.deadline)
    out.line("   Read timeout = {}", both_times(epoch(wall_time(snapshot, *router.deadline))));
  else
    out.line("   Read timeout = DISABLED");
  const vrrp::Duration interval = router.state == vrrp::State::Backup && router.active_peer
                                      ? router.active_peer->interval
                                      : config.interval;
  out.line("   Master down timer = {} usecs",
           std::chrono::duration_cast<std::chrono::microseconds>(
               vrrp::down_interval(config.version, router.effective_priority, interval,
                                   config.down_timer_adverts))
               .count());
}

void add_announce(Text& out, const vrrp::RouterConfig& config) {
  const auto whole = [](vrrp::Duration duration) { return static_cast<long>(seconds(duration)); };
  out.line("   Gratuitous ARP delay = {}", whole(config.announce.delay));
  out.line("   Gratuitous ARP repeat = {}", config.announce.repeat);
  out.line("   Gratuitous ARP refresh = {}", whole(config.announce.refresh));
  out.line("   Gratuitous ARP refresh repeat = {}", config.announce.refresh_repeat);
  out.line("   Gratuitous ARP lower priority delay = {}",
           whole(config.announce.lower_priority_delay));
  out.line("   Gratuitous ARP lower priority repeat = {}", config.announce.lower_priority_repeat);
  out.line("   Down timer adverts = {}", config.down_timer_adverts);
  out.line("   Send advert after receive lower priority advert = {}",
           truth(config.answers_lower_priority));
  out.line("   Send advert after receive higher priority advert = {}",
           truth(config.answers_higher_priority));
}

void add_election(Text& out, const RouterSnapshot& router) {
  const vrrp::RouterConfig& config = router.config;
  const bool is_v2 = config.version == vrrp::Version::V2;
  out.line("   Virtual Router ID = {}", config.vrid.value());
  out.line("   Priority = {}", config.priority.value());
  out.line("   Effective priority = {}", router.effective_priority.value());
  out.line("   Total priority = {}", router.effective_priority.value());
  out.line("   Advert interval = {} {}",
           static_cast<long>(seconds(config.interval) * (is_v2 ? 1 : 1000) + 0.5),
           is_v2 ? "sec" : "milli-sec");
  if (router.state == vrrp::State::Backup && !is_v2 && router.active_peer)
    out.line("   Master advert interval = {} milli-sec",
             static_cast<long>(seconds(router.active_peer->interval) * 1000 + 0.5));
  out.line("   Accept = {}", router.shown.accept ? "enabled" : "disabled");
  out.line("   Preempt = {}", config.preempt ? "enabled" : "disabled");
  if (config.preempt_delay != vrrp::Duration{})
    out.line("   Preempt delay = {:g} secs", seconds(config.preempt_delay));
  out.line("   Promote_secondaries = {}",
           router.shown.promote_secondaries ? "enabled" : "disabled");
  if (config.auth_type == vrrp::AuthType::Password) {
    out.line("   Authentication type = SIMPLE_PASSWORD");
    out.line("   Password = ********");  // keepalived shows it; nobody needs it here
  } else if (config.auth_type != vrrp::AuthType::None) {
    out.line("   Authentication type = IPSEC_AH");
  } else if (is_v2) {
    out.line("   Authentication type = none");
  }
}

void add_addresses(Text& out, const RouterSnapshot& router) {
  const auto excluded = std::ranges::count(router.addresses, true, &AddressSnapshot::is_excluded);
  const auto advertised = static_cast<std::ptrdiff_t>(router.addresses.size()) - excluded;
  if (advertised > 0) out.line("   Virtual IP ({}):", advertised);
  for (const AddressSnapshot& address : router.addresses)
    if (!address.is_excluded) out.line("     {}", describe(address));
  if (excluded > 0) out.line("   Virtual IP Excluded :");
  for (const AddressSnapshot& address : router.addresses)
    if (address.is_excluded) out.line("     {}", describe(address));
  if (router.config.peers.empty()) return;
  out.line("   Check unicast src : {}", router.config.check_unicast_source ? "yes" : "no");
  out.line("   Unicast Peer :");
  for (const vrrp::UnicastPeer& peer : router.config.peers)
    out.line("     {}", to_string(peer.address));
}

void add_router(Text& out, const Snapshot& snapshot, const RouterSnapshot& router) {
  const vrrp::RouterConfig& config = router.config;
  const bool is_faulty = router.state == vrrp::State::Fault;
  out.line(" VRRP Instance = {}", router.name);
  out.line("   VRRP Version = {}", static_cast<int>(config.version));
  if (!router.group.empty()) out.line("   Sync group = {}", router.group);
  if (config.family == net::Family::Ipv6) out.line("   Using Native IPv6");
  out.line("   State = {}", word_of(router.state));
  if (router.state == vrrp::State::Backup) {
    const auto& peer = router.active_peer;
    out.line("   Master router = {}", peer ? to_string(peer->address) : "0.0.0.0");
    out.line("   Master priority = {}", peer ? peer->priority.value() : 0);
    if (config.version == vrrp::Version::V3)
      out.line("   Master advert int = {:.2f} sec",
               seconds(peer ? peer->interval : config.interval));
  }
  if (config.peers.empty()) {
    out.line("   Flags: none");
  } else {
    out.line("   Flags:");
    out.line("     Using unicast");
  }
  out.line("   Wantstate = {}", word_of(wanted(router)));
  out.line("   Number of config faults = 0");
  out.line("   Number of interface and track script faults = {}", is_faulty ? 1 : 0);
  out.line("   Number of track scripts init = 0");
  add_timers(out, snapshot, router);
  if (!router.shown.vmac_name.empty()) out.line("   Use VMAC, i/f name {}", router.shown.vmac_name);
  out.line("   Interface = {}", router.interface_name);
  if (!config.fault_on_link_down) out.line("   VRRP interface tracking disabled");
  if (router.shown.skip_check_adv_addr) out.line("   Skip checking advert IP addresses");
  if (router.shown.strict) out.line("   Enforcing strict VRRP compliance");
  out.line("   Using src_ip = {}{}", router.source ? to_string(*router.source) : "(none)",
           router.shown.has_fixed_source ? " (from configuration)" : "");
  if (config.peers.empty())
    out.line("   Multicast address {}",
             to_string(config.group.value_or(
                 config.family == net::Family::Ipv6 ? vrrp::kGroupIpv6 : vrrp::kGroupIpv4)));
  add_announce(out, config);
  add_election(out, router);
  add_addresses(out, router);
  add_tracked(out, snapshot, router);
  out.line("   Using smtp notification = {}", router.shown.sends_mail ? "yes" : "no");
  out.line("   Notify deleted = {}", router.notify.says_deleted ? "Deleted" : "Fault");
  add_notify(out, router.notify);
  out.line("   Notify priority changes = {}", truth(router.notify.priority_changes));
}

void add_group(Text& out, const GroupSnapshot& group) {
  out.line(" VRRP Sync Group = {}, {}", group.name, word_of(group.state));
  out.line("   VRRP member instances :");
  for (const std::string& member : group.members) out.line("     {}", member);
  add_notify(out, group.notify);
}

void add_script(Text& out, const ScriptSnapshot& shown) {
  const keepalived::Script& script = shown.script;
  const auto identity = script.command.runs_as.value_or(base::Identity{});
  out.line(" VRRP Script = {}", script.name);
  out.line("   Command = {}", quoted(script.command));
  out.line("   Interval = {} sec", static_cast<long>(seconds(script.interval)));
  out.line("   Timeout = {} sec", static_cast<long>(seconds(script.timeout)));
  out.line("   Weight = {}{}", script.weight, script.reverse ? " reverse" : "");
  out.line("   Rise = {}", script.rise);
  out.line("   Fall = {}", script.fall);
  out.line("   Result = {}", shown.result);
  out.line("   Insecure = no");
  out.line("   Init state = {}", shown.is_up ? "unknown" : "INIT");
  out.line("   Status = {}", shown.is_up.value_or(false) ? "GOOD" : "BAD");
  out.line("   Script uid:gid = {}:{}", identity.user, identity.group);
  out.line("   State = {}", shown.is_running ? "running" : "idle");
}

void add_interface(Text& out, const netlink::Link& link) {
  out.line(" Name = {}", link.name);
  out.line("   index = {}", link.index.value);
  if (link.mac) out.line("   MAC = {}", to_string(*link.mac));
  out.line("   State = {}, {}", link.is_up ? "UP" : "not UP",
           link.is_running ? "RUNNING" : "not RUNNING");
}

struct Counts {
  std::uint64_t length, ttl, type, interval, addresses, auth_type, auth_mismatch, auth_failure;
};

// Our reasons under keepalived's headings.
Counts counts(const vrrp::Counters& counters) {
  return {.length = counters[Reject::Truncated] + counters[Reject::NoAddresses],
          .ttl = counters[Reject::HopLimit],
          .type = counters[Reject::WrongType],
          .interval = counters[Reject::IntervalMismatch] + counters[Reject::ZeroInterval],
          .addresses = counters.addresses_differ,
          .auth_type = 0,
          .auth_mismatch = counters[Reject::AuthType],
          .auth_failure = counters[Reject::AuthPassword] + counters[Reject::AuthReplayed]};
}

void add_scripts(json::Object& data, const keepalived::Notify& notify) {
  const auto add = [&](std::string_view key, const std::optional<keepalived::Command>& command) {
    if (command) data.set(key, quoted(*command));
  };
  add("script_backup", notify.backup);
  add("script_master", notify.master);
  add("script_fault", notify.fault);
  add("script_stop", notify.stop);
  add("script_deleted", notify.deleted);
  add("script", notify.any);
  add("script_master_rx_lower_pri", notify.master_received_lower_priority);
}

void add_lists(json::Object& data, const Snapshot& snapshot, const RouterSnapshot& router) {
  const auto add = [&](std::string_view key, json::Array list) {
    if (!list.empty()) data.set(key, std::move(list));
  };
  json::Array vips, excluded;
  for (const AddressSnapshot& address : router.addresses)
    (address.is_excluded ? excluded : vips).emplace_back(describe(address));
  add("vips", std::move(vips));
  add("evips", std::move(excluded));
  json::Array interfaces, scripts, processes;
  for (const vrrp::Tracked& tracked : router.config.tracked) {
    const TrackerSnapshot* found = tracker(snapshot, tracked.id);
    if (found == nullptr) continue;
    if (found->kind == "interface") interfaces.emplace_back(found->name);
    if (found->kind == "process") processes.emplace_back(found->name);
    const auto script = std::ranges::find(snapshot.scripts, found->name,
                                          [](const auto& shown) { return shown.script.name; });
    if (found->kind == "script" && script != snapshot.scripts.end())
      scripts.emplace_back(quoted(script->script.command));
  }
  add("track_ifp", std::move(interfaces));
  add("track_script", std::move(scripts));
  add("track_process", std::move(processes));
}

json::Object data_of(const Snapshot& snapshot, const RouterSnapshot& router) {
  const vrrp::RouterConfig& config = router.config;
  const auto& peer = router.active_peer;
  const bool is_backup = router.state == vrrp::State::Backup;
  const double interval = seconds(config.interval);
  json::Object data{
      {"iname", router.name},
      {"dont_track_primary", config.fault_on_link_down ? 0 : 1},
      {"skip_check_adv_addr", router.shown.skip_check_adv_addr ? 1 : 0},
      {"strict_mode", router.shown.strict ? 1 : 0},
      {"vmac_ifname", router.shown.vmac_name},
      {"ifp_ifname", router.interface_name},
      {"master_priority", is_backup && peer ? peer->priority.value() : 0},
      {"last_transition", last_transition(snapshot, router)},
      {"garp_delay", number(seconds(config.announce.delay))},
      {"garp_refresh", number(std::floor(seconds(config.announce.refresh)))},
      {"garp_rep", config.announce.repeat},
      {"garp_refresh_rep", config.announce.refresh_repeat},
      {"garp_lower_prio_delay", number(std::floor(seconds(config.announce.lower_priority_delay)))},
      {"garp_lower_prio_rep", config.announce.lower_priority_repeat},
      {"lower_prio_no_advert", config.answers_lower_priority ? 0 : 1},
      {"higher_prio_send_advert", config.answers_higher_priority ? 1 : 0},
      {"vrid", config.vrid.value()},
      {"base_priority", config.priority.value()},
      {"effective_priority", router.effective_priority.value()},
      {"vipset", router.state == vrrp::State::Active},
      {"promote_secondaries", router.shown.promote_secondaries},
      {"adver_int", number(interval)},
      {"master_adver_int", number(is_backup && peer ? seconds(peer->interval) : interval)},
      {"accept", router.shown.accept ? 1 : 0},
      {"nopreempt", !config.preempt},
      {"preempt_delay", number(std::floor(seconds(config.preempt_delay)))},
      {"state", number_of(router.state)},
      {"wantstate", number_of(wanted(router))},
      {"version", static_cast<int>(config.version)},
      {"smtp_alert", router.shown.sends_mail},
      {"notify_deleted", router.notify.says_deleted}};
  add_scripts(data, router.notify);
  add_lists(data, snapshot, router);
  const bool has_password = config.auth_type == vrrp::AuthType::Password;
  data.set("auth_type", has_password ? 1 : config.auth_type == vrrp::AuthType::None ? 0 : 2);
  if (config.auth_type != vrrp::AuthType::None) data.set("auth_data", "********");
  return data;
}

json::Object stats_of(const vrrp::Counters& counters) {
  const Counts errors = counts(counters);
  return {{"advert_rcvd", counters.received},
          {"advert_sent", counters.sent},
          {"become_master", counters.became_active},
          {"release_master", counters.released_active},
          {"packet_len_err", errors.length},
          {"advert_interval_err", errors.interval},
          {"ip_ttl_err", errors.ttl},
          {"invalid_type_rcvd", errors.type},
          {"addr_list_err", errors.addresses},
          {"invalid_authtype", errors.auth_type},
          {"authtype_mismatch", errors.auth_mismatch},
          {"auth_failure", errors.auth_failure},
          {"pri_zero_rcvd", counters.priority_zero_received},
          {"pri_zero_sent", counters.priority_zero_sent}};
}

}  // namespace

std::string describe(const AddressSnapshot& shown) {
  const netlink::Address& address = shown.address;
  std::string out = to_string(address.prefix);
  if (address.broadcast) out += " brd " + to_string(*address.broadcast);
  out += fmt::format(" dev {} scope {}", shown.interface_name, scope_name(address.scope));
  if (!address.label.empty()) out += " label " + address.label;
  if (address.peer)
    out += fmt::format(" peer {}/{}", to_string(*address.peer), address.prefix.length());
  if (shown.is_present) out += " set";
  return out;
}

std::string data_dump(const Snapshot& snapshot, const keepalived::Globals& globals) {
  Text out;
  add_globals(out, snapshot, globals);
  if (!snapshot.routers.empty()) out.line("------< VRRP Topology >------");
  for (const RouterSnapshot& router : snapshot.routers) add_router(out, snapshot, router);
  if (!snapshot.groups.empty()) out.line("------< VRRP Sync groups >------");
  for (const GroupSnapshot& group : snapshot.groups) add_group(out, group);
  if (!snapshot.scripts.empty()) out.line("------< VRRP Scripts >------");
  for (const ScriptSnapshot& script : snapshot.scripts) add_script(out, script);
  if (!snapshot.interfaces.empty()) out.line("------< Interfaces >------");
  for (const netlink::Link& link : snapshot.interfaces) add_interface(out, link);
  return out.take();
}

std::string stats_dump(const Snapshot& snapshot) {
  Text out;
  for (const RouterSnapshot& router : snapshot.routers) {
    const Counts errors = counts(router.counters);
    out.line("VRRP Instance: {}", router.name);
    out.line("  Advertisements:");
    out.line("    Received: {}", router.counters.received);
    out.line("    Sent: {}", router.counters.sent);
    out.line("  Became master: {}", router.counters.became_active);
    out.line("  Released master: {}", router.counters.released_active);
    out.line("  Packet Errors:");
    out.line("    Length: {}", errors.length);
    out.line("    TTL: {}", errors.ttl);
    out.line("    Invalid Type: {}", errors.type);
    out.line("    Advertisement Interval: {}", errors.interval);
    out.line("    Address List: {}", errors.addresses);
    out.line("  Authentication Errors:");
    out.line("    Invalid Type: {}", errors.auth_type);
    out.line("    Type Mismatch: {}", errors.auth_mismatch);
    out.line("    Failure: {}", errors.auth_failure);
    out.line("  Priority Zero:");
    out.line("    Received: {}", router.counters.priority_zero_received);
    out.line("    Sent: {}", router.counters.priority_zero_sent);
  }
  return out.take();
}

std::string json_dump(const Snapshot& snapshot, int version) {
  json::Array instances;
  for (const RouterSnapshot& router : snapshot.routers)
    instances.emplace_back(
        json::Object{{"data", data_of(snapshot, router)}, {"stats", stats_of(router.counters)}});
  if (version != 2) return dump(json::Value(std::move(instances)));
  json::Array processes;
  for (const TrackerSnapshot& tracked : snapshot.trackers)
    if (tracked.kind == "process")
      processes.emplace_back(
          json::Object{{"process", tracked.name}, {"status", tracked.is_up.value_or(false)}});
  return dump(json::Value(
      json::Object{{"vrrp", std::move(instances)}, {"track_process", std::move(processes)}}));
}

}  // namespace agent::view
