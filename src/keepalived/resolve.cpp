// From what was written to what is in force: defaults that come from elsewhere, and keywords of one
// instance that exclude each other.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

#include "keepalived/drafts.h"
#include "keepalived/references.h"

namespace keepalived {
namespace {

constexpr std::size_t kMostAddresses = 255;  // one byte counts them in an advertisement
constexpr std::uint8_t kOwner = 255;

// Makes one Instance of one draft. The methods are called in the order in which they stand: later
// ones use what earlier ones decided.
class InstanceResolver {
 public:
  InstanceResolver(Context& context, const GlobalsDraft& globals, InstanceDraft& draft)
      : context_(context), globals_(globals), draft_(draft) {}

  // Also one that cannot run is looked through to the end: all problems in one pass.
  Instance resolve() {
    const auto vrid = router_id();
    can_run_ = check_interface() && vrid;
    Instance out{.name = draft_.name.text, .vrid = vrid.value_or(kStandIn)};
    out.at = context_.sources.place(draft_.name.at);
    out.vrid_at = draft_.vrid ? context_.sources.place(draft_.vrid->at) : out.at;
    out.interface_at = draft_.interface ? context_.sources.place(draft_.interface->at) : out.at;
    if (draft_.interface) out.interface = std::move(draft_.interface->value);
    out.strict = draft_.strict ? draft_.strict->value : globals_.globals.strict;
    set_addresses(out);
    set_version(out);
    set_priority(out);
    set_preemption(out);
    set_interval(out);
    set_authentication(out);
    set_hmac(out);
    set_unicast(out);
    set_modes(out);
    set_virtual_interface(out);
    out.announce = keepalived::resolve(globals_.announce, draft_.announce);
    // No repeats after a rival was heard: RFC 5798 only discards its advertisement.
    if (out.strict) {
      out.announce.lower_priority_delay = draft_.announce.lower_priority_delay.value_or(Duration{});
      out.announce.lower_priority_repeat = draft_.announce.lower_priority_repeat.value_or(0);
    }
    out.extra_announce = draft_.extra_announce.value_or(globals_.globals.extra_announce);
    out.notify = std::move(draft_.notify);
    out.notify.priority_changes =
        draft_.notify_priority_changes.value_or(globals_.globals.notify_priority_changes);
    out.routes = std::move(draft_.routes);
    out.rules = std::move(draft_.rules);
    return out;
  }

  bool can_run() const { return can_run_; }

 private:
  static inline const auto kStandIn = vrrp::VirtualRouterId::from(1).value();

  Findings& findings() { return context_.findings; }
  const std::string& name() const { return draft_.name.text; }

  std::optional<vrrp::VirtualRouterId> router_id() {
    if (draft_.vrid) return vrrp::VirtualRouterId::from(draft_.vrid->value).value();
    findings().fatal(draft_.name.at,
                     fmt::format("vrrp_instance {} has no virtual_router_id", name()),
                     "add `virtual_router_id N`, 1..255, the same on all nodes of this router");
    return std::nullopt;
  }

  bool check_interface() {
    const bool can_do_without = !draft_.peers.empty() && draft_.source;
    if (!draft_.interface && !can_do_without) {
      findings().fatal(draft_.name.at, fmt::format("vrrp_instance {} has no interface", name()),
                       "add `interface NAME`; only unicast with unicast_src_ip can do without");
      return false;
    }
    if (draft_.interface && draft_.interface->value == kAutoInterface && draft_.addresses.empty()) {
      findings().fatal(
          draft_.interface->at,
          fmt::format("vrrp_instance {} has no address to choose its interface by", name()),
          "`interface auto` is the interface whose network contains the first "
          "address of virtual_ipaddress");
      return false;
    }
    return true;
  }

