// Blocks as they were written, before defaults and checks that need the whole file. Internal to the
// reader.
#pragma once

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
  TrackDrafts tracked = {};
  AnnounceDraft announce = {};
  std::optional<Given<bool>> accept = {};
  bool checksum_as_v2 = false;
  std::optional<bool> skip_check_adv_addr = {};
  std::optional<bool> lower_priority_no_advert = {};
  std::optional<bool> higher_priority_send_advert = {};
  std::optional<bool> smtp_alert = {};
  bool promote_secondaries = false;
  Notify notify = {};
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
};

struct GlobalsDraft {
  Globals globals = {};
  AnnounceDraft announce = {};
  bool min_garp = false;
  int down_timer_adverts = 3;
  net::IpAddress group_v4 = vrrp::kGroupIpv4;
  net::IpAddress group_v6 = vrrp::kGroupIpv6;
};

struct Drafts {
  GlobalsDraft globals = {};
  std::vector<InstanceDraft> instances = {};
  std::vector<GroupDraft> groups = {};
  std::vector<Script> scripts = {};
  std::vector<TrackedFile> files = {};
  std::vector<TrackedProcess> processes = {};
  std::vector<VirtualAddress> static_addresses = {};
};

// Each reads one block of its kind.
void read_globals(Context& context, const Statement& statement, GlobalsDraft& draft);
InstanceDraft read_instance(Context& context, const Statement& statement);
GroupDraft read_group(Context& context, const Statement& statement);
std::optional<Script> read_script(Context& context, const Statement& statement);
TrackedFile read_tracked_file(Context& context, const Statement& statement);
TrackedProcess read_tracked_process(Context& context, const Statement& statement);

// A line of virtual_ipaddress and its like.
std::optional<VirtualAddress> read_address(Context& context, const Statement& entry);
// The block of track_interface and its like; the range of weights is the keyword's.
void read_tracked(const Call& call, std::vector<TrackDraft>& into);
// True if the keyword was one of notify_*.
bool read_notify(const Call& call, Notify& notify);
// True if the keyword was one of garp_*, with or without vrrp_ in front.
bool read_announce(const Call& call, AnnounceDraft& announce);

// All that needs the whole file: defaults from elsewhere, references, contradictions.
Config resolve(Context& context, Drafts drafts);
// The defaults of the globals, then the instance's own.
Announce resolve(const AnnounceDraft& globals, const AnnounceDraft& own);

}  // namespace keepalived
