#include "keepalived/print.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "base/text.h"
#include "keepalived/values.h"

namespace keepalived {
namespace {

// A word as it must be written to be read as itself.
std::string word(std::string_view text) {
  constexpr std::string_view kSpecial = " \t\v\f\r\n\"'\\#!{}$@~";
  const bool is_plain = !text.empty() && text.find_first_of(kSpecial) == std::string_view::npos &&
                        std::all_of(text.begin(), text.end(), [](char c) { return c > ' '; });
  if (is_plain) return std::string(text);
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\')
      out += fmt::format("\\{}", c);
    else if (byte < ' ' || byte == 0x7f || c == '$')  // a dollar could name a macro
      out += fmt::format("\\{:03o}", byte);
    else
      out += c;
  }
  return out + "\"";
}

// An argument within a command: there are no escapes in there, but quotes of one kind protect those
// of the other, and pieces join.
std::string argument(std::string_view text) {
  if (text.empty()) return "''";
  if (text.find_first_of(" \t\v\f\r\n\"'") == std::string_view::npos) return std::string(text);
  std::string out;
  char quote = 0;
  for (const char c : text) {
    const char wanted = c == '\'' ? '"' : c == '"' || quote == 0 ? '\'' : quote;
    if (wanted != quote) {
      if (quote != 0) out += quote;
      out += quote = wanted;
    }
    out += c;
  }
  return out + quote;
}

// The arguments as one word, split again when it is read.
std::string command(const Command& command) {
  std::string joined;
  for (const std::string& one : command.argv) joined += (joined.empty() ? "" : " ") + argument(one);
  std::string out = word(joined);
  if (out.front() != '"') out = fmt::format("\"{}\"", out);
  return out;
}

std::string with_user(const Command& given) {
  std::string out = command(given);
  if (!given.user.empty()) out += " " + word(given.user);
  if (!given.user.empty() && !given.group.empty()) out += " " + word(given.group);
  return out;
}

class Printer {
 public:
  explicit Printer(PrintOptions options) : options_(options) {}

  std::string print(const Config& config) {
    globals(config.globals);
    for (const Script& one : config.scripts) script(one);
    for (const TrackedFile& one : config.files) tracked_file(one);
    for (const TrackedProcess& one : config.processes) tracked_process(one);
    addresses("static_ipaddress", config.static_addresses);
    for (const SyncGroup& one : config.groups) group(one);
    for (const Instance& one : config.instances) instance(one);
    return std::move(out_);
  }

 private:
  void line(std::string_view text) {
    out_.append(depth_ * 2, ' ');
    out_ += text;
    out_ += '\n';
  }
  void open(std::string_view keyword, std::string_view name = {}) {
    if (depth_ == 0 && !out_.empty()) out_ += '\n';
    line(name.empty() ? fmt::format("{} {{", keyword)
                      : fmt::format("{} {} {{", keyword, word(name)));
    ++depth_;
  }
  void close() {
    --depth_;
    line("}");
  }
  void flag(std::string_view keyword, bool is_set) {
    if (is_set) line(keyword);
  }
  template <typename T>
  void value(std::string_view keyword, const T& what) {
    line(fmt::format("{} {}", keyword, what));
  }
  void text(std::string_view keyword, const std::string& what) {
    if (!what.empty()) value(keyword, word(what));
  }
  void time(std::string_view keyword, Duration what) { value(keyword, in_seconds(what)); }

  void announce(const Announce& given, std::string_view prefix) {
    time(fmt::format("{}garp_master_delay", prefix), given.delay);
    value(fmt::format("{}garp_master_repeat", prefix), given.repeat);
    time(fmt::format("{}garp_master_refresh", prefix), given.refresh);
    // Zero cannot be written: it is what vrrp_min_garp makes of it.
    if (given.refresh_repeat != 0)
      value(fmt::format("{}garp_master_refresh_repeat", prefix), given.refresh_repeat);
    else
      flag("vrrp_min_garp", prefix == "vrrp_");
    time(fmt::format("{}garp_lower_prio_delay", prefix), given.lower_priority_delay);
    value(fmt::format("{}garp_lower_prio_repeat", prefix), given.lower_priority_repeat);
  }

  void fifo(std::string_view keyword, const Fifo& given) {
    if (!given.is_set()) return;
    line(fmt::format("{} {}{}{}{}{}", keyword, word(given.path), given.user.empty() ? "" : " ",
                     given.user.empty() ? "" : word(given.user), given.group.empty() ? "" : " ",
                     given.group.empty() ? "" : word(given.group)));
    if (given.script) value(fmt::format("{}_script", keyword), with_user(*given.script));
  }

