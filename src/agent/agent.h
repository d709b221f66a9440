// The shell around vrrp::Engine: feeds it packets, links, scripts and signals, and does what it
// decides. One thread, one loop; nothing here waits, except before the first and after the last
// packet.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "agent/effects/address_lease.h"
#include "agent/effects/held_addresses.h"
#include "agent/effects/held_routes.h"
#include "agent/effects/virtual_macs.h"
#include "agent/notify/notifications.h"
#include "agent/owners/owner_watch.h"
#include "agent/plan/plan.h"
#include "agent/trackers.h"
#include "agent/view/history.h"
#include "agent/view/snapshot.h"
#include "agent/wire/announcer.h"
#include "agent/wire/frame_sender.h"
#include "agent/wire/transport.h"
#include "agent/wire/unknown_routers.h"
#include "io/loop.h"
#include "netlink/monitor.h"
#include "vrrp/engine.h"

namespace agent {

class Agent {
 public:
  // The forker starts scripts; both outlive the agent.
  static base::Result<std::unique_ptr<Agent>> open(io::Loop& loop, io::Forker& forker);

  // What there is now, to plan by.
  plan::Network network() const { return {monitor_->links(), monitor_->addresses()}; }
  plan::TrackNames& track_names() { return track_names_; }

  // From now on addresses answer only while this process advertises (address_lease.h); a warning
  // where the kernel cannot.
  void lease_addresses();

  // The first plan: addresses left over from an earlier run are removed, then routers start.
  base::Result<> start(plan::Plan plan);
  // The difference to the running plan: routers that did not change miss nothing.
  base::Result<> change(plan::Plan plan);
  // Resigns everywhere; `on_stopped` is called when all is released and every script has been told.
  // The second call does not wait for successors.
  void stop(std::function<void()> on_stopped);
  // -V: who restarts us finds them where they were, and two routers may have them meanwhile.
  void keep_addresses_at_the_end() { keeps_addresses_ = true; }
  void clear_counters() { engine_.clear_counters(); }
  void log_summary() const;

  // What status, metrics and dumps show (snapshot.cpp).
  void set_identity(view::Identity identity) { identity_ = std::move(identity); }
  view::Snapshot snapshot() const;
  view::Snapshot outline() const;  // all but the routers, of which there may be thousands
  view::RouterSnapshot snapshot_of(vrrp::RouterId id) const;
  std::vector<vrrp::RouterId> routers() const { return engine_.routers(); }
  bool has(vrrp::RouterId id) const { return running_.contains(id); }
  // Those of an instance or a sync group; of all, if the name is empty (operate.cpp).
  base::Result<std::vector<vrrp::RouterId>> named(std::string_view name) const;
  // An operator's Drain, Resign or AnnounceRequested; the names of those who were told.
  base::Result<std::vector<std::string>> operate(const vrrp::Event& event, const std::string& name);
  void count_refused_reload() { ++tally_.reloads_refused; }

  // An interface that the plan names came back as another one: time to plan anew.
  void on_replaced_interface(std::function<void()> callback) { on_replaced_ = std::move(callback); }

 private:
  struct Running {
    plan::PlannedRouter planned;
    bool is_deleted = false;  // by a reload, as opposed to the end of the program
  };

  struct RunningGroup {
    std::string name;
    std::vector<vrrp::RouterId> members;
    keepalived::Notify notify;
    bool sends_mail = false;
    vrrp::State state = vrrp::State::Initialize;  // as told last
  };

  Agent(io::Loop& loop, io::Forker& forker);

  // The turn of the loop (agent.cpp).
  void turn();
  void receive(vrrp::Instant now);
  void perform();
  void schedule();
  void note_lateness(vrrp::Instant now);
  void turn_soon();  // once, however often it is asked for before that

  // What actions do (perform.cpp).
  void send(vrrp::RouterId id, const vrrp::Advertise& advertise);
  void announce(vrrp::RouterId id, const vrrp::Announce& announce);
  void tell(vrrp::RouterId id, const vrrp::Transition& transition);
  notify::Subject subject(vrrp::RouterId id) const;
  void repeat_states();
  void tell(vrrp::RouterId id, const vrrp::Notice& notice);
  std::string in_words(vrrp::RouterId id, const vrrp::Reason& reason) const;
  void leave(vrrp::RouterId id);
  void flush_held();
  std::vector<view::TrackerSnapshot> trackers() const;
  void report_rejects();
  std::array<std::uint64_t, vrrp::kRejectReasons> rejects() const;

