#include "keepalived/form.h"

#include <fmt/format.h>

#include "keepalived/form_builder.h"

namespace keepalived {
namespace {

void add_weight(Builder& out, int weight, bool reverse) {
  std::vector<Scalar> words = {std::int64_t{weight}};
  if (reverse) words.emplace_back(std::string("reverse"));
  out.add(settings("weight", std::move(words)));
}

// What one of interfaces tracks says `reverse` or nothing; the others can also take back what is
// said where the tracked thing is defined.
void add_trackers(Builder& out, std::string_view key, const std::vector<Tracked>& given) {
  if (given.empty()) return;
  FormNode list{.kind = FormNode::Kind::List, .key = std::string(key)};
  for (const Tracked& one : given) {
    Builder words;
    words.value("weight", std::int64_t{one.weight});
    if (one.reverse)
      words.add(flag("reverse"));
    else if (key != "track_interface")
      words.add(flag("noreverse"));
    list.inner.push_back({.kind = FormNode::Kind::Line,
                          .key = "name",
                          .values = {one.name},
                          .inner = std::move(words.nodes)});
  }
  out.add(std::move(list));
}

void add_notify(Builder& out, const Notify& given) {
  out.if_any("notify_master", given.master);
  out.if_any("notify_backup", given.backup);
  out.if_any("notify_fault", given.fault);
  out.if_any("notify_stop", given.stop);
  out.if_any("notify_deleted", given.deleted);
  out.if_set("notify_deleted", given.says_deleted && !given.deleted);
  out.if_any("notify_master_rx_lower_pri", given.master_received_lower_priority);
  out.if_any("notify", given.any);
}

FormNode script(const Script& given) {
  Builder out;
  Command plain = given.command;
  plain.user.clear();
  out.if_any("script", std::optional(plain));
  out.value("interval", given.interval);
  if (given.timeout != given.interval) out.value("timeout", given.timeout);
  add_weight(out, given.weight, given.reverse);
  out.number("rise", given.rise);
  out.number("fall", given.fall);
  out.user("user", given.command.user, given.command.group, given.command.supplementary_groups);
  out.if_set("init_fail", given.starts_failed);
  return section("vrrp_script", given.name, std::move(out.nodes));
}

FormNode tracked_file(const TrackedFile& given) {
  Builder out;
  out.if_any("file", given.path);
  add_weight(out, given.weight, given.reverse);
  if (given.initial_value) {
    std::vector<Scalar> words = {std::int64_t{*given.initial_value}};
    if (given.overwrite) words.emplace_back(std::string("overwrite"));
    out.add(settings("init_file", std::move(words)));
  }
  return section("track_file", given.name, std::move(out.nodes));
}

FormNode tracked_process(const TrackedProcess& given) {
  Builder out;
  std::vector<Scalar> words;
  for (const std::string& argument : given.argv) words.emplace_back(argument);
  out.add(settings("process", std::move(words)));
  using Match = TrackedProcess::Match;
  if (given.match == Match::Initial) out.value("param_match", std::string("initial"));
  if (given.match == Match::Partial) out.value("param_match", std::string("partial"));
  out.if_set("param_match", given.match == Match::Exact && given.argv.size() == 1);
  out.if_set("full_command", given.full_command);
  add_weight(out, given.weight, given.reverse);
  // 0 at most is how keepalived says that none may run; the other bound follows from it.
  if (given.quorum > 0) out.number("quorum", given.quorum);
  out.if_any("quorum_max", given.quorum_max);
  out.if_any("fork_delay", given.fork_delay);
  out.if_any("terminate_delay", given.terminate_delay);
  return section("vrrp_track_process", given.name, std::move(out.nodes));
}

std::string milliseconds_text(Duration time) {
  return fmt::format("{}", std::chrono::duration<double, std::milli>(time).count());
}

FormNode bfd(const BfdSession& given) {
  Builder out;
  if (given.neighbour) out.value("neighbor_ip", net::to_string(*given.neighbour));
  if (given.source) out.value("source_ip", net::to_string(*given.source));
  out.value("min_rx", milliseconds_text(given.min_receive));
  out.value("min_tx", milliseconds_text(given.min_transmit));
  out.value("idle_tx", milliseconds_text(given.idle_transmit));
  out.number("multiplier", given.multiplier);
  out.if_set("passive", given.is_passive);
  out.number("ttl", given.ttl);
  out.number("hoplimit", given.hop_limit);
  out.value("max_hops", std::int64_t{given.max_hops});
  out.if_set("multihop", given.is_multihop);
  add_weight(out, given.weight, given.reverse);
  out.if_set("checker", !given.for_vrrp);
  return section("bfd_instance", given.name, std::move(out.nodes));
}

FormNode members(const std::vector<std::string>& names) {
  Builder out;
  out.list("group", names);
  return std::move(out.nodes.front());
}

FormNode announce_group(const AnnounceGroup& given) {
  Builder out;
  if (given.garp_interval) out.value("garp_interval", *given.garp_interval);
  if (given.gna_interval) out.value("gna_interval", *given.gna_interval);
  out.list("interfaces", given.interfaces);
  return section("garp_group", std::move(out.nodes));
}

FormNode group(const SyncGroup& given, const Globals& globals) {
  Builder out;
  out.add(members(given.members));
  add_trackers(out, "track_interface", given.interfaces);
  add_trackers(out, "track_script", given.scripts);
  add_trackers(out, "track_file", given.files);
  add_trackers(out, "track_process", given.processes);
  add_trackers(out, "track_bfd", given.bfd);
  out.if_set("sync_group_tracking_weight", given.tracking_weight);
  out.unless("smtp_alert", given.smtp_alert, globals.smtp_alert);
  add_notify(out, given.notify);
  out.unless("notify_priority_changes", given.notify.priority_changes,
             globals.notify_priority_changes);
  return section("vrrp_sync_group", given.name, std::move(out.nodes));
}

class InstanceForm {
 public:
  InstanceForm(const Instance& given, const Globals& globals, const PrintOptions& options)
      : given_(given), globals_(globals), options_(options) {}

