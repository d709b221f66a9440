// The block global_defs, and the keywords outside every block.
#include <fmt/format.h>

#include <utility>

#include "base/text.h"
#include "keepalived/drafts.h"

namespace keepalived {
namespace {

using Draft = GlobalsDraft;
using Words = std::vector<Word>;

template <auto Member>
void set_switch(Draft& draft, const Call& call) {
  if (const auto value = on_or_off(call)) draft.globals.*Member = value->value;
}

template <auto Member>
void set_flag(Draft& draft, const Call&) {
  draft.globals.*Member = true;
}

template <auto Member>
void set_text(Draft& draft, const Call& call) {
  if (auto value = text_word(call)) draft.globals.*Member = std::move(value->value);
}

template <Duration Globals::*Member>
void set_seconds(Draft& draft, const Call& call) {
  if (const auto value = seconds(call)) draft.globals.*Member = value->value;
}

template <std::optional<int> Globals::*Member>
void set_integer(Draft& draft, const Call& call) {
  if (const auto value = integer(call)) draft.globals.*Member = value->value;
}

template <std::optional<std::size_t> Globals::*Member>
void set_size(Draft& draft, const Call& call) {
  if (const auto value = integer(call))
    draft.globals.*Member = static_cast<std::size_t>(value->value);
}

template <auto Part, auto Member>
void set_part(Draft& draft, const Call&) {
  (draft.globals.*Part).*Member = true;
}

template <auto Part, auto Member>
void set_part_text(Draft& draft, const Call& call) {
  if (auto value = text_word(call)) (draft.globals.*Part).*Member = std::move(value->value);
}

template <net::IpAddress Globals::*Member, net::Family Family>
void set_group(Draft& draft, const Call& call) {
  const auto value = address(call);
  if (value && value->value.family() == Family && value->value.is_multicast())
    draft.globals.*Member = value->value;
  else if (value)
    call.findings().error(value->at,
                          fmt::format("{} is no multicast address of {}",
                                      net::to_string(value->value), net::name(Family)),
                          fmt::format("the default is used: {}", call.keyword.default_text));
}

void set_script_user(Draft& draft, const Call& call) {
  refuse_more_words(call, 3);
  Command user;
  read_user(call.statement.words, 1, user);
  draft.globals.script_user = std::move(user.user);
  draft.globals.script_group = std::move(user.group);
  draft.globals.script_supplementary_groups |= user.supplementary_groups;
}

template <Fifo Globals::*Member>
void set_fifo(Draft& draft, const Call& call) {
  refuse_more_words(call, 4);
  const auto* path = call.statement.words.size() > 1 ? &call.statement.words[1] : nullptr;
  if (path == nullptr) {
    call.findings().error(call.statement.at(), fmt::format("`{}` names no FIFO", call.keyword.name),
                          fmt::format("write `{} PATH`", call.keyword.name));
    return;
  }
  Fifo& fifo = draft.globals.*Member;
  Command user;
  read_user(call.statement.words, 2, user);
  fifo.path = path->text;
  fifo.user = std::move(user.user);
  fifo.group = std::move(user.group);
  fifo.at = call.place();
}

template <Fifo Globals::*Member>
void set_fifo_script(Draft& draft, const Call& call) {
  if (auto value = command(call)) (draft.globals.*Member).script = std::move(*value);
}

template <std::optional<Command> Globals::*Member>
void set_command(Draft& draft, const Call& call) {
  if (auto value = command(call)) draft.globals.*Member = std::move(*value);
}

void set_extra_announce(Draft& draft, const Call& call) {
  read_extra_announce(call, draft.globals.extra_announce);
}

void set_recipients(Draft& draft, const Call& call) {
  for (const Statement& line : call.statement.block)
    for (const Word& word : line.words)
      if (word.text != "{") draft.globals.mail.recipients.push_back(word.text);
}

// An address or a name, and perhaps a port.
void set_mail_server(Draft& draft, const Call& call) {
  const Words& words = call.statement.words;
  refuse_more_words(call, 3);
  if (words.size() < 2) {
    call.findings().error(call.statement.at(), "`smtp_server` names no server",
                          "write `smtp_server ADDRESS [PORT]`");
    return;
  }
  draft.globals.mail.server = words[1].text;
  if (words.size() < 3) return;
  const auto port = base::parse_number<std::uint16_t>(words[2].text);
  if (port && *port > 0)
    draft.globals.mail.port = *port;
  else
    call.findings().error(words[2].at, fmt::format("port `{}` is outside 1..65535", words[2].text),
                          "25 is used");
}

void set_max_auto_priority(Draft& draft, const Call& call) {
  constexpr int kHighest = 99;  // of SCHED_RR
  if (call.statement.words.size() < 2)
    draft.globals.max_auto_priority = kHighest;
  else if (const auto value = integer(call))
    draft.globals.max_auto_priority = value->value;
}

void set_auto_priority_delay(Draft& draft, const Call& call) {
  if (const auto value = integer(call))
    draft.globals.auto_priority_delay = std::chrono::microseconds(value->value);
}

void set_realtime_limit(Draft& draft, const Call& call) {
  if (const auto value = integer(call))
    draft.globals.realtime_limit = std::chrono::microseconds(value->value);
}

void set_cpus(Draft& draft, const Call& call) {
  constexpr unsigned kMostCpus = 4096;
  const Words& words = call.statement.words;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto cpu = base::parse_number<unsigned>(words[i].text);
    if (cpu && *cpu < kMostCpus)
      draft.globals.cpus.push_back(*cpu);
    else
      call.findings().error(words[i].at, fmt::format("`{}` is no number of a CPU", words[i].text),
                            "it is ignored");
  }
}

void set_receive_buffers(Draft& draft, const Call& call) {
  const auto value = text_word(call);
  if (!value) return;
  Globals& globals = draft.globals;
  const auto size = base::parse_number<std::uint32_t>(value->value);
  if (value->value == "MTU") {
    globals.receive_buffers = ReceiveBuffers::Mtu;
  } else if (value->value == "ADVERT") {
    globals.receive_buffers = ReceiveBuffers::Advertisement;
  } else if (size) {
    globals.receive_buffers = ReceiveBuffers::Fixed;
    globals.receive_buffer_size = *size;
  } else {
    call.findings().error(value->at,
                          fmt::format("`{}` is not one of MTU, ADVERT, BYTES", value->value),
                          "the line is ignored");
  }
}

// "022", or "IRUSR|IWUSR": the bits of a mask.
std::optional<unsigned> mask_of(std::string_view text) {
  constexpr unsigned kMost = 0777;
  if (const auto number = any_base(text))
    return *number <= kMost ? std::optional(static_cast<unsigned>(*number)) : std::nullopt;
  static const std::map<std::string_view, unsigned> bits = {
      {"IRUSR", 0400}, {"IWUSR", 0200}, {"IXUSR", 0100}, {"IRWXU", 0700},
      {"IRGRP", 0040}, {"IWGRP", 0020}, {"IXGRP", 0010}, {"IRWXG", 0070},
      {"IROTH", 0004}, {"IWOTH", 0002}, {"IXOTH", 0001}, {"IRWXO", 0007},
  };
  unsigned mask = 0;
  for (const std::string& part : base::split(text, '|')) {
    const auto bit = bits.find(part);
    if (bit == bits.end()) return std::nullopt;
    mask |= bit->second;
  }
  return mask;
}

void set_umask(Draft& draft, const Call& call) {
  const Words& words = call.statement.words;
  std::string text;  // the bits may stand apart
  for (std::size_t i = 1; i < words.size(); ++i) text += words[i].text;
  if (const auto mask = mask_of(text))
    draft.globals.umask = mask;
  else
    call.findings().error(call.statement.value_at(), fmt::format("`{}` is no umask", text),
                          "write a number up to 0777, or IRUSR|IWGRP|…");
}

void set_nftables(Draft& draft, const Call& call) {
  refuse_more_words(call, 2);
  if (call.statement.words.size() > 1) draft.globals.nftables_table = call.statement.words[1].text;
}

void set_dynamic_interfaces(Draft& draft, const Call& call) {
  draft.globals.dynamic_interfaces = true;
  if (call.statement.words.size() < 2) return;
  const Word& word = call.statement.words[1];
  if (word.text == "allow_if_changes")
    draft.globals.interfaces_may_change = true;
  else
    call.findings().error(word.at, fmt::format("`{}` is not known here", word.text),
                          "`allow_if_changes` may stand here; it is ignored");
}

void set_reload_check(Draft& draft, const Call& call) {
  draft.globals.reload_check_config = true;
  if (call.statement.words.size() > 1)
    draft.globals.reload_check_log = call.statement.words[1].text;
}

bool is_absolute(const Call& call, const Word& word) {
  if (word.text.starts_with('/')) return true;
  call.findings().error(word.at,
                        fmt::format("{} `{}` is no absolute path", call.keyword.name, word.text),
                        "the line is ignored");
  return false;
}

void set_reload_file(Draft& draft, const Call& call) {
  const Words& words = call.statement.words;
  if (words.size() < 2)
    draft.globals.reload_file = "";
  else if (is_absolute(call, words[1]))
    draft.globals.reload_file = words[1].text;
}

void set_reload_time_file(Draft& draft, const Call& call) {
  const Words& words = call.statement.words;
  if (words.size() > 1 && is_absolute(call, words[1]))
    draft.globals.reload_time_file = words[1].text;
}

void set_process_names(Draft& draft, const Call&) {
  draft.globals.vrrp_process_name = "keepalived_vrrp";
}

// enable_snmp_rfc is both of them.
void set_snmp_rfc(Draft& draft, const Call&) {
  draft.globals.snmp.rfc_v2 = draft.globals.snmp.rfc_v3 = true;
}

const Handlers<Draft>& general() {
  using G = Globals;
  static const Handlers<Draft> table = {
      {"router_id", set_text<&G::router_id>},
      {"default_interface", set_text<&G::default_interface>},
      {"dynamic_interfaces", set_dynamic_interfaces},
      {"script_user", set_script_user},
      {"set_supplementary_groups", set_switch<&G::script_supplementary_groups>},
      {"enable_script_security", set_switch<&G::script_security>},
      {"use_symlink_paths", set_switch<&G::use_symlink_paths>},
      {"startup_script", set_command<&G::startup_script>},
      {"startup_script_timeout", set_seconds<&G::startup_script_timeout>},
      {"shutdown_script", set_command<&G::shutdown_script>},
      {"shutdown_script_timeout", set_seconds<&G::shutdown_script_timeout>},
      {"vrrp_notify_fifo", set_fifo<&G::vrrp_fifo>},
      {"notify_fifo", set_fifo<&G::fifo>},
      {"vrrp_notify_fifo_script", set_fifo_script<&G::vrrp_fifo>},
      {"notify_fifo_script", set_fifo_script<&G::fifo>},
      {"fifo_write_vrrp_states_on_reload", set_flag<&G::fifo_states_on_reload>},
      {"notification_email", set_recipients},
      {"notification_email_from", set_part_text<&G::mail, &Mail::from>},
      {"smtp_server", set_mail_server},
      {"smtp_helo_name", set_part_text<&G::mail, &Mail::helo>},
      {"smtp_connect_timeout",
       [](Draft& draft, const Call& call) {
         if (const auto value = seconds(call)) draft.globals.mail.connect_timeout = value->value;
       }},
      {"no_email_faults", [](Draft& draft, const Call&) { draft.globals.mail.faults = false; }},
      {"smtp_alert", set_switch<&G::smtp_alert>},
      {"smtp_alert_vrrp",
       [](Draft& draft, const Call& call) {
         if (const auto value = on_or_off(call)) draft.smtp_alert_vrrp = value->value;
       }},
      {"max_auto_priority", set_max_auto_priority},
      {"min_auto_priority_delay", set_auto_priority_delay},
      {"umask", set_umask},
      {"process_names", set_process_names},
      {"process_name", set_text<&G::process_name>},
      {"vrrp_process_name", set_text<&G::vrrp_process_name>},
      {"process_monitor_rcv_bufs", set_size<&G::process_monitor_buffer>},
      {"process_monitor_rcv_bufs_force", set_switch<&G::process_monitor_buffer_forced>},
      {"nftables", set_nftables},
      {"nftables_priority", set_integer<&G::nftables_priority>},
      {"nftables_counters", set_flag<&G::nftables_counters>},
      {"nftables_ifindex", set_flag<&G::nftables_ifindex>},
      {"disable_local_igmp", set_flag<&G::disable_local_igmp>},
      {"enable_snmp_vrrp", set_part<&G::snmp, &Snmp::vrrp>},
      {"enable_snmp_keepalived", set_part<&G::snmp, &Snmp::vrrp>},
      {"enable_snmp_rfc", set_snmp_rfc},
      {"enable_snmp_rfcv2", set_part<&G::snmp, &Snmp::rfc_v2>},
      {"enable_snmp_rfcv3", set_part<&G::snmp, &Snmp::rfc_v3>},
      {"enable_traps", set_part<&G::snmp, &Snmp::traps>},
      {"snmp_socket", set_part_text<&G::snmp, &Snmp::socket>},
      {"enable_dbus", set_part<&G::dbus, &Dbus::is_enabled>},
      {"dbus_service_name", set_part_text<&G::dbus, &Dbus::service>},
      {"dbus_no_interface_name", set_part_text<&G::dbus, &Dbus::no_interface_name>},
      {"reload_check_config", set_reload_check},
      {"reload_file", set_reload_file},
      {"reload_time_file", set_reload_time_file},
      {"reload_repeat", set_flag<&G::reload_repeat>},
      {"config_save_dir", set_text<&G::config_save_dir>},
      {"data_use_instance", set_switch<&G::data_use_instance>},
      {"state_dump_file", set_text<&G::state_dump_file>},
      {"stats_dump_file", set_text<&G::stats_dump_file>},
      {"json_dump_file", set_text<&G::json_dump_file>},
      {"state_file_location", set_text<&G::state_dump_file>},
      {"stats_file_location", set_text<&G::stats_dump_file>},
      {"json_file_location", set_text<&G::json_dump_file>},
      {"json_version",
       [](Draft& draft, const Call& call) {
         if (const auto value = choice(call))
           draft.globals.json_version = value->value == 0 ? 1 : 2;
       }},
      {"instance", set_text<&G::instance_name>},
      {"net_namespace", set_text<&G::network_namespace>},
      {"use_pid_dir", set_flag<&G::use_pid_dir>},
  };
  return table;
}

// Those that begin with vrrp_ or concern VRRP alone.
const Handlers<Draft>& of_vrrp() {
  using G = Globals;
  static const Handlers<Draft> table = {
      {"vrrp_version",
       [](Draft& draft, const Call& call) {
         if (const auto value = choice(call))
           draft.globals.version = value->value == 0 ? vrrp::Version::V2 : vrrp::Version::V3;
       }},
      {"v3_checksum_as_v2", set_switch<&G::checksum_as_v2>},
      {"vrrp_strict", set_switch<&G::strict>},
      {"vrrp_skip_check_adv_addr", set_switch<&G::skip_check_adv_addr>},
      {"vrrp_check_unicast_src", set_switch<&G::check_unicast_source>},
      {"vrrp_garp_interval", set_seconds<&G::garp_interval>},
      {"vrrp_gna_interval", set_seconds<&G::gna_interval>},
      {"vrrp_garp_extra_if", set_extra_announce},
      {"vrrp_vmac_garp_intvl", set_extra_announce},
      {"vrrp_min_garp",
       [](Draft& draft, const Call& call) {
         if (const auto value = on_or_off(call)) draft.min_garp = value->value;
       }},
      {"vrrp_lower_prio_no_advert", set_switch<&G::lower_priority_no_advert>},
      {"vrrp_higher_prio_send_advert", set_switch<&G::higher_priority_send_advert>},
      {"vrrp_owner_ignore_adverts", set_switch<&G::owner_ignores_adverts>},
      {"vrrp_notify_priority_changes", set_switch<&G::notify_priority_changes>},
      {"vrrp_down_timer_adverts",
       [](Draft& draft, const Call& call) {
         if (const auto value = integer(call)) draft.globals.down_timer_adverts = value->value;
       }},
      {"vrrp_startup_delay", set_seconds<&G::startup_delay>},
      {"vrrp_delay_after_boot", set_seconds<&G::delay_after_boot>},
      {"vrrp_mcast_group4", set_group<&G::multicast_v4, net::Family::Ipv4>},
      {"vrrp_mcast_group6", set_group<&G::multicast_v6, net::Family::Ipv6>},
      {"log_unknown_vrids", set_flag<&G::log_unknown_vrids>},
      {"vmac_prefix", set_text<&G::vmac_prefix>},
      {"vmac_addr_prefix",
       [](Draft& draft, const Call& call) {
         if (auto value = text_word(call)) draft.vmac_address_prefix = std::move(value->value);
       }},
      {"vrrp_priority", set_integer<&G::process_priority>},
      {"vrrp_rt_priority", set_integer<&G::realtime_priority>},
      {"vrrp_no_swap", set_switch<&G::no_swap>},
      {"vrrp_rlimit_rttime", set_realtime_limit},
      {"vrrp_rlimit_rtime", set_realtime_limit},
      {"vrrp_cpu_affinity", set_cpus},
      {"vrrp_rx_bufs_policy", set_receive_buffers},
      {"vrrp_rx_bufs_multiplier",
       [](Draft& draft, const Call& call) {
         if (const auto value = integer(call))
           draft.globals.receive_buffer_multiplier = static_cast<unsigned>(value->value);
       }},
      {"vrrp_netlink_cmd_rcv_bufs", set_size<&G::netlink_command_buffer>},
      {"vrrp_netlink_cmd_rcv_bufs_force", set_switch<&G::netlink_command_buffer_forced>},
      {"vrrp_netlink_monitor_rcv_bufs", set_size<&G::netlink_monitor_buffer>},
      {"vrrp_netlink_monitor_rcv_bufs_force", set_switch<&G::netlink_monitor_buffer_forced>},
  };
  return table;
}

}  // namespace

void read_global(const Call& call, GlobalsDraft& draft) {
  for (const Handlers<Draft>* handlers : {&general(), &of_vrrp()})
    if (const auto handler = handlers->find(call.keyword.name); handler != handlers->end()) {
      handler->second(draft, call);
      return;
    }
  read_announce(call, draft.announce);
}

void read_globals(Context& context, const Statement& statement, GlobalsDraft& draft) {
  read_block(context, Block::Globals, statement.block,
             [&](const Call& call) { read_global(call, draft); });
}

}  // namespace keepalived
