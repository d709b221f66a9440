#include "dump.h"

#include <fmt/format.h>

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <map>
#include <set>

#include "base/text.h"
#include "keepalived/form.h"

namespace dump {
namespace {

using keepalived::Config;
using keepalived::Duration;
using keepalived::Instance;

// What is no value of the configuration: the state of a process that runs, other programs' parts.
bool is_left_out(std::string_view line) {
  static const std::vector<std::string> beginnings = {
      // state
      "State = ", "Master router = ", "Master priority = ", "Master advert int", "Last transition",
      "Read timeout", "Master down timer", "Number of ", "Effective priority", "Total priority",
      "Master advert interval", "fd_in ", "No sockets", "last rx ", "last tx ", "Num member",
      "Result = ", "Status = ", "Current processes", "Have quorum", "Fork delay timer",
      "Terminate delay timer", "Bfd is ", "Last status", "GARP next time", "Next gratuitous ARP",
      "Unicast checksum compatibility", "Duplicate VRID", "Insecure = ", "current realtime",
      // of IPVS, of builds and of the machine
      "Network namespace ipvs", "LVS ", "Checker", "BFD ", "lvs_netlink", "libnftnl",
      "rs_init_notifies", "no_checker_emails", "Default smtp_alert_checker", "SNMP checker",
      "Default script uid:gid", "Script uid:gid", "No test config before reload",
      "Default smtp_alert", "VRRP CPU Affinity", "Debug level",
      // what the interfaces are, not what is configured
      "Flags: none", "Init state = ", "Unicast config option specified but using multicast",
      "Wantstate = ", "GNA next time", "Next gratuitous ARP",
      // Every instance says whom a script moves; each instance says it as well.
      "VRRP instances :", "Tracking instances :", "Tracking VRRP instances :"};
  if (line.starts_with("Using src_ip") && line.find("(from configuration)") == line.npos)
    return true;
  return std::ranges::any_of(beginnings,
                             [&](const std::string& start) { return line.starts_with(start); });
}

std::string user_less(std::string line) {
  // Numbers of users are the machine's; their names are compared by our own tests.
  const std::size_t at = line.find(", uid:gid ");
  if (at != std::string::npos) {
    const std::size_t end = line.find(", timeout", at);
    line = line.substr(0, at) + (end == std::string::npos ? "" : line.substr(end));
  }
  for (const char* suffix : {" set", " nftable_set", " iptable_set"})
    if (line.ends_with(suffix)) line.resize(line.size() - std::string_view(suffix).size());
  if (const std::size_t installed = line.find(" [installed ifindex"); installed != line.npos)
    line.resize(installed);
  if (const std::size_t by = line.find(" (using VRID)"); by != line.npos) line.resize(by);
  if (line.starts_with("VRRP Sync Group = ")) line.resize(line.rfind(", "));
  if (const std::size_t index = line.find(", ifindex "); index != line.npos) line.resize(index);
  return line;
}

// A route or rule: its words in the form of our own printer, in alphabetical order of what belongs
// together. keepalived's dump abbreviates some and adds defaults.
std::string in_kernel_units(const std::string& key, const std::string& value) {
  static const std::map<std::string, double> units = {{"rtt", 8}, {"rttvar", 4}, {"rto_min", 1}};
  const auto unit = units.find(key);
  if (unit == units.end() || !value.ends_with('s')) return value;
  const double factor = value.ends_with("ms") ? 1 : 1000;
  return fmt::format("{}", std::strtod(value.c_str(), nullptr) * factor * unit->second);
}

std::string in_our_words(const std::string& line) {
  static const std::map<std::string, std::string> renamed = {
      {"proto", "protocol"},
      {"realm", "realms"},
      {"suppress_prefixlen", "suppress_prefixlength"},
      {"priority", "preference"},
      {"lookup", "table"}};
  static const std::set<std::string> flags = {"prepend",  "add",    "append",    "onlink",
                                              "no_track", "not",    "blackhole", "unreachable",
                                              "prohibit", "l3mdev", "nop",       "nexthop"};
  std::vector<std::string> words = base::words(line), out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string word = words[i];
    if (word == "inet" || word == "inet6" || word == "type") continue;
    if (word == "0.0.0.0/0") word = "default";
    if (const auto found = renamed.find(word); found != renamed.end()) word = found->second;
    if (flags.contains(word) || i + 1 == words.size() || word.find_first_of("./:") != word.npos) {
      out.push_back(word);
      continue;
    }
    std::string value = words[++i];
    if (value == "inet" || value == "inet6" || value == "lock") value = words[++i];
    if (value.ends_with("sec")) value.resize(value.size() - 3);
    value = in_kernel_units(word, value);
    for (const char* host : {"/32", "/128"})
      if (value.ends_with(host)) value.resize(value.size() - std::string_view(host).size());
    if (word == "tos" && value.starts_with("0x"))
      value = std::to_string(std::strtoul(value.c_str(), nullptr, 16));
    const bool is_default = (word == "protocol" && value == "18") ||
                            (word == "tos" && value == "0") ||
                            (word == "from" && (value == "all" || value == "::/0"));
    if (!is_default) out.push_back(word + " " + value);
  }
  std::sort(out.begin(), out.end());
  return base::join(out, ", ");
}

bool is_route_or_rule(std::string_view line) {
  return line.starts_with("prepend ") || line.find(" add") != line.npos ||
         line.starts_with("add ") || line.starts_with("append ") || line.ends_with(" append") ||
         line.find(" append ") != line.npos || line.find(" tos 0x") != line.npos ||
         line.find("preference ") != line.npos;
}

std::string seconds(Duration time) {
  return fmt::format("{}", std::chrono::duration<double>(time).count());
}
std::string whole(Duration time) {
  return fmt::format("{}", std::chrono::floor<std::chrono::seconds>(time).count());
}
std::string yes_no(bool value) {
  return value ? "yes" : "no";
}
std::string able(bool value) {
  return value ? "enabled" : "disabled";
}

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

class Writer {
 public:
  explicit Writer(const Config& config) : config_(config), globals_(config.globals) {}