  void set_addresses(Instance& out) {
    if (!draft_.addresses.empty())
      out.family = draft_.addresses.front().prefix.address().family();
    else if (!draft_.peers.empty())
      out.family = draft_.peers.front().address.family();
    else if (draft_.source)
      out.family = draft_.source->value.family();
    out.excluded = std::move(draft_.excluded);
    for (std::size_t i = 0; i < draft_.addresses.size(); ++i) {
      VirtualAddress& address = draft_.addresses[i];
      if (address.prefix.address().family() != out.family) {
        findings().error(
            draft_.addresses_at[i],
            fmt::format("{} is not {} as the first address of {}", net::to_string(address.prefix),
                        net::name(out.family), out.name),
            "it is ignored; put it into virtual_ipaddress_excluded");
      } else if (out.addresses.size() == kMostAddresses) {
        if (i == kMostAddresses)
          findings().warning(
              draft_.addresses_at[i],
              fmt::format("an advertisement holds at most {} addresses", kMostAddresses),
              "this one and those behind it are held but not advertised");
        out.excluded.push_back(std::move(address));
      } else {
        out.addresses.push_back(std::move(address));
      }
    }
    if (out.addresses.empty() && !draft_.no_addresses_wanted)
      findings().warning(draft_.name.at,
                         fmt::format("vrrp_instance {} has no address to advertise", out.name),
                         "add `virtual_ipaddress { ADDRESS }`");
  }

  void set_version(Instance& out) {
    const bool is_v4 = out.family == net::Family::Ipv4;
    out.version = is_v4 ? globals_.globals.version : vrrp::Version::V3;
    if (!draft_.version) return;
    if (draft_.version->value == 2 && !is_v4)
      findings().error(draft_.version->at, "version 2 over IPv6 is in no RFC and is not supported",
                       "version 3 is used");
    else
      out.version = draft_.version->value == 2 ? vrrp::Version::V2 : vrrp::Version::V3;
  }

  void set_priority(Instance& out) {
    const bool is_master = draft_.state && draft_.state->value == InitialState::Master;
    int priority = is_master ? kOwner : 100;
    if (draft_.priority)
      priority = draft_.priority->value;
    else if (is_master)
      findings()
          .warning(draft_.state->at,
                   fmt::format("{} has `state MASTER` and no priority, which makes it the owner "
                               "of the addresses, with priority {}",
                               out.name, kOwner),
                   "add `priority 150`, say, and a smaller one on the other node")
          .rule("master-without-priority");
    out.priority = vrrp::Priority(static_cast<std::uint8_t>(priority));
    out.initial_state = is_master || (!draft_.state && priority == kOwner) ? InitialState::Master
                                                                           : InitialState::Backup;
    // Strict mode: MASTER is who owns the addresses, and nobody else.
    if (out.strict)
      out.initial_state = out.priority.is_owner() ? InitialState::Master : InitialState::Backup;
  }

  void set_preemption(Instance& out) {
    const bool is_master = out.initial_state == InitialState::Master;
    out.preempt = !draft_.nopreempt.has_value();
    if (!out.preempt && out.priority.is_owner()) {
      auto remark =
          findings().warning(*draft_.nopreempt, "nopreempt has no effect with priority 255",
                             "the owner of the addresses always takes over");
      show_cause(remark.rule("nopreempt-no-effect"), out);
      out.preempt = true;
    } else if (!out.preempt && is_master) {
      auto remark =
          findings().warning(*draft_.nopreempt, "nopreempt has no effect with `state MASTER`",
                             "write `state BACKUP` on both nodes");
      show_cause(remark.rule("nopreempt-no-effect"), out);
      out.preempt = true;
    }
    if (!draft_.preempt_delay || draft_.preempt_delay->value == Duration{}) return;
    const Origin& at = draft_.preempt_delay->at;
    if (out.strict)
      findings()
          .warning(at, "preempt_delay has no effect in strict mode", "take one of them away")
          .rule("preempt-delay-no-effect");
    else if (is_master) {
      auto remark = findings().warning(at, "preempt_delay has no effect with `state MASTER`",
                                       "write `state BACKUP`");
      show_cause(remark.rule("preempt-delay-no-effect"), out);
    } else if (!out.preempt)
      findings()
          .warning(at, "preempt_delay has no effect with nopreempt", "take one of them away")
          .also(*draft_.nopreempt, "nopreempt stands here")
          .rule("preempt-delay-no-effect");
    else
      out.preempt_delay = draft_.preempt_delay->value;
  }

  // The line that takes the effect from another one.
  void show_cause(Findings::Remark& remark, const Instance& out) {
    if (out.priority.is_owner() && draft_.priority)
      remark.also(draft_.priority->at, "the priority stands here");
    else if (draft_.state)
      remark.also(draft_.state->at, "the state stands here");
  }

