// Many engines on a simulated network in virtual time. One seed decides who takes part with which
// configuration, what the network does to packets, and what befalls the nodes. After every step the
// rules are checked; the first one that is broken ends the run.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node.h"
#include "random.h"
#include "scope.h"
#include "vrrp/engine.h"

namespace scenario {

// What must hold, each with a sentence for the reader of a failure.
enum class Rule {
  OneActive,           // settled: exactly one active router in each connected part
  BestIsActive,        // settled, and everybody preempts: it is one of the highest priority
  NoStrayAddress,      // only an active router has the addresses, and it always has
  SilentUnlessActive,  // who is not active sends nothing but its resignation
  TakeoverOnTime,      // a backup takes over when its down timer ends, neither before nor later
  SteadyHeartbeat,     // an active router lets no interval pass in silence
  YieldsToBetter,      // who hears a better active router is backup at once
  AnswersLower,        // who hears a lower one, or a resignation, answers at once
  BadPacketIsNothing,  // a packet that fails a check changes neither state nor timer
  SleeperListens,      // a backup that slept does not take its own sleep for silence
  SleeperReelects,     // an active router that slept too long does not announce itself first
  NobodyDisplaced,     // with nopreempt no lower active router is displaced
  SeamlessHandover,    // after a resignation somebody has the addresses at every instant
  Announces,           // who becomes active claims and announces the addresses
  FaultWhileBroken,    // without its link, while a script says so, or drained: it takes no part
  GroupIsWhole,        // all routers of a sync group are active or none is; so for Fault
  WeightsCount,        // the priority is the base and what the scripts add to it
  ProofCounts,         // a recorded, late or unproven packet is refused, and no other one is
  NoBusyLoop,          // a deadline lies in the future once it was served
};
std::string_view describe(Rule rule);

struct Failure {
  std::uint64_t seed = 0;
  Rule rule = Rule::OneActive;
  std::string what;
  vrrp::Instant time;
  Scope scope = {};
};

struct Totals {
  std::uint64_t steps = 0;
  std::uint64_t packets = 0;
  std::uint64_t transitions = 0;
  std::uint64_t settled_checks = 0;
  std::uint64_t handovers = 0;
  vrrp::Duration router_time{};
};

class Simulation {
 public:
  // With a trace, every event becomes a line of trace().
  Simulation(std::uint64_t seed, bool has_trace, const Scope& scope = {});

  std::optional<Failure> run();
  const std::vector<std::string>& trace() const { return trace_; }
  std::size_t node_count() const { return nodes_.size(); }
  const Totals& totals() const { return totals_; }

 private:
  using Packets = std::shared_ptr<const Packet>;
  enum class Kind { Wake, Deliver, Phase, Resume, Restart, LinkUp, Scripts, Undrain, End };
  struct Event {
    vrrp::Instant at;
    std::uint64_t number = 0;
    Kind kind = Kind::Wake;
    std::size_t node = 0;
    std::size_t link = 0;
    std::uint64_t wake_number = 0;
    std::uint64_t life = 0;
    Packets packet = nullptr;
    friend bool operator<(const Event& a, const Event& b) {  // for a heap with the first on top
      return a.at != b.at ? a.at > b.at : a.number > b.number;
    }
  };
  // What all nodes have in common on one link.
  struct LinkPlan {
    net::Family family = net::Family::Ipv4;
    vrrp::Version version = vrrp::Version::V3;
    vrrp::Duration interval{};
    bool has_one_interval = true;
    bool is_unicast = false;
    vrrp::AuthType auth_type = vrrp::AuthType::None;
    std::optional<vrrp::TrailerConfig> trailer = {};
    std::size_t first_address = 0;
    std::size_t stride = 7;

    net::IpAddress address_of(std::size_t link, std::size_t node) const;
  };

  // The scene (scene.cpp).
  void draw_nodes();
  LinkPlan draw_link();
  void draw_proof(LinkPlan& plan);
  vrrp::RouterConfig draw_router(std::size_t link, std::size_t index, std::size_t count);
  std::vector<Script> draw_scripts();
  void describe_node(std::size_t index);
  void begin_phase();
  void begin_calm();