  std::string write() {
    write_globals();
    announce_groups();
    static_items();
    if (!config_.instances.empty()) out_ += "------< VRRP Topology >------\n";
    for (const Instance& one : config_.instances) instance(one);
    groups();
    scripts();
    files();
    processes();
    bfd();
    return std::move(out_);
  }

 private:
  template <typename... T>
  void line(int depth, fmt::format_string<T...> format, T&&... values) {
    out_.append(static_cast<std::size_t>(depth), ' ');
    out_ += fmt::format(format, std::forward<T>(values)...) + "\n";
  }
  void head(std::string_view title) { out_ += fmt::format("------< {} >------\n", title); }

  static std::string program(const std::string& name) {
    // keepalived looks programs up when it starts, and resolves links on the way.
    const char* found = realpath(name.c_str(), nullptr);
    return found == nullptr ? name : found;
  }
  static std::string command(const keepalived::Command& given) {
    std::string out;
    for (std::size_t i = 0; i < given.argv.size(); ++i)
      out +=
          fmt::format("{}'{}'", i == 0 ? "" : " ", i == 0 ? program(given.argv[0]) : given.argv[i]);
    return out;
  }

  void write_globals() {
    const auto& g = globals_;
    head("Global definitions");
    if (!g.config_save_dir.empty()) line(1, "Config save dir = {}", g.config_save_dir);
    line(1, "Network namespace = {}",
         g.network_namespace.empty() ? "(default)" : g.network_namespace);
    if (!g.instance_name.empty()) line(1, "Instance name = {}", g.instance_name);
    if (!g.process_name.empty()) line(1, "Parent process name = {}", g.process_name);
    if (!g.vrrp_process_name.empty()) line(1, "VRRP process name = {}", g.vrrp_process_name);
    line(1, "Router ID = {}", g.router_id.empty() ? host_name() : g.router_id);
    mail();
    if (g.reload_check_config)
      line(1, "Test config before reload, log to {}",
           g.reload_check_log.empty() ? "/dev/null" : g.reload_check_log);
    if (!g.reload_time_file.empty())
      line(1, "Reload time file = {}{}", g.reload_time_file, g.reload_repeat ? " (repeat)" : "");
    if (!g.reload_time_file.empty()) line(1, "No reload scheduled");
    if (g.reload_file && !g.reload_file->empty()) line(1, "Reload_file = {}", *g.reload_file);
    if (g.data_use_instance) line(1, "Use instance name in data dumps");
    line(1, "Dynamic interfaces = {}", g.dynamic_interfaces);
    if (g.dynamic_interfaces) line(1, "Allow interface changes = {}", g.interfaces_may_change);
    line(1, "Default interface = {}", g.default_interface);
    line(1, "Disable local IGMP = {}", yes_no(g.disable_local_igmp));
    fifo("Global notify fifo", g.fifo);
    fifo("VRRP notify fifo", g.vrrp_fifo);
    line(1, "FIFO write vrrp states on reload = {}", g.fifo_states_on_reload);
    line(1, "VRRP notify priority changes = {}", g.notify_priority_changes);
    line(1, "VRRP IPv4 mcast group = {}", net::to_string(g.multicast_v4));
    line(1, "VRRP IPv6 mcast group = {}", net::to_string(g.multicast_v6));
    announcements();
    firewall();
    line(1, "VRRP check unicast_src = {}", g.check_unicast_source);
    line(1, "VRRP skip check advert addresses = {}", g.skip_check_adv_addr);
    line(1, "VRRP strict mode = {}", g.strict);
    process();
  }