  void set_interval(Instance& out) {
    if (!draft_.interval) return;
    using std::chrono::milliseconds;
    const bool is_v2 = out.version == vrrp::Version::V2;
    const Duration unit = is_v2 ? Duration(std::chrono::seconds(1)) : Duration(milliseconds(10));
    const Duration most =
        is_v2 ? Duration(std::chrono::seconds(255)) : Duration(milliseconds(40950));
    const Duration wanted = draft_.interval->value;
    const Duration rounded = (wanted + unit / 2) / unit * unit;
    out.interval = std::clamp(rounded, unit, most);
    if (out.interval == wanted) return;
    const std::string used = fmt::format("{} s is used", in_seconds(out.interval));
    if (wanted > most)
      findings().error(draft_.interval->at,
                       fmt::format("advert_int {} is more than version 3 can say, {}",
                                   in_seconds(wanted), in_seconds(most)),
                       used);
    else if (is_v2)
      findings()
          .error(draft_.interval->at,
                 fmt::format("advert_int {}: version 2 has whole seconds only", in_seconds(wanted)),
                 used + "; `version 3` has hundredths")
          .rule("sub-second-v2");
    else
      findings().warning(
          draft_.interval->at,
          fmt::format("advert_int {}: version 3 has hundredths of a second", in_seconds(wanted)),
          used);
  }

  void set_authentication(Instance& out) {
    if (!draft_.authentication) {
      if (draft_.password)
        findings().warning(draft_.password->at, "auth_pass has no effect without auth_type",
                           "write `auth_type PASS` in front of it");
      return;
    }
    const Origin& at = draft_.authentication->at;
    if (out.version == vrrp::Version::V3) {
      auto remark = findings().error(at, "version 3 has no authentication; it is ignored",
                                     "take the block out");
      if (draft_.version) remark.also(draft_.version->at, "version 3 is asked for here");
    } else if (out.strict) {
      findings().error(at, "strict mode has no authentication; it is ignored",
                       "RFC 3768 took it out of version 2");
    } else if (draft_.authentication->value == Authentication::Header) {
      out.authentication = Authentication::Header;
      // Its sequence numbers must be heard before they can be gone on with.
      if (!out.priority.is_owner()) out.initial_state = InitialState::Backup;
      if (draft_.password) out.password = std::move(draft_.password->value);
    } else if (!draft_.password || draft_.password->value.empty()) {
      findings().error(at, "auth_type PASS without auth_pass; it is ignored",
                       "add `auth_pass WORD`, the same on all nodes");
    } else {
      out.authentication = Authentication::Password;
      out.password = std::move(draft_.password->value);
    }
  }

  void set_unicast(Instance& out) {
    if (draft_.source && draft_.source->value.family() != out.family)
      findings().error(draft_.source->at,
                       fmt::format("the source {} is no {} address",
                                   net::to_string(draft_.source->value), net::name(out.family)),
                       "it is ignored");
    else if (draft_.source)
      out.source = draft_.source->value;
    for (std::size_t i = 0; i < draft_.peers.size(); ++i) {
      if (draft_.peers[i].address.family() == out.family)
        out.peers.push_back(std::move(draft_.peers[i]));
      else
        findings().error(
            draft_.peers_at[i],
            fmt::format("the peer {} is no {} address", net::to_string(draft_.peers[i].address),
                        net::name(out.family)),
            "it is ignored");
    }
    out.fault_without_peers = draft_.fault_without_peers;
    if (draft_.unicast && out.peers.empty() && !out.fault_without_peers)
      findings().warning(*draft_.unicast,
                         fmt::format("{} has no unicast peer, so that it uses multicast", out.name),
                         "add `unicast_peer { ADDRESS }`");
    if (out.strict && !out.peers.empty())
      findings().error(*draft_.unicast, "strict mode has no unicast",
                       "the peers are used all the same");
    out.group = out.family == net::Family::Ipv4 ? globals_.globals.multicast_v4
                                                : globals_.globals.multicast_v6;
    if (!draft_.group) return;
    if (draft_.group->value.family() == out.family)
      out.group = draft_.group->value;
    else
      findings().error(draft_.group->at,
                       fmt::format("{} is no {} address", net::to_string(draft_.group->value),
                                   net::name(out.family)),
                       "it is ignored");
  }