  // What befalls nodes (fate.cpp).
  void befall(std::size_t index);
  void leave(std::size_t index);
  void drain(std::size_t index, bool is_drained);
  void change_priority(std::size_t index);
  void reconfigure(std::size_t index, std::size_t link, vrrp::Priority priority);
  void note_priorities(std::size_t index);
  void start(std::size_t index);
  void crash(std::size_t index);
  void pause(std::size_t index);
  void resume(std::size_t index);
  void set_link(std::size_t index, std::size_t link, bool is_up);
  void tell_scripts(std::size_t index);

  // The network (wire.cpp).
  void send(std::size_t index, std::size_t link, const vrrp::Advertise& advertise);
  void send_to(std::size_t from, std::size_t to, const Packets& packet);
  void deliver(std::size_t index, const Packet& packet);
  void refuse(std::size_t index, const vrrp::Datagram& datagram, std::size_t link);
  void inject_garbage(std::size_t index);
  void replay(std::size_t index);
  std::optional<std::uint8_t> spoil(Packet& packet, const Member& member);
  std::vector<std::uint8_t> in_other_version(const Packet& packet) const;

  void push(Event event);
  void perform(const Event& event);
  void tell(std::size_t index, std::size_t link, const vrrp::Event& event);
  void tell_all(std::size_t index, const vrrp::Event& event);
  void advance(std::size_t index);
  // What a call of the engine was about: the states before it, and the packet that it was given.
  struct Turn {
    std::size_t node;
    std::vector<vrrp::State> before;
    const vrrp::AdvertisementReceived* packet = nullptr;
    std::size_t link = 0;  // where the packet was heard
  };
  // Carries out what a node's engine wants.
  void carry_out(const Turn& turn);
  void carry_out(const Turn& turn, std::size_t link, const std::vector<vrrp::Action>& actions);
  void note_transition(const Turn& turn, std::size_t link, const vrrp::Transition& transition);

  void check_answer(std::size_t index, std::size_t link, vrrp::State before, bool was_resigning,
                    vrrp::Priority priority, const vrrp::AdvertisementReceived& packet);
  void check_number(std::size_t index, const Packet& packet);
  void check_takeover(std::size_t index, std::size_t link, const vrrp::Transition& transition);
  void check_all();
  void check_node(std::size_t index);
  void check_settled();
  bool allows(Hazard hazard) const { return scope_.allows(hazard); }
  vrrp::Instant clock_of(std::size_t index) const { return nodes_[index].clock(now_); }
  bool is_fully_connected() const;
  void disturb(std::string_view what);
  void fail(Rule rule, std::string what);
  void note(std::string line);

  Random random_;
  std::uint64_t seed_;
  bool has_trace_;
  Scope scope_;
  vrrp::Instant now_;
  std::vector<Event> queue_;
  std::uint64_t next_number_ = 0;
  std::vector<LinkPlan> links_;
  bool is_uniform_ = true;  // the routers of a node have one priority, and one order of addresses
  bool has_proofs_ = false;
  std::vector<Node> nodes_;
  vrrp::Duration longest_interval_{};
  vrrp::Duration settling_{};
  vrrp::Duration usual_delay_{};
  int loss_ = 0;         // percent
  int duplication_ = 0;  // percent
  bool is_slow_ = false;
  std::vector<std::vector<bool>> reaches_;  // [from][to]
  bool is_symmetric_ = true;
  int phases_left_ = 0;
  bool is_over_ = false;
  vrrp::Instant disturbed_at_;
  bool is_settled_ = false;  // the phase began settled, and nothing happened in it yet
  std::optional<vrrp::Instant> handover_until_;
  Packets last_packet_;
  Packets old_packet_;  // one of those before
  vrrp::RouterActions actions_;
  std::vector<std::string> trace_;
  Totals totals_;
  std::optional<Failure> failure_;
};

// Runs one seed. report() shrinks what failed and tells it to people.
std::optional<Failure> run_seed(std::uint64_t seed, Totals& totals);
Failure shrink(const Failure& failure);
std::string report(const Failure& failure);

}  // namespace scenario