  void mail() {
    const auto& mail = globals_.mail;
    if (!mail.server.empty()) {
      line(1, "Smtp server = {}", mail.server);
      line(1, "Smtp server port = {}", mail.port);
    }
    if (!mail.helo.empty() || !mail.server.empty())
      line(1, "Smtp HELO name = {}", mail.helo.empty() ? host_name() : mail.helo);
    if (!mail.server.empty())
      line(1, "Smtp server connection timeout = {}", whole(mail.connect_timeout));
    if (!mail.from.empty()) line(1, "Email notification from = {}", mail.from);
    if (!mail.recipients.empty()) {
      line(1, "Email notification to:");
      for (const std::string& one : mail.recipients) line(3, "{}", one);
    }
    if (!mail.faults) line(1, "Send emails for fault transitions = off");
  }

  void fifo(std::string_view name, const keepalived::Fifo& given) {
    if (!given.is_set()) return;
    line(1, "{} = {}", name, given.path);
    if (!given.script) return;
    keepalived::Command with_path = *given.script;
    with_path.argv.push_back(given.path);
    line(1, "{} script = {}", name, command(with_path));
  }

  void announcements() {
    const auto& g = globals_;
    line(1, "Gratuitous ARP delay = {}", whole(g.announce.delay));
    line(1, "Gratuitous ARP repeat = {}", g.announce.repeat);
    line(1, "Gratuitous ARP refresh timer = {}", whole(g.announce.refresh));
    line(1, "Gratuitous ARP refresh repeat = {}", g.announce.refresh_repeat);
    line(1, "Gratuitous ARP lower priority delay = {}", whole(g.announce.lower_priority_delay));
    line(1, "Gratuitous ARP lower priority repeat = {}", g.announce.lower_priority_repeat);
    line(1, "Num adverts before down = {}", g.down_timer_adverts);
    line(1, "Gratuitous ARP for each secondary {} = {}s",
         g.extra_announce.on_all_interfaces ? "i/f" : "VMAC", whole(g.extra_announce.interval));
    line(1, "Send advert after receive lower priority advert = {}", !g.lower_priority_no_advert);
    line(1, "Send advert after receive higher priority advert = {}", g.higher_priority_send_advert);
    line(1, "Gratuitous ARP interval = {:.6f}",
         std::chrono::duration<double>(g.garp_interval).count());
    line(1, "Gratuitous NA interval = {:.6f}",
         std::chrono::duration<double>(g.gna_interval).count());
    line(1, "VRRP default protocol version = {}", static_cast<int>(g.version));
  }