  FormNode make() {
    election();
    authentication();
    hmac();
    unicast();
    virtual_interface();
    out_.list("virtual_ipaddress", given_.addresses);
    out_.list("virtual_ipaddress_excluded", given_.excluded);
    out_.if_set("no_virtual_ipaddress", given_.without_addresses);
    trackers();
    announcements();
    modes();
    out_.list("virtual_routes", given_.routes);
    out_.list("virtual_rules", given_.rules);
    add_notify(out_, given_.notify);
    return section("vrrp_instance", given_.name, std::move(out_.nodes));
  }

 private:
  void election() {
    const bool is_master = given_.initial_state == InitialState::Master;
    out_.value("state", std::string(is_master ? "MASTER" : "BACKUP"));
    out_.if_any("interface", given_.interface);
    out_.number("virtual_router_id", given_.vrid.value());
    out_.number("priority", given_.priority.value());
    out_.number("version", static_cast<std::uint64_t>(given_.version));
    out_.value("advert_int", given_.interval);
    out_.if_set("nopreempt", !given_.preempt);
    out_.if_any("preempt_delay", given_.preempt_delay);
    out_.value("down_timer_adverts", std::int64_t{given_.down_timer_adverts});
    out_.if_any("timer_expired_backup", given_.late_timer_backup);
    out_.value("strict_mode", given_.strict);
    out_.add(flag(given_.accept ? "accept" : "no_accept"));
  }

  void authentication() {
    if (given_.authentication == Authentication::None) return;
    Builder inner;
    const bool is_password = given_.authentication == Authentication::Password;
    inner.value("auth_type", std::string(is_password ? "PASS" : "AH"));
    if (options_.with_passwords)
      inner.value("auth_pass", given_.password);
    else
      inner.add(comment("auth_pass is not shown"));
    out_.add(section("authentication", std::move(inner.nodes)));
  }

  void hmac() {
    if (!given_.hmac) return;
    const Hmac& hmac = *given_.hmac;
    Builder inner;
    for (const HmacKey& key : hmac.keys) {
      if (!key.file.empty())
        inner.add(settings("key", {std::int64_t{key.id}, "file:" + key.file}));
      else if (options_.with_passwords)
        inner.add(settings("key", {std::int64_t{key.id}, "hex:" + hex(key.secret)}));
      else
        inner.add(comment(fmt::format("key {} is not shown", key.id)));
    }
    inner.number("active_key", hmac.active_key);
    const bool is_timed = hmac.replay == Hmac::Replay::Time;
    inner.value("anti_replay", std::string(is_timed ? "time" : "monotonic"));
    if (is_timed) inner.value("time_window", hmac.window);
    inner.value("mode", std::string(hmac.mode == Hmac::Mode::Enforce      ? "enforce"
                                    : hmac.mode == Hmac::Mode::Permissive ? "permissive"
                                                                          : "receive-only"));
    out_.add(section("auth_hmac", std::move(inner.nodes)));
  }

  static std::string hex(const std::string& bytes) {
    std::string out;
    for (const char byte : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(byte));
    return out;
  }

  void unicast() {
    const bool is_unicast = !given_.peers.empty();
    const bool is_ipvlan_address = given_.virtual_interface && given_.virtual_interface->address &&
                                   given_.virtual_interface->address->address() == given_.source;
    if (given_.source && !is_ipvlan_address)
      out_.value(is_unicast ? "unicast_src_ip" : "mcast_src_ip", net::to_string(*given_.source));
    out_.if_set("track_src_ip", given_.track_source);
    if (is_unicast) {
      out_.list("unicast_peer", given_.peers);
      if (given_.unicast_ttl != 255) out_.number("unicast_ttl", given_.unicast_ttl);
    } else {
      out_.value("mcast_dst_ip", net::to_string(given_.group));
    }
    // Old versions take this word for "on", whatever follows.
    if (given_.check_unicast_source != globals_.check_unicast_source)
      out_.add(given_.check_unicast_source ? flag("check_unicast_src")
                                           : setting("check_unicast_src", false));
    out_.if_set("unicast_fault_no_peer", given_.fault_without_peers);
    out_.if_any("vrf", given_.vrf);
  }

