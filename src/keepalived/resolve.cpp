// From what was written to what is in force: defaults that come from elsewhere, and keywords of one
// instance that exclude each other.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
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

  std::optional<Instance> resolve() {
    const auto vrid = router_id();
    const bool has_interface = check_interface();
    if (!vrid || !has_interface) return std::nullopt;
    Instance out{.name = std::move(draft_.name.text), .vrid = *vrid};
    out.at = context_.sources.place(draft_.name.at);
    out.vrid_at = context_.sources.place(draft_.vrid->at);
    out.interface_at = draft_.interface ? context_.sources.place(draft_.interface->at) : out.at;
    if (draft_.interface) out.interface = std::move(draft_.interface->value);
    out.strict = draft_.strict ? draft_.strict->value : globals_.globals.strict;
    set_addresses(out);
    set_version(out);
    set_priority(out);
    set_preemption(out);
    set_interval(out);
    set_authentication(out);
    set_unicast(out);
    set_modes(out);
    out.announce = keepalived::resolve(globals_.announce, draft_.announce);
    // No repeats after a rival was heard: RFC 5798 only discards its advertisement.
    if (out.strict) {
      out.announce.lower_priority_delay = draft_.announce.lower_priority_delay.value_or(Duration{});
      out.announce.lower_priority_repeat = draft_.announce.lower_priority_repeat.value_or(0);
    }
    out.notify = std::move(draft_.notify);
    out.routes = std::move(draft_.routes);
    out.rules = std::move(draft_.rules);
    return out;
  }

 private:
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
    out.group = out.family == net::Family::Ipv4 ? globals_.group_v4 : globals_.group_v6;
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
    out.down_timer_adverts = draft_.down_timer_adverts.value_or(globals_.down_timer_adverts);
    out.skip_check_adv_addr = draft_.skip_check_adv_addr.value_or(globals.skip_check_adv_addr);
    out.lower_priority_no_advert =
        draft_.lower_priority_no_advert.value_or(globals.lower_priority_no_advert || out.strict);
    out.higher_priority_send_advert =
        draft_.higher_priority_send_advert.value_or(globals.higher_priority_send_advert);
    out.checksum_as_v2 = draft_.checksum_as_v2;
    out.smtp_alert = draft_.smtp_alert.value_or(globals.smtp_alert);
    out.promote_secondaries = draft_.promote_secondaries;
    out.accept = draft_.accept ? draft_.accept->value : !out.strict || out.priority.is_owner();
  }

  Context& context_;
  const GlobalsDraft& globals_;
  InstanceDraft& draft_;
};

}  // namespace

Config resolve(Context& context, Drafts drafts) {
  Config config;
  AnnounceDraft& announce = drafts.globals.announce;
  if (drafts.globals.min_garp) {
    announce.delay = announce.delay.value_or(Duration{});
    announce.repeat = announce.repeat.value_or(1);
    announce.refresh_repeat = announce.refresh_repeat.value_or(0);
  }
  config.globals = std::move(drafts.globals.globals);
  config.globals.announce = resolve(announce, {});
  config.scripts = std::move(drafts.scripts);
  config.files = std::move(drafts.files);
  config.processes = std::move(drafts.processes);
  config.static_addresses = std::move(drafts.static_addresses);

  drafts.globals.globals = config.globals;  // what instances take their defaults from
  const References references(context, config, drafts.groups);
  std::vector<Origins> origins;
  for (InstanceDraft& draft : drafts.instances) {
    Origins where{.name = draft.name.at, .vrid = draft.vrid ? draft.vrid->at : draft.name.at};
    auto instance = InstanceResolver(context, drafts.globals, draft).resolve();
    if (!instance) continue;
    references.resolve(std::move(draft.tracked), *instance);
    config.instances.push_back(std::move(*instance));
    origins.push_back(where);
    draft = InstanceDraft{.name = {}};  // 65,000 of them need not be there twice
  }
  check_router_ids(context, config, origins);
  config.groups = references.resolve_groups(std::move(drafts.groups), config);
  return config;
}

}  // namespace keepalived