  void firewall() {
    const auto& g = globals_;
    const bool is_needed = std::ranges::any_of(config_.instances, [](const Instance& one) {
      return !one.accept ||
             (one.virtual_interface &&
              one.virtual_interface->kind == keepalived::VirtualInterface::Kind::Macvlan);
    });
    if (is_needed || g.nftables_table != "keepalived" || g.nftables_priority) {
      line(1, "nftables table name = {}", g.nftables_table);
      line(1, "nftables base chain priority = {}", g.nftables_priority.value_or(-1));
      line(1, "nftables {}force use ifindex for link local IPv6",
           g.nftables_ifindex ? "" : "don't ");
    }
    line(1, "nftables with{} counters", g.nftables_counters ? "" : "out");
  }

  void process() {
    const auto& g = globals_;
    const int most = g.max_auto_priority.value_or(0);
    if (most == -1)
      line(1, "Max auto priority = Disabled");
    else
      line(1, "Max auto priority = {}", most);
    line(1, "Min auto priority delay = {} usecs",
         std::chrono::floor<std::chrono::microseconds>(g.auto_priority_delay).count());
    line(1, "VRRP process priority = {}", g.process_priority.value_or(0));
    line(1, "VRRP don't swap = {}", g.no_swap);
    line(1, "VRRP realtime priority = {}", g.realtime_priority.value_or(0));
    line(1, "VRRP realtime limit = {}",
         g.realtime_limit.value_or(std::chrono::microseconds(10000)).count());
    line(1, "SNMP vrrp {}", able(g.snmp.vrrp));
    line(1, "SNMP RFCv2 {}", able(g.snmp.rfc_v2));
    line(1, "SNMP RFCv3 {}", able(g.snmp.rfc_v3));
    line(1, "SNMP traps {}", able(g.snmp.traps));
    line(1, "SNMP socket = {}",
         g.snmp.socket.empty() ? "default (unix:/var/agentx/master)" : g.snmp.socket);
    line(1, "DBus {}", able(g.dbus.is_enabled));
    line(1, "DBus service name = {}", g.dbus.service);
    line(1, "Script security {}", able(g.script_security));
    const auto buffer = [&](std::string_view name, const std::optional<std::size_t>& size,
                            bool forced) {
      line(1, "{} = {}", name, size.value_or(0));
      line(1, "{}_force = {}", name, forced ? 1 : 0);
    };
    buffer("vrrp_netlink_cmd_rcv_bufs", g.netlink_command_buffer, g.netlink_command_buffer_forced);
    buffer("vrrp_netlink_monitor_rcv_bufs", g.netlink_monitor_buffer,
           g.netlink_monitor_buffer_forced);
    buffer("process_monitor_rcv_bufs", g.process_monitor_buffer, g.process_monitor_buffer_forced);
    line(1, "rx_bufs_multiples = {}", g.receive_buffer_multiplier);
    line(1, "umask = 0{:o}", g.umask.value_or(0177));
    if (g.startup_delay != Duration{}) line(1, "vrrp_startup_delay = {}", seconds(g.startup_delay));
    if (g.log_unknown_vrids) line(1, "log_unknown_vrids");
    if (g.vmac_prefix != "vrrp") line(1, "VMAC prefix = {}", g.vmac_prefix);
    if (g.vmac_address_prefix != g.vmac_prefix)
      line(1, "VMAC address prefix = {}", g.vmac_address_prefix);
  }

  void announce_groups() {
    if (config_.announce_groups.empty()) return;
    head("Gratuitous ARP delays");
    int number = 0;
    for (const auto& group : config_.announce_groups) {
      head(fmt::format("GARP delay group {}", ++number));
      if (group.garp_interval) line(1, "GARP interval = {}", seconds(*group.garp_interval));
      if (group.gna_interval) line(1, "GNA interval = {}", seconds(*group.gna_interval));
      line(1, "Interfaces");
      for (const std::string& name : group.interfaces) line(2, "{}", name);
    }
  }

  void static_items() {
    if (!config_.static_addresses.empty()) head("Static Addresses");
    for (const auto& one : config_.static_addresses) address(one, globals_.default_interface);
    if (!config_.static_routes.empty()) head("Static Routes");
    for (const auto& one : config_.static_routes) route(one);
    if (!config_.static_rules.empty()) head("Static Rules");
    for (const auto& one : config_.static_rules) rule(one);
    if (!config_.track_groups.empty()) head("Static Track groups");
    for (const auto& group : config_.track_groups) {
      line(1, "Static Track Group = {}", group.name);
      line(3, "VRRP member instances :");
      for (const std::string& member : group.members) line(5, "{}", member);
    }
  }