  void set_modes(Instance& out) {
    const Globals& globals = globals_.globals;
    out.track_source = draft_.track_source;
    out.check_unicast_source = draft_.check_unicast_source.value_or(globals.check_unicast_source);
    out.unicast_ttl = static_cast<std::uint8_t>(draft_.unicast_ttl.value_or(255));
    out.track_own_interface = draft_.track_own_interface;
    out.down_timer_adverts = draft_.down_timer_adverts.value_or(globals.down_timer_adverts);
    out.skip_check_adv_addr = draft_.skip_check_adv_addr.value_or(globals.skip_check_adv_addr);
    out.lower_priority_no_advert =
        draft_.lower_priority_no_advert.value_or(globals.lower_priority_no_advert || out.strict);
    out.higher_priority_send_advert =
        draft_.higher_priority_send_advert.value_or(globals.higher_priority_send_advert);
    out.checksum_as_v2 = draft_.checksum_as_v2.value_or(globals.checksum_as_v2);
    out.smtp_alert = draft_.smtp_alert.value_or(globals.smtp_alert);
    out.promote_secondaries = draft_.promote_secondaries;
    out.polls_link = draft_.polls_link;
    out.old_checksum = draft_.old_checksum;
    out.receive_buffer = draft_.receive_buffer;
    out.without_addresses = draft_.no_addresses_wanted;
    const bool owner_ignores = globals.owner_ignores_adverts || out.strict;
    out.owner_ignores_adverts =
        out.priority.is_owner() && draft_.owner_ignores_adverts.value_or(owner_ignores);
    if (draft_.late_timer_backup && out.preempt)
      findings().error(draft_.name.at, "timer_expired_backup needs nopreempt", "it is ignored");
    else
      out.late_timer_backup = draft_.late_timer_backup;
    out.accept = draft_.accept ? draft_.accept->value : !out.strict || out.priority.is_owner();
  }

  // The trailer of keepalived 2.4 takes the place of the password.
  void set_hmac(Instance& out) {
    if (!draft_.hmac) return;
    HmacDraft& given = *draft_.hmac;
    if (out.authentication != Authentication::None) {
      findings()
          .error(given.at, "auth_hmac and authentication exclude each other")
          .also(draft_.authentication->at, "this one is ignored");
      out.authentication = Authentication::None;
      out.password.clear();
    }
    const auto active = std::ranges::find_if(given.keys, [&](const Given<HmacKey>& key) {
      return given.active_key && key.value.id == given.active_key->value;
    });
    if (active == given.keys.end()) {
      const std::string what = given.active_key
                                   ? fmt::format("there is no key {}", given.active_key->value)
                                   : std::string("auth_hmac has no active_key");
      findings().error(given.active_key ? given.active_key->at : given.at, what,
                       "without a key to sign with the block is ignored: nothing is authenticated");
      return;
    }
    Hmac hmac{.replay = given.replay, .mode = given.mode, .at = context_.sources.place(given.at)};
    for (Given<HmacKey>& key : given.keys) hmac.keys.push_back(std::move(key.value));
    hmac.active_key = static_cast<std::uint8_t>(given.active_key->value);
    if (out.strict && hmac.mode != Hmac::Mode::Enforce) {
      findings().error(given.at, "strict mode needs `mode enforce`", "it is used");
      hmac.mode = Hmac::Mode::Enforce;
    }
    constexpr Duration kLeast = std::chrono::seconds(5), kMost = std::chrono::seconds(300);
    const Duration three = 3 * std::chrono::floor<std::chrono::seconds>(out.interval);
    if (hmac.replay == Hmac::Replay::Time)
      hmac.window = given.window.value_or(std::clamp(three, kLeast, kMost));
    out.hmac = std::move(hmac);
  }

  void set_virtual_interface(Instance& out) {
    out.vmac_for_addresses = draft_.vmac_for_addresses;
    set_vrf(out);
    if (!draft_.virtual_interface) {
      if (draft_.transmits_on_base)
        findings().error(*draft_.transmits_on_base, "vmac_xmit_base needs use_vmac",
                         "it is ignored");
      return;
    }
    VirtualInterfaceDraft& given = *draft_.virtual_interface;
    VirtualInterface& made = given.what;
    const bool is_macvlan = made.kind == VirtualInterface::Kind::Macvlan;
    if (given.mac_without_vrid) {
      net::MacAddress::Bytes bytes{};
      std::ranges::copy(*given.mac_without_vrid, bytes.begin());
      bytes.back() = out.vrid.value();
      made.mac = net::MacAddress(bytes);
    }
    if (out.strict && made.mac) {
      findings().error(given.at, "strict mode has no MAC address but that of the VRID",
                       "that is used");
      made.mac.reset();
    }
    made.transmits_on_base = draft_.transmits_on_base.has_value() && is_macvlan;
    if (made.transmits_on_base && out.strict) {
      findings().error(*draft_.transmits_on_base, "strict mode has no vmac_xmit_base",
                       "it is ignored");
      made.transmits_on_base = false;
    }
    if (!is_macvlan) check_ipvlan(out, given);
    if (out.promote_secondaries) {
      findings().warning(given.at, "promote_secondaries is always on with a virtual interface",
                         "leave it out");
      out.promote_secondaries = false;
    }
    out.virtual_interface = std::move(made);
  }

