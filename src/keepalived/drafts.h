// Blocks as they were written, before defaults and checks that need the whole file. Internal to the
// reader.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "keepalived/config.h"
#include "keepalived/values.h"

namespace keepalived {

struct TrackDraft {
  std::string name;
  std::optional<int> weight = {};
  std::optional<bool> reverse = {};
  Origin at = {};
};

struct TrackDrafts {
  std::vector<TrackDraft> interfaces = {};
  std::vector<TrackDraft> scripts = {};
  std::vector<TrackDraft> files = {};
  std::vector<TrackDraft> processes = {};
  std::vector<TrackDraft> bfd = {};
};

// Nothing: the global setting holds.
struct AnnounceDraft {
  std::optional<Duration> delay = {};
  std::optional<unsigned> repeat = {};
  std::optional<Duration> refresh = {};
  std::optional<unsigned> refresh_repeat = {};
  std::optional<Duration> lower_priority_delay = {};
  std::optional<unsigned> lower_priority_repeat = {};
};

// use_vmac or use_ipvlan. Five bytes of a MAC want the VRID behind them, which may come later.
struct VirtualInterfaceDraft {
  VirtualInterface what = {};
  std::optional<std::array<std::uint8_t, 5>> mac_without_vrid = {};
  Origin at = {};
  Origin address_at = {};
};

struct HmacDraft {
  std::vector<Given<HmacKey>> keys = {};
  std::optional<Given<int>> active_key = {};
  std::optional<Duration> window = {};
  Hmac::Replay replay = Hmac::Replay::Time;
  Hmac::Mode mode = Hmac::Mode::Enforce;
  Origin at = {};
};

struct InstanceDraft {
  Word name;
  std::optional<Given<int>> vrid = {};
  std::optional<Given<int>> version = {};
  std::optional<Given<InitialState>> state = {};
  std::optional<Given<std::string>> interface = {};
  std::optional<Given<int>> priority = {};
  std::optional<Given<Duration>> interval = {};
  std::optional<Origin> nopreempt = {};
  std::optional<Given<Duration>> preempt_delay = {};
  std::optional<int> down_timer_adverts = {};
  std::optional<Given<bool>> strict = {};
  std::vector<VirtualAddress> addresses = {};
  std::vector<Origin> addresses_at = {};
  std::vector<VirtualAddress> excluded = {};
  std::optional<Given<Authentication>> authentication = {};
  std::optional<Given<std::string>> password = {};
  std::optional<Given<net::IpAddress>> source = {};
  bool source_is_unicast = false;
  bool track_source = false;
  std::vector<UnicastPeer> peers = {};
  std::vector<Origin> peers_at = {};
  std::optional<Origin> unicast = {};  // the first unicast keyword
  std::optional<bool> check_unicast_source = {};
  std::optional<int> unicast_ttl = {};
  bool fault_without_peers = false;
  std::optional<Given<net::IpAddress>> group = {};
  bool track_own_interface = true;
  bool no_addresses_wanted = false;
  std::optional<VirtualInterfaceDraft> virtual_interface = {};
  std::optional<Origin> transmits_on_base = {};
  bool vmac_for_addresses = false;
  std::optional<Given<std::string>> vrf = {};
  std::optional<HmacDraft> hmac = {};
  TrackDrafts tracked = {};
  AnnounceDraft announce = {};
  std::optional<ExtraAnnounce> extra_announce = {};
  std::optional<Given<bool>> accept = {};
  std::optional<bool> checksum_as_v2 = {};
  std::optional<bool> skip_check_adv_addr = {};
  std::optional<bool> lower_priority_no_advert = {};
  std::optional<bool> higher_priority_send_advert = {};
  std::optional<bool> owner_ignores_adverts = {};
  OldChecksum old_checksum = OldChecksum::Detected;
  std::optional<std::uint8_t> late_timer_backup = {};
  std::optional<std::size_t> receive_buffer = {};
  std::optional<bool> smtp_alert = {};
  bool promote_secondaries = false;
  bool polls_link = false;
  Notify notify = {};
  std::optional<bool> notify_priority_changes = {};
  std::vector<Route> routes = {};
  std::vector<Rule> rules = {};
};

struct GroupDraft {
  Word name;
  std::vector<Word> members = {};
  TrackDrafts tracked = {};
  bool tracking_weight = false;
  std::optional<bool> smtp_alert = {};
  Notify notify = {};
  std::optional<bool> notify_priority_changes = {};
};

struct GlobalsDraft {
  Globals globals = {};
  AnnounceDraft announce = {};
  std::optional<bool> min_garp = {};
  std::optional<std::string> vmac_address_prefix = {};
  std::optional<bool> smtp_alert_vrrp = {};  // goes before smtp_alert
};

struct TrackGroupDraft {
  Word name;
  std::vector<Word> members = {};
};

// Where rules without a preference of their own go, as keepalived counts.
struct RulePreferences {
  std::uint32_t next_ipv4 = 16384;
  std::uint32_t next_ipv6 = 16384;
};

struct Drafts {
  GlobalsDraft globals = {};
  std::vector<InstanceDraft> instances = {};
  std::vector<GroupDraft> groups = {};
  std::vector<Script> scripts = {};
  std::vector<TrackedFile> files = {};
  std::vector<TrackedProcess> processes = {};
  std::vector<BfdSession> bfd = {};
  std::vector<Given<VirtualAddress>> static_addresses = {};
  std::vector<Given<Route>> static_routes = {};
  std::vector<Given<Rule>> static_rules = {};
  std::vector<TrackGroupDraft> track_groups = {};
  std::vector<AnnounceGroup> announce_groups = {};
  std::vector<InterfaceDelay> interface_delays = {};
  std::vector<PolledInterface> polled_interfaces = {};
};

// Each reads one block of its kind.
// A keyword of global_defs, or one outside every block that is about the process.
void read_global(const Call& call, GlobalsDraft& draft);
void read_globals(Context& context, const Statement& statement, GlobalsDraft& draft);
InstanceDraft read_instance(Context& context, const Statement& statement,
                            RulePreferences& preferences);
GroupDraft read_group(Context& context, const Statement& statement);
std::optional<Script> read_script(Context& context, const Statement& statement);
std::optional<TrackedFile> read_tracked_file(Context& context, const Statement& statement);
std::optional<TrackedProcess> read_tracked_process(Context& context, const Statement& statement);
std::optional<BfdSession> read_bfd(Context& context, const Statement& statement);
TrackGroupDraft read_track_group(Context& context, const Statement& statement);
std::optional<AnnounceGroup> read_announce_group(Context& context, const Statement& statement);
void read_delays(Context& context, const Statement& statement, std::vector<InterfaceDelay>& into);
void read_polled(Context& context, const Statement& statement, std::vector<PolledInterface>& into);

// A line of virtual_ipaddress and its like.
std::optional<VirtualAddress> read_address(Context& context, const Statement& entry,
                                           bool is_static);
// A line of virtual_routes, of virtual_rules and their static likes.
std::optional<Route> read_route(Context& context, const Statement& line, bool is_static);
std::optional<Rule> read_rule(Context& context, const Statement& line, bool is_static,
                              RulePreferences& preferences);
// use_vmac and use_ipvlan.
void read_vmac(const Call& call, std::optional<VirtualInterfaceDraft>& into);
void read_ipvlan(const Call& call, std::optional<VirtualInterfaceDraft>& into);
// The block auth_hmac.
void read_hmac(const Call& call, std::optional<HmacDraft>& into);
// `[all] SECONDS` of garp_extra_if.
void read_extra_announce(const Call& call, ExtraAnnounce& into);
// USER [[:][GROUP]], from the word at `first` on.
void read_user(const std::vector<Word>& words, std::size_t first, Command& into);
// The block of track_interface and its like; the range of weights is the keyword's.
void read_tracked(const Call& call, std::vector<TrackDraft>& into);
// True if the keyword was one of notify_*.
bool read_notify(const Call& call, Notify& notify, std::optional<bool>& priority_changes);
// True if the keyword was one of garp_*, with or without vrrp_ in front.
bool read_announce(const Call& call, AnnounceDraft& announce);

// All that needs the whole file: defaults from elsewhere, references, contradictions.
Config resolve(Context& context, Drafts drafts);
// The defaults of the globals, then the instance's own.
Announce resolve(const AnnounceDraft& globals, const AnnounceDraft& own);

}  // namespace keepalived