  void address(const keepalived::VirtualAddress& given, const std::string& interface) {
    static const std::map<int, std::string> scopes = {
        {0, "global"}, {200, "site"}, {253, "link"}, {254, "host"}, {255, "nowhere"}};
    std::string out = given.prefix.is_host() ? net::to_string(given.prefix.address())
                                             : net::to_string(given.prefix);
    if (given.broadcast) out += " brd " + net::to_string(*given.broadcast);
    out += " dev " + (given.device.empty() ? interface : given.device);
    // Of IPv6 the address itself says it.
    const bool is_v4 = given.prefix.address().is_v4();
    const auto scope = scopes.find(is_v4 ? given.scope.value_or(0) : 0);
    out += " scope " + (scope == scopes.end() ? std::to_string(*given.scope) : scope->second);
    if (!given.label.empty()) out += " label " + given.label;
    if (given.peer)
      out += fmt::format(" peer {}/{}", net::to_string(*given.peer), given.prefix.length());
    if (given.home) out += " home";
    if (given.duplicate_detection) out += " -nodad";
    if (given.manage_temporary) out += " mngtmpaddr";
    if (given.no_prefix_route) out += " noprefixroute";
    if (given.auto_join) out += " autojoin";
    if (!given.track) out += " no_track";
    if (!given.track_group.empty()) out += " track_group " + given.track_group;
    if (!given.prefix.address().is_v4()) {
      if (given.preferred_lifetime == 0U)
        out += " deprecated";
      else if (!given.preferred_lifetime || *given.preferred_lifetime == 0xffffffff)
        out += " preferred_lft forever";
      else
        out += fmt::format(" preferred_lft {}", *given.preferred_lifetime);
    }
    line(5, "{}", out);
  }

  // The words of our own form in a fixed order are not those of keepalived's; the test compares the
  // words of a line as a set.
  void route(const keepalived::Route& given);
  void rule(const keepalived::Rule& given);

  void notify(const keepalived::Notify& given) {
    const auto script = [&](std::string_view name, const std::optional<keepalived::Command>& what) {
      if (what) line(3, "{} state transition script = {}", name, command(*what));
    };
    script("Backup", given.backup);
    script("Master", given.master);
    script("Fault", given.fault);
    script("Stop", given.stop);
    script("Deleted", given.deleted);
    script("Master rx lower pri", given.master_received_lower_priority);
    script("Generic", given.any);
  }

  void tracked(std::string_view title, const std::vector<keepalived::Tracked>& list,
               std::string_view separator) {
    if (list.empty()) return;
    line(3, "{}", title);
    for (const auto& one : list)
      line(5, "{}{} weight {}{}", one.name, separator, one.weight, one.reverse ? " reverse" : "");
  }

  template <typename T>
  void trackers(const T& given) {
    tracked("Tracked interfaces :", given.interfaces, "");
    tracked("Tracked scripts :", given.scripts, "");
    tracked("Tracked files :", given.files, ",");
    tracked(std::is_same_v<T, Instance> ? "Tracked processes :" : "Tracked process :",
            given.processes, ",");
    tracked("Tracked BFDs :", given.bfd, ":");
  }

  void instance(const Instance& one);
  void interface(const Instance& one);
  void items(const Instance& one);

  void groups() {
    if (!config_.groups.empty()) head("VRRP Sync groups");
    for (const auto& group : config_.groups) {
      line(1, "VRRP Sync Group = {}, BACKUP", group.name);
      line(3, "VRRP member instances :");
      for (const std::string& member : group.members) line(5, "{}", member);
      if (group.tracking_weight) line(3, "sync group tracking weight set");
      line(3, "Using smtp notification = {}", yes_no(group.smtp_alert));
      if (group.notify.priority_changes) line(3, "Notify priority changes = yes");
      trackers(group);
      notify(group.notify);
    }
  }