  void virtual_interface() {
    out_.if_set("use_vmac_addr", given_.vmac_for_addresses);
    if (!given_.virtual_interface) return;
    const VirtualInterface& made = *given_.virtual_interface;
    const bool is_macvlan = made.kind == VirtualInterface::Kind::Macvlan;
    std::vector<Scalar> words;
    const auto add = [&](std::string word) { words.emplace_back(std::move(word)); };
    if (!made.name.empty()) {
      if (made.name == "group" || made.name == "name" || made.name == "bridge") add("name");
      add(made.name);
    }
    if (made.mac) add(net::to_string(*made.mac));
    if (made.netlink_notify) add("netlink_notify_msg");
    if (made.address) add(net::to_string(*made.address));
    if (made.mode == VirtualInterface::Mode::Private) add("private");
    if (made.mode == VirtualInterface::Mode::Vepa) add("vepa");
    if (made.link_group) {
      add("group");
      words.emplace_back(std::int64_t{*made.link_group});
    }
    const std::string_view key = is_macvlan ? "use_vmac" : "use_ipvlan";
    out_.add(words.empty() ? flag(key) : settings(key, std::move(words)));
    out_.if_set("vmac_xmit_base", made.transmits_on_base);
  }

  void trackers() {
    out_.if_set("dont_track_primary", !given_.track_own_interface);
    add_trackers(out_, "track_interface", given_.interfaces);
    add_trackers(out_, "track_script", given_.scripts);
    add_trackers(out_, "track_file", given_.files);
    add_trackers(out_, "track_process", given_.processes);
    add_trackers(out_, "track_bfd", given_.bfd);
  }

  void announcements() {
    add_announce(out_, given_.announce, "");
    if (given_.extra_announce != globals_.extra_announce)
      add_extra_announce(out_, "garp_extra_if", given_.extra_announce);
    out_.value("lower_prio_no_advert", given_.lower_priority_no_advert);
    out_.value("higher_prio_send_advert", given_.higher_priority_send_advert);
  }

  void modes() {
    if (given_.priority.is_owner())
      out_.unless("owner_ignore_adverts", given_.owner_ignores_adverts,
                  globals_.owner_ignores_adverts || given_.strict);
    out_.unless("skip_check_adv_addr", given_.skip_check_adv_addr, globals_.skip_check_adv_addr);
    out_.unless("v3_checksum_as_v2", given_.checksum_as_v2, globals_.checksum_as_v2);
    out_.if_set("old_unicast_checksum", given_.old_checksum == OldChecksum::Always);
    if (given_.old_checksum == OldChecksum::Never)
      out_.value("old_unicast_checksum", std::string("never"));
    out_.if_any("kernel_rx_buf_size", given_.receive_buffer);
    out_.if_set("promote_secondaries", given_.promote_secondaries);
    out_.if_set("linkbeat_use_polling", given_.polls_link);
    out_.value("smtp_alert", given_.smtp_alert);
    out_.value("notify_priority_changes", given_.notify.priority_changes);
  }

  const Instance& given_;
  const Globals& globals_;
  const PrintOptions& options_;
  Builder out_;
};

}  // namespace

std::vector<FormNode> form_of(const Config& config, const PrintOptions& options) {
  Builder out;
  const Globals& globals = config.globals;
  out.if_any("instance", globals.instance_name);
  out.if_any("net_namespace", globals.network_namespace);
  out.if_set("use_pid_dir", globals.use_pid_dir);
  out.add(section("global_defs", form_of(globals)));
  out.list("interface_up_down_delays", config.interface_delays);
  out.list("linkbeat_interfaces", config.polled_interfaces);
  for (const AnnounceGroup& one : config.announce_groups) out.add(announce_group(one));
  for (const Script& one : config.scripts) out.add(script(one));
  for (const TrackedFile& one : config.files) out.add(tracked_file(one));
  for (const TrackedProcess& one : config.processes) out.add(tracked_process(one));
  for (const BfdSession& one : config.bfd) out.add(bfd(one));
  for (const TrackGroup& one : config.track_groups)
    out.add(section("track_group", one.name, {members(one.members)}));
  out.list("static_ipaddress", config.static_addresses);
  out.list("static_routes", config.static_routes);
  out.list("static_rules", config.static_rules);
  for (const SyncGroup& one : config.groups) out.add(group(one, globals));
  for (const Instance& one : config.instances) out.add(InstanceForm(one, globals, options).make());
  return std::move(out.nodes);
}

}  // namespace keepalived