  void globals(const Globals& given) {
    open("global_defs");
    text("router_id", given.router_id);
    value("vrrp_version", static_cast<int>(given.version));
    flag("vrrp_strict", given.strict);
    flag("vrrp_skip_check_adv_addr", given.skip_check_adv_addr);
    flag("vrrp_check_unicast_src", given.check_unicast_source);
    announce(given.announce, "vrrp_");
    if (given.garp_interval > Duration{}) time("vrrp_garp_interval", given.garp_interval);
    if (given.gna_interval > Duration{}) time("vrrp_gna_interval", given.gna_interval);
    flag("vrrp_lower_prio_no_advert", given.lower_priority_no_advert);
    flag("vrrp_higher_prio_send_advert", given.higher_priority_send_advert);
    time("vrrp_startup_delay", given.startup_delay);
    if (!given.script_user.empty())
      line(fmt::format("script_user {}{}{}", word(given.script_user),
                       given.script_group.empty() ? "" : " ",
                       given.script_group.empty() ? "" : word(given.script_group)));
    flag("enable_script_security", given.script_security);
    text("default_interface", given.default_interface);
    flag("dynamic_interfaces", given.dynamic_interfaces);
    flag("log_unknown_vrids", given.log_unknown_vrids);
    if (given.process_priority) value("vrrp_priority", *given.process_priority);
    if (given.realtime_priority) value("vrrp_rt_priority", *given.realtime_priority);
    flag("vrrp_no_swap", given.no_swap);
    fifo("vrrp_notify_fifo", given.vrrp_fifo);
    fifo("notify_fifo", given.fifo);
    close();
    text("instance", given.instance_name);
    text("net_namespace", given.network_namespace);
    flag("use_pid_dir", given.use_pid_dir);
  }

  void script(const Script& given) {
    open("vrrp_script", given.name);
    value("script", command(given.command));
    time("interval", given.interval);
    time("timeout", given.timeout);
    value("weight", weight(given.weight, given.reverse));
    value("rise", given.rise);
    value("fall", given.fall);
    if (!given.command.user.empty())
      line(fmt::format("user {}{}{}", word(given.command.user),
                       given.command.group.empty() ? "" : " ",
                       given.command.group.empty() ? "" : word(given.command.group)));
    flag("init_fail", given.starts_failed);
    close();
  }

  static std::string weight(int value, bool reverse) {
    return fmt::format("{}{}", value, reverse ? " reverse" : "");
  }

  void tracked_file(const TrackedFile& given) {
    open("track_file", given.name);
    text("file", given.path);
    value("weight", weight(given.weight, given.reverse));
    if (given.initial_value)
      line(
          fmt::format("init_file {}{}", *given.initial_value, given.overwrite ? " overwrite" : ""));
    close();
  }

  void tracked_process(const TrackedProcess& given) {
    open("vrrp_track_process", given.name);
    std::string words;
    for (const std::string& argument : given.argv) words += " " + word(argument);
    if (!words.empty()) line("process" + words);
    if (given.match == TrackedProcess::Match::Initial) line("param_match initial");
    if (given.match == TrackedProcess::Match::Partial) line("param_match partial");
    flag("full_command", given.full_command);
    value("weight", weight(given.weight, given.reverse));
    value("quorum", given.quorum);
    if (given.quorum_max) value("quorum_max", *given.quorum_max);
    time("fork_delay", given.fork_delay);
    time("terminate_delay", given.terminate_delay);
    close();
  }

  void trackers(std::string_view keyword, const std::vector<Tracked>& given) {
    if (given.empty()) return;
    open(keyword);
    for (const Tracked& one : given)
      line(fmt::format("{} weight {} {}", word(one.name), one.weight,
                       one.reverse ? "reverse" : "noreverse"));
    close();
  }

  void addresses(std::string_view keyword, const std::vector<VirtualAddress>& given) {
    if (given.empty()) return;
    open(keyword);
    for (const VirtualAddress& one : given) line(address(one));
    close();
  }

  static std::string address(const VirtualAddress& given) {
    std::string out = net::to_string(given.prefix);
    const auto add = [&](std::string_view key, std::string_view what) {
      out += fmt::format(" {} {}", key, what);
    };
    if (given.broadcast) add("brd", net::to_string(*given.broadcast));
    if (!given.device.empty()) add("dev", word(given.device));
    if (given.scope) add("scope", std::to_string(*given.scope));
    if (!given.label.empty()) add("label", word(given.label));
    if (given.peer) add("peer", net::to_string(*given.peer));
    if (given.preferred_lifetime)
      add("preferred_lft", *given.preferred_lifetime == std::numeric_limits<std::uint32_t>::max()
                               ? std::string("forever")
                               : std::to_string(*given.preferred_lifetime));
    if (given.use_vmac) out += " use_vmac";
    if (given.home) out += " home";
    if (given.duplicate_detection) out += " -nodad";
    if (given.manage_temporary) out += " mngtmpaddr";
    if (given.no_prefix_route) out += " noprefixroute";
    if (given.auto_join) out += " autojoin";
    if (!given.track) out += " no_track";
    return out;
  }