  bool is_tracked(const std::string& script) const {
    const auto has = [&](const auto& one) {
      return std::ranges::find(one.scripts, script, &keepalived::Tracked::name) !=
             one.scripts.end();
    };
    return std::ranges::any_of(config_.instances, has) || std::ranges::any_of(config_.groups, has);
  }

  void scripts() {
    if (!config_.scripts.empty()) head("VRRP Scripts");
    for (const auto& one : config_.scripts) {
      if (!is_tracked(one.name)) continue;  // keepalived drops it
      line(1, "VRRP Script = {}", one.name);
      line(3, "Command = {}", command(one.command));
      line(3, "Interval = {} sec", whole(one.interval));
      // 0 is how keepalived keeps "as the interval".
      line(3, "Timeout = {} sec", one.timeout == one.interval ? "0" : whole(one.timeout));
      line(3, "Weight = {}{}", one.weight, one.reverse ? " reverse" : "");
      line(3, "Rise = {}", one.rise);
      line(3, "Fall = {}", one.fall);
    }
  }

  void files() {
    if (!config_.files.empty()) head("VRRP Track files");
    for (const auto& one : config_.files) {
      line(1, "Track file = {}", one.name);
      line(3, "File = {}", one.path);
      line(3, "Weight = {}{}", one.weight, one.reverse ? " reverse" : "");
    }
  }

  void processes() {
    using Match = keepalived::TrackedProcess::Match;
    if (!config_.processes.empty()) head("VRRP Track processes");
    for (const auto& one : config_.processes) {
      line(1, "VRRP Track process = {}", one.name);
      line(3, "Process = {}", one.argv.front());
      std::string parameters;
      for (std::size_t i = 1; i < one.argv.size(); ++i)
        parameters += (i == 1 ? "" : " ") + one.argv[i];
      if (!parameters.empty()) line(3, "Parameters = {}", parameters);
      if (one.match != Match::NameOnly)
        line(3, "Param match{}",
             one.match == Match::Initial   ? " = initial"
             : one.match == Match::Partial ? " = partial"
                                           : "");
      line(3, "Min processes = {}", one.quorum);
      if (one.quorum_max) line(3, "Max processes = {}", *one.quorum_max);
      line(3, "Weight = {}{}", one.weight, one.reverse ? " reverse" : "");
      line(3, "Terminate delay = {:.6f}s",
           std::chrono::duration<double>(one.terminate_delay).count());
      line(3, "Fork delay = {:.6f}s", std::chrono::duration<double>(one.fork_delay).count());
      line(3, "Full command = {}", one.full_command);
    }
  }

  void bfd() {
    const bool any = std::ranges::any_of(config_.bfd, &keepalived::BfdSession::for_vrrp);
    if (any) head("VRRP Track BFDs");
    for (const auto& one : config_.bfd) {
      if (!one.for_vrrp) continue;
      line(1, "VRRP Track BFD = {}", one.name);
      line(3, "Weight = {}{}", one.weight, one.reverse ? " reverse" : "");
    }
  }

