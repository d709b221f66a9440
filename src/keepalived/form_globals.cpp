#include <fmt/format.h>

#include "keepalived/form_builder.h"

namespace keepalived {
namespace {

void add_fifo(Builder& out, std::string_view key, const Fifo& given) {
  if (!given.is_set()) return;
  std::vector<Scalar> words = {given.path};
  if (!given.user.empty()) words.emplace_back(given.user);
  if (!given.user.empty() && !given.group.empty()) words.emplace_back(given.group);
  out.add(settings(key, std::move(words)));
  out.if_any(fmt::format("{}_script", key), given.script);
}

void add_scripts(Builder& out, const Globals& given) {
  out.user("script_user", given.script_user, given.script_group, false);
  out.if_set("set_supplementary_groups", given.script_supplementary_groups);
  out.if_set("enable_script_security", given.script_security);
  out.if_set("use_symlink_paths", given.use_symlink_paths);
  const Globals standard;
  out.if_any("startup_script", given.startup_script);
  if (given.startup_script_timeout != standard.startup_script_timeout)
    out.value("startup_script_timeout", given.startup_script_timeout);
  out.if_any("shutdown_script", given.shutdown_script);
  if (given.shutdown_script_timeout != standard.shutdown_script_timeout)
    out.value("shutdown_script_timeout", given.shutdown_script_timeout);
  add_fifo(out, "notify_fifo", given.fifo);
  add_fifo(out, "vrrp_notify_fifo", given.vrrp_fifo);
  out.if_set("fifo_write_vrrp_states_on_reload", given.fifo_states_on_reload);
}

void add_mail(Builder& out, const Mail& given) {
  out.list("notification_email", given.recipients);
  out.if_any("notification_email_from", given.from);
  if (!given.server.empty())
    out.add(settings("smtp_server", {given.server, std::int64_t{given.port}}));
  out.if_any("smtp_helo_name", given.helo);
  if (given.connect_timeout != Mail{}.connect_timeout)
    out.value("smtp_connect_timeout", given.connect_timeout);
  out.if_set("no_email_faults", !given.faults);
}

void add_process(Builder& out, const Globals& given) {
  out.if_any("vrrp_priority", given.process_priority);
  out.if_any("vrrp_rt_priority", given.realtime_priority);
  out.if_any("max_auto_priority", given.max_auto_priority);
  if (given.auto_priority_delay != Globals{}.auto_priority_delay)
    out.value("min_auto_priority_delay",
              std::chrono::floor<std::chrono::microseconds>(given.auto_priority_delay).count());
  out.if_set("vrrp_no_swap", given.no_swap);
  if (given.realtime_limit) out.value("vrrp_rlimit_rttime", given.realtime_limit->count());
  if (!given.cpus.empty()) {
    std::vector<Scalar> words;
    for (const unsigned cpu : given.cpus) words.emplace_back(std::int64_t{cpu});
    out.add(settings("vrrp_cpu_affinity", std::move(words)));
  }
  if (given.umask) out.value("umask", fmt::format("0{:o}", *given.umask));
  out.if_any("process_name", given.process_name);
  out.if_any("vrrp_process_name", given.vrrp_process_name);
}

void add_buffers(Builder& out, const Globals& given) {
  switch (given.receive_buffers) {
    case ReceiveBuffers::System:
      break;
    case ReceiveBuffers::Mtu:
      out.value("vrrp_rx_bufs_policy", std::string("MTU"));
      break;
    case ReceiveBuffers::Advertisement:
      out.value("vrrp_rx_bufs_policy", std::string("ADVERT"));
      break;
    case ReceiveBuffers::Fixed:
      out.number("vrrp_rx_bufs_policy", given.receive_buffer_size);
      break;
  }
  if (given.receive_buffer_multiplier != Globals{}.receive_buffer_multiplier)
    out.number("vrrp_rx_bufs_multiplier", given.receive_buffer_multiplier);
  out.if_any("vrrp_netlink_cmd_rcv_bufs", given.netlink_command_buffer);
  out.if_set("vrrp_netlink_cmd_rcv_bufs_force", given.netlink_command_buffer_forced);
  out.if_any("vrrp_netlink_monitor_rcv_bufs", given.netlink_monitor_buffer);
  out.if_set("vrrp_netlink_monitor_rcv_bufs_force", given.netlink_monitor_buffer_forced);
  out.if_any("process_monitor_rcv_bufs", given.process_monitor_buffer);
  out.if_set("process_monitor_rcv_bufs_force", given.process_monitor_buffer_forced);
}

void add_surfaces(Builder& out, const Globals& given) {
  if (given.nftables_table != Globals{}.nftables_table) out.value("nftables", given.nftables_table);
  out.if_any("nftables_priority", given.nftables_priority);
  out.if_set("nftables_counters", given.nftables_counters);
  out.if_set("nftables_ifindex", given.nftables_ifindex);
  out.if_set("disable_local_igmp", given.disable_local_igmp);
  out.if_set("enable_snmp_vrrp", given.snmp.vrrp);
  out.if_set("enable_snmp_rfcv2", given.snmp.rfc_v2);
  out.if_set("enable_snmp_rfcv3", given.snmp.rfc_v3);
  out.if_set("enable_traps", given.snmp.traps);
  out.if_any("snmp_socket", given.snmp.socket);
  out.if_set("enable_dbus", given.dbus.is_enabled);
  out.if_any("dbus_service_name", given.dbus.service);
  out.if_any("dbus_no_interface_name", given.dbus.no_interface_name);
}

void add_files(Builder& out, const Globals& given) {
  out.if_set("data_use_instance", given.data_use_instance);
  out.if_any("state_dump_file", given.state_dump_file);
  out.if_any("stats_dump_file", given.stats_dump_file);
  out.if_any("json_dump_file", given.json_dump_file);
  if (given.json_version != 1) out.value("json_version", std::int64_t{given.json_version});
  if (given.reload_check_config && !given.reload_check_log.empty())
    out.value("reload_check_config", given.reload_check_log);
  else
    out.if_set("reload_check_config", given.reload_check_config);
  if (given.reload_file && !given.reload_file->empty())
    out.value("reload_file", *given.reload_file);
  else
    out.if_set("reload_file", given.reload_file.has_value());
  out.if_any("reload_time_file", given.reload_time_file);
  out.if_set("reload_repeat", given.reload_repeat);
  out.if_any("config_save_dir", given.config_save_dir);
}

}  // namespace

std::vector<FormNode> form_of(const Globals& given) {
  Builder out;
  out.if_any("router_id", given.router_id);
  add_mail(out, given.mail);
  out.if_set("smtp_alert", given.smtp_alert);
  out.number("vrrp_version", static_cast<std::uint64_t>(given.version));
  out.if_set("vrrp_strict", given.strict);
  out.if_set("vrrp_skip_check_adv_addr", given.skip_check_adv_addr);
  out.if_set("vrrp_check_unicast_src", given.check_unicast_source);
  out.if_set("v3_checksum_as_v2", given.checksum_as_v2);
  add_announce(out, given.announce, "vrrp_");
  if (given.extra_announce != ExtraAnnounce{})
    add_extra_announce(out, "vrrp_garp_extra_if", given.extra_announce);
  out.if_any("vrrp_garp_interval", given.garp_interval);
  out.if_any("vrrp_gna_interval", given.gna_interval);
  out.if_set("vrrp_lower_prio_no_advert", given.lower_priority_no_advert);
  out.if_set("vrrp_higher_prio_send_advert", given.higher_priority_send_advert);
  out.if_set("vrrp_owner_ignore_adverts", given.owner_ignores_adverts);
  out.if_set("vrrp_notify_priority_changes", given.notify_priority_changes);
  const Globals standard;
  if (given.down_timer_adverts != standard.down_timer_adverts)
    out.value("vrrp_down_timer_adverts", std::int64_t{given.down_timer_adverts});
  if (given.multicast_v4 != standard.multicast_v4)
    out.value("vrrp_mcast_group4", net::to_string(given.multicast_v4));
  if (given.multicast_v6 != standard.multicast_v6)
    out.value("vrrp_mcast_group6", net::to_string(given.multicast_v6));
  out.if_any("vrrp_startup_delay", given.startup_delay);
  out.if_any("vrrp_delay_after_boot", given.delay_after_boot);
  out.if_any("default_interface", given.default_interface);
  if (given.interfaces_may_change)
    out.value("dynamic_interfaces", std::string("allow_if_changes"));
  else
    out.if_set("dynamic_interfaces", given.dynamic_interfaces);
  out.if_set("log_unknown_vrids", given.log_unknown_vrids);
  if (given.vmac_prefix != standard.vmac_prefix) out.value("vmac_prefix", given.vmac_prefix);
  if (given.vmac_address_prefix != given.vmac_prefix)
    out.value("vmac_addr_prefix", given.vmac_address_prefix);
  add_scripts(out, given);
  add_process(out, given);
  add_buffers(out, given);
  add_surfaces(out, given);
  add_files(out, given);
  return std::move(out.nodes);
}

}  // namespace keepalived