  void check_ipvlan(Instance& out, const VirtualInterfaceDraft& given) {
    const std::optional<net::Prefix>& address = given.what.address;
    if (address && address->address().family() != out.family)
      findings().error(
          given.address_at,
          fmt::format("{} is no {} address", net::to_string(*address), net::name(out.family)),
          "the interface gets no address");
    else if (!address && out.family == net::Family::Ipv4)
      findings().error(given.at, "an ipvlan interface over IPv4 needs an address",
                       "write `use_ipvlan NAME ADDRESS/LENGTH`");
    else if (address && !out.source)
      out.source = address->address();  // what advertisements come from
  }

  void set_vrf(Instance& out) {
    if (!draft_.vrf) return;
    if (!out.interface.empty() || out.peers.empty())
      findings().error(draft_.vrf->at, "`vrf` is for unicast without an interface",
                       "it is ignored");
    else
      out.vrf = std::move(draft_.vrf->value);
  }

  Context& context_;
  const GlobalsDraft& globals_;
  InstanceDraft& draft_;
  bool can_run_ = false;
};

// A group of which one member is no owner that begins as MASTER begins as BACKUP, all of it.
void begin_together(Config& config) {
  std::map<std::string_view, Instance*> instances;
  for (Instance& instance : config.instances) instances.emplace(instance.name, &instance);
  for (const SyncGroup& group : config.groups) {
    const bool all_own = std::ranges::all_of(group.members, [&](const std::string& member) {
      const Instance& one = *instances.at(member);
      return one.priority.is_owner() && one.initial_state == InitialState::Master;
    });
    if (!all_own)
      for (const std::string& member : group.members)
        instances.at(member)->initial_state = InitialState::Backup;
  }
}

// Globals that depend on each other, in whatever order they stand.
Globals resolve_globals(GlobalsDraft& draft) {
  if (draft.min_garp.value_or(false)) {
    draft.announce.delay = draft.announce.delay.value_or(Duration{});
    draft.announce.repeat = draft.announce.repeat.value_or(1);
    draft.announce.refresh_repeat = draft.announce.refresh_repeat.value_or(0);
  }
  Globals& globals = draft.globals;
  globals.announce = resolve(draft.announce, {});
  globals.smtp_alert = draft.smtp_alert_vrrp.value_or(globals.smtp_alert);
  globals.vmac_address_prefix = draft.vmac_address_prefix.value_or(globals.vmac_prefix);
  return globals;
}

}  // namespace

Config resolve(Context& context, Drafts drafts) {
  Config config;
  config.globals = resolve_globals(drafts.globals);
  config.scripts = std::move(drafts.scripts);
  config.files = std::move(drafts.files);
  config.processes = std::move(drafts.processes);
  config.bfd = std::move(drafts.bfd);
  config.announce_groups = std::move(drafts.announce_groups);
  config.interface_delays = std::move(drafts.interface_delays);
  config.polled_interfaces = std::move(drafts.polled_interfaces);

  const References references(context, config, drafts.groups);
  std::vector<Origins> origins;
  for (InstanceDraft& draft : drafts.instances) {
    Origins where{.name = draft.name.at, .vrid = draft.vrid ? draft.vrid->at : draft.name.at};
    InstanceResolver resolver(context, drafts.globals, draft);
    Instance instance = resolver.resolve();
    references.resolve(std::move(draft.tracked), instance);
    if (!resolver.can_run()) continue;
    if (!draft.notify_priority_changes) references.inherit(instance);
    config.instances.push_back(std::move(instance));
    origins.push_back(where);
    draft = InstanceDraft{.name = {}};  // 65,000 of them need not be there twice
  }
  check_router_ids(context, config, origins);
  config.groups = references.resolve_groups(std::move(drafts.groups), config);
  begin_together(config);
  references.resolve_static(drafts, config);
  return config;
}

}  // namespace keepalived