  const Config& config_;
  const keepalived::Globals& globals_;
  std::string out_;
};

void Writer::interface(const Instance& one) {
  using Kind = keepalived::VirtualInterface::Kind;
  std::string name = one.interface.empty() ? "not configured" : one.interface;
  if (one.virtual_interface) {
    const auto& made = *one.virtual_interface;
    const std::string own = made.name.empty()
                                ? fmt::format("{}.{}", globals_.vmac_prefix, one.vrid.value())
                                : made.name;
    if (made.kind == Kind::Macvlan) {
      line(3, "Use VMAC, i/f name {}, is_up = true, xmit_base = {}", own, made.transmits_on_base);
      if (made.mac) line(5, "MAC = {}", net::to_string(*made.mac));
    }
    name = fmt::format("{}, {} on {}{}", own, made.kind == Kind::Macvlan ? "vmac" : "ipvlan",
                       one.interface, made.transmits_on_base ? ", xmit base i/f" : "");
  }
  if (one.vmac_for_addresses) line(3, "Use VMAC for VIPs on other interfaces");
  line(3, "Interface = {}", name);
  if (!one.vrf.empty()) line(3, "VRF = {}", one.vrf);
}

void Writer::items(const Instance& one) {
  std::string device = one.interface.empty() ? globals_.default_interface : one.interface;
  if (!one.addresses.empty()) line(3, "Virtual IP ({}):", one.addresses.size());
  const auto on_vmac = [&](const keepalived::VirtualAddress& address) {
    if (!one.virtual_interface || !address.device.empty() ||
        address.prefix.address().family() != one.family)
      return device;
    const std::string& name = one.virtual_interface->name;
    return fmt::format(
        "{}@{}", name.empty() ? fmt::format("{}.{}", globals_.vmac_prefix, one.vrid.value()) : name,
        one.interface);
  };
  for (const auto& address : one.addresses) this->address(address, on_vmac(address));
  if (!one.excluded.empty()) line(3, "Virtual IP Excluded :");
  for (const auto& address : one.excluded) this->address(address, on_vmac(address));
  if (!one.peers.empty()) {
    if (one.family == net::Family::Ipv4 || one.unicast_ttl != 255)
      line(3, "Unicast TTL = {}", one.unicast_ttl);
    line(3, "Check unicast src : {}",
         yes_no(one.check_unicast_source && !globals_.check_unicast_source));
    line(3, "Unicast Peer :");
    for (const auto& peer : one.peers)
      line(5, "{} min_ttl {} max_ttl {}", net::to_string(peer.address), peer.min_ttl.value_or(0),
           peer.max_ttl.value_or(255));
  }
  if (!one.routes.empty()) line(3, "Virtual Routes :");
  for (const auto& route : one.routes) this->route(route);
  if (!one.rules.empty()) line(3, "Virtual Rules :");
  for (const auto& rule : one.rules) this->rule(rule);
}

void Writer::instance(const Instance& one) {
  const bool is_v2 = one.version == vrrp::Version::V2;
  line(1, "VRRP Instance = {}", one.name);
  line(3, "VRRP Version = {}", static_cast<int>(one.version));
  for (const auto& group : config_.groups)
    if (std::ranges::find(group.members, one.name) != group.members.end())
      line(3, "Sync group = {}", group.name);
  if (one.family == net::Family::Ipv6) line(3, "Using Native IPv6");
  if (!one.peers.empty() || one.fault_without_peers) line(3, "Flags:");
  if (!one.peers.empty()) line(5, "Using unicast");
  if (one.fault_without_peers) line(5, "If unicast go to fault state if no peers");
  line(3, "Wanted state = {}",
       one.initial_state == keepalived::InitialState::Master ? "MASTER" : "BACKUP");
  interface(one);
  if (!one.track_own_interface) line(3, "VRRP interface tracking disabled");
  if (one.skip_check_adv_addr) line(3, "Skip checking advert IP addresses");
  if (one.strict) line(3, "Enforcing strict VRRP compliance");
  if (one.source) line(3, "Using src_ip = {} (from configuration)", net::to_string(*one.source));
  if (one.peers.empty()) line(3, "Multicast address {}", net::to_string(one.group));
  line(3, "Gratuitous ARP delay = {}", whole(one.announce.delay));
  line(3, "Gratuitous ARP repeat = {}", one.announce.repeat);
  line(3, "Gratuitous ARP refresh = {}", whole(one.announce.refresh));
  line(3, "Gratuitous ARP refresh repeat = {}", one.announce.refresh_repeat);
  line(3, "Gratuitous ARP lower priority delay = {}", whole(one.announce.lower_priority_delay));
  line(3, "Gratuitous ARP lower priority repeat = {}", one.announce.lower_priority_repeat);
  line(3, "Down timer adverts = {}", one.down_timer_adverts);
  line(3, "Send advert after receive lower priority advert = {}", !one.lower_priority_no_advert);
  line(3, "Send advert after receive higher priority advert = {}", one.higher_priority_send_advert);
  line(3, "Virtual Router ID = {}", one.vrid.value());
  line(3, "Priority = {}", one.priority.value());
  if (is_v2)
    line(3, "Advert interval = {} sec", whole(one.interval));
  else
    line(3, "Advert interval = {} milli-sec", one.interval / std::chrono::milliseconds(1));
  line(3, "Accept = {}", able(one.accept));
  line(3, "Preempt = {}", able(one.preempt));
  if (one.preempt_delay != Duration{})
    line(3, "Preempt delay = {} secs", seconds(one.preempt_delay));
  line(3, "Promote_secondaries = {}", able(one.promote_secondaries));
  using keepalived::Authentication;
  if (is_v2)
    line(3, "Authentication type = {}",
         one.authentication == Authentication::None       ? "none"
         : one.authentication == Authentication::Password ? "SIMPLE_PASSWORD"
                                                          : "IPSEC_AH");
  if (one.authentication == Authentication::Password)
    line(3, "Password = {}", one.password.substr(0, 8));
  if (one.receive_buffer) line(3, "Kernel rx buffer size = {}", *one.receive_buffer);
  items(one);
  trackers(one);
  line(3, "Using smtp notification = {}", yes_no(one.smtp_alert));
  line(3, "Notify deleted = {}", one.notify.says_deleted ? "Deleted" : "Fault");
  notify(one.notify);
  line(3, "Notify priority changes = {}", one.notify.priority_changes);
}

void Writer::route(const keepalived::Route& given) {
  const keepalived::FormNode node = keepalived::line_of(given);
  // Behind a type our printer says it, elsewhere it goes without saying.
  const bool is_prepended = given.insert == keepalived::Route::Insert::Prepend &&
                            given.type == keepalived::RouteType::Unicast;
  line(5, "{}{}", is_prepended ? "prepend " : "", keepalived::line_text(node));
}

void Writer::rule(const keepalived::Rule& given) {
  line(5, "{}", keepalived::line_text(keepalived::line_of(given)));
}

}  // namespace