  void notify(const Notify& given) {
    const auto script_of = [&](std::string_view keyword, const std::optional<Command>& what) {
      if (what) value(keyword, with_user(*what));
    };
    script_of("notify_master", given.master);
    script_of("notify_backup", given.backup);
    script_of("notify_fault", given.fault);
    script_of("notify_stop", given.stop);
    script_of("notify_deleted", given.deleted);
    script_of("notify_master_rx_lower_pri", given.master_received_lower_priority);
    script_of("notify", given.any);
    flag("notify_priority_changes", given.priority_changes);
  }

  void group(const SyncGroup& given) {
    open("vrrp_sync_group", given.name);
    open("group");
    for (const std::string& member : given.members) line(word(member));
    close();
    trackers("track_interface", given.interfaces);
    trackers("track_script", given.scripts);
    trackers("track_file", given.files);
    trackers("track_process", given.processes);
    flag("sync_group_tracking_weight", given.tracking_weight);
    flag("smtp_alert", given.smtp_alert);
    notify(given.notify);
    close();
  }

  void unicast(const Instance& given) {
    if (given.source)
      value(given.peers.empty() ? "mcast_src_ip" : "unicast_src_ip", net::to_string(*given.source));
    flag("track_src_ip", given.track_source);
    if (given.peers.empty()) {
      value("mcast_dst_ip", net::to_string(given.group));
    } else {
      open("unicast_peer");
      for (const UnicastPeer& peer : given.peers) {
        std::string out = net::to_string(peer.address);
        if (peer.min_ttl) out += fmt::format(" min_ttl {}", *peer.min_ttl);
        if (peer.max_ttl) out += fmt::format(" max_ttl {}", *peer.max_ttl);
        line(out);
      }
      close();
      value("unicast_ttl", given.unicast_ttl);
    }
    value("check_unicast_src", given.check_unicast_source ? "on" : "off");
    flag("unicast_fault_no_peer", given.fault_without_peers);
  }

  void authentication(const Instance& given) {
    if (given.authentication == Authentication::None) return;
    open("authentication");
    value("auth_type", given.authentication == Authentication::Password ? "PASS" : "AH");
    if (options_.with_passwords)
      value("auth_pass", word(given.password));
    else
      line("# auth_pass is not shown");
    close();
  }

  void instance(const Instance& given) {
    open("vrrp_instance", given.name);
    value("state", given.initial_state == InitialState::Master ? "MASTER" : "BACKUP");
    text("interface", given.interface);
    value("virtual_router_id", given.vrid.value());
    value("priority", given.priority.value());
    value("version", static_cast<int>(given.version));
    time("advert_int", given.interval);
    flag("nopreempt", !given.preempt);
    if (given.preempt_delay != Duration{}) time("preempt_delay", given.preempt_delay);
    value("down_timer_adverts", given.down_timer_adverts);
    value("strict_mode", given.strict ? "on" : "off");
    line(given.accept ? "accept" : "no_accept");
    authentication(given);
    unicast(given);
    addresses("virtual_ipaddress", given.addresses);
    addresses("virtual_ipaddress_excluded", given.excluded);
    flag("dont_track_primary", !given.track_own_interface);
    trackers("track_interface", given.interfaces);
    trackers("track_script", given.scripts);
    trackers("track_file", given.files);
    trackers("track_process", given.processes);
    announce(given.announce, "");
    value("lower_prio_no_advert", given.lower_priority_no_advert ? "on" : "off");
    value("higher_prio_send_advert", given.higher_priority_send_advert ? "on" : "off");
    value("skip_check_adv_addr", given.skip_check_adv_addr ? "on" : "off");
    flag("v3_checksum_as_v2", given.checksum_as_v2);
    flag("promote_secondaries", given.promote_secondaries);
    value("smtp_alert", given.smtp_alert ? "on" : "off");
    notify(given.notify);
    close();
  }

  PrintOptions options_;
  std::string out_;
  std::size_t depth_ = 0;
};

}  // namespace

std::string print(const Config& config, const PrintOptions& options) {
  return Printer(options).print(config);
}

}  // namespace keepalived