  // Sync groups (groups.cpp).
  void replace_groups(const std::vector<plan::PlannedGroup>& groups,
                      const std::vector<vrrp::RouterId>& routers);
  std::optional<vrrp::State> state_of(const RunningGroup& group) const;
  // keepalived says a group's first state before its members', and later ones behind them.
  enum class GroupsToTell { ThatBegin, All };
  void tell_groups(GroupsToTell which = GroupsToTell::All);

  // Who else has our addresses (owning.cpp).
  base::Result<> open_owner_watch();
  std::optional<net::IpAddress> own_address(net::InterfaceIndex interface,
                                            net::Family family) const;
  void watch_owners(vrrp::RouterId id);
  void defend(const owners::WatchedAddress& where);
  void tell(const owners::OwnerNews& news);

  // What the kernel and scripts tell (input.cpp).
  void on_change(const netlink::Change& change);
  void on_link(const netlink::Link& link, bool is_running);
  bool is_used(net::InterfaceIndex interface) const;  // as the interface of a router
  void replan_soon();
  bool is_link_up(const plan::PlannedRouter& planned) const;
  void update_sources();
  void repair(const netlink::Address& address);
  void on_tracked(const vrrp::Event& event, vrrp::TrackId id);

  // The lease on addresses (leasing.cpp).
  void update_lease();
  void renew_lease(const vrrp::RouterActions& actions, vrrp::Instant sent);

  // Plans (change.cpp).
  void follow_names(const plan::Plan& plan);
  base::Result<> listen();
  void remove_left_over(const plan::Plan& plan);
  base::Result<> realise_vmacs(plan::Plan& plan);
  void retire_vmacs();
  std::optional<vrrp::RouterId> add_router(const plan::PlannedRouter& planned,
                                           vrrp::Duration delay);
  void start_router(vrrp::RouterId id);
  void tell_tracked(vrrp::RouterId id, const vrrp::RouterConfig& config);
  void update_router(vrrp::RouterId id, plan::PlannedRouter planned);
  void finish_if_stopped();

  io::Loop& loop_;
  std::unique_ptr<netlink::Monitor> monitor_;
  std::unique_ptr<netlink::Requests> changes_;
  std::optional<effects::HeldAddresses> held_;
  std::optional<effects::HeldRoutes> routes_;
  std::unique_ptr<effects::AddressLease> lease_;  // none: switched off, or not possible here
  std::unique_ptr<wire::Announcer> announcer_;
  std::optional<wire::Transport> transport_;
  std::optional<wire::FrameSender> frames_;
  effects::VirtualMacs virtual_macs_;
  std::unique_ptr<owners::OwnerWatch> owners_;
  effects::NoAccept no_accept_;
  std::set<std::string> awaited_;  // interfaces
  bool expects_interfaces_to_go_ = false;
  effects::Sysctls settings_;
  notify::Notifications notifications_;
  plan::TrackNames track_names_;
  view::History history_;
  view::Identity identity_;
  view::ResourceSnapshot tally_;  // what is counted here; the rest is asked for
  vrrp::Instant started_ = std::chrono::steady_clock::now();

  vrrp::Engine engine_;
  vrrp::RouterActions actions_;     // to be performed at the end of the turn
  vrrp::RouterActions performing_;  // just being performed
  std::map<vrrp::RouterId, Running> running_;
  std::vector<RunningGroup> groups_;
  Trackers trackers_;
  std::vector<plan::PlannedInterface> interfaces_;
  std::vector<netlink::Address> static_addresses_;
  std::vector<effects::RoutingEntry> static_routes_;
  std::function<void()> on_replaced_;

  io::Timer deadline_;
  bool drains_all_ = false;  // also routers that a reload adds
  bool is_turn_coming_ = false;
  bool is_replan_coming_ = false;
  std::set<net::InterfaceIndex> changed_addresses_;  // since the last turn
  std::optional<vrrp::Instant> armed_;               // for when deadline_ is set
  std::uint16_t identification_ = 0;                 // of the IPv4 packets sent
  vrrp::Duration latest_{};                          // the longest that a deadline was missed by
  vrrp::Instant lateness_told_{};

  io::Timer reject_report_;
  bool is_report_armed_ = false;
  wire::UnknownRouters unknown_;
  std::array<std::uint64_t, vrrp::kRejectReasons> rejects_told_{};
  std::array<vrrp::Instant, vrrp::kRejectReasons> rejects_told_at_{};

  std::function<void()> on_stopped_;
  io::Timer last_patience_;
  bool has_started_ = false;
  bool is_stopping_ = false;
  bool is_finishing_ = false;
  bool keeps_addresses_ = false;
};

}  // namespace agent