std::string of(const Config& config) {
  return Writer(config).write();
}

std::vector<std::string> values(const std::string& text) {
  std::vector<std::string> out;
  std::vector<std::pair<std::size_t, std::string>> above;
  bool is_wanted = true;
  for (const std::string& raw : base::split(text, '\n')) {
    const std::size_t depth = raw.find_first_not_of(' ');
    if (depth == std::string::npos) continue;
    std::string line = user_less(raw.substr(depth));
    if (is_route_or_rule(line)) line = in_our_words(line);
    if (line.starts_with("------<")) {
      is_wanted = !line.starts_with("------< Interfaces") &&
                  !line.starts_with("------< VRRP Sockpool") && !line.starts_with("------< BFD");
      above = {{0, ""}};
      if (is_wanted) above.front().second = line.substr(8, line.size() - 16);
      if (line.find("GARP delay group") != line.npos) above.front().second = "GARP delay group";
      continue;
    }
    // An instance has it only where it has such interfaces, which depends on the machine.
    const bool is_of_machine = depth == 3 && line.starts_with("Gratuitous ARP for each secondary");
    if (!is_wanted || is_of_machine || is_left_out(line)) {
      // What stands below it goes with it.
      while (!above.empty() && above.back().first >= depth) above.pop_back();
      above.emplace_back(depth, "left out");
      continue;
    }
    while (!above.empty() && above.back().first >= depth) above.pop_back();
    std::string path;
    bool is_below_left_out = false;
    for (const auto& [at, what] : above) {
      path += what + " > ";
      is_below_left_out = is_below_left_out || what == "left out";
    }
    above.emplace_back(depth, line);
    // Heads that stand there also where nothing is below them.
    const bool is_head = line == "Flags:" || line == "Email notification to:";
    if (!is_below_left_out && !is_head) out.push_back(path + line);
  }
  std::sort(out.begin(), out.end());
  return out;
}

std::string difference(const std::vector<std::string>& theirs,
                       const std::vector<std::string>& ours) {
  std::vector<std::string> only_theirs, only_ours;
  std::set_difference(theirs.begin(), theirs.end(), ours.begin(), ours.end(),
                      std::back_inserter(only_theirs));
  std::set_difference(ours.begin(), ours.end(), theirs.begin(), theirs.end(),
                      std::back_inserter(only_ours));
  std::string out;
  for (const std::string& line : only_theirs) out += "- " + line + "\n";
  for (const std::string& line : only_ours) out += "+ " + line + "\n";
  return out;
}

}  // namespace dump
