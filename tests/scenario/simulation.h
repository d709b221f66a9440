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

#include "expectation.h"
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
  FaultWithoutLink,    // without its link a router takes no part
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
  struct Packet {
    net::IpAddress source;
    net::IpAddress destination;
    std::vector<std::uint8_t> bytes;
  };
  struct Node {
    Node(vrrp::RouterConfig with, net::IpAddress from)
        : config(std::move(with)), address(from), expectation(config) {}

    vrrp::RouterConfig config;
    net::IpAddress address;
    Expectation expectation;
    std::unique_ptr<vrrp::Engine> engine;  // none: the process is not there
    bool is_paused = false;
    bool is_link_up = true;
    bool is_leaving = false;
    bool has_addresses = false;
    bool keeps_inbox = true;
    std::vector<std::shared_ptr<const Packet>> inbox;
    vrrp::Instant paused_at;
    std::optional<vrrp::Instant> silent_until;
    std::optional<vrrp::Instant> listens_until;  // it slept as a backup, and heard nothing since
    bool has_listened_again = false;             // once for each time as a backup
    vrrp::Instant last_sent;
    std::optional<vrrp::Instant> last_answer;
    std::uint64_t wake_number = 0;
    int drift = 0;       // how much faster its clock runs, in millionths
    int bystanders = 0;  // other virtual routers in the same process, whom nobody hears

    // Its clock, when it is `now` for the world; and the first time in the world when its clock
    // shows that or more.
    vrrp::Instant clock(vrrp::Instant now) const;
    vrrp::Instant world_time(vrrp::Instant shown) const;
    bool runs() const { return engine && !is_paused; }
    const vrrp::Router& router() const { return engine->router(vrrp::RouterId{}); }
    vrrp::State state() const { return engine ? router().state() : vrrp::State::Initialize; }
    bool takes_part() const { return runs() && is_link_up && !is_leaving; }
  };
  enum class Kind { Wake, Deliver, Phase, Resume, Restart, LinkUp, End };
  struct Event {
    vrrp::Instant at;
    std::uint64_t number = 0;
    Kind kind = Kind::Wake;
    std::size_t node = 0;
    std::uint64_t wake_number = 0;
    std::shared_ptr<const Packet> packet = nullptr;
    friend bool operator<(const Event& a, const Event& b) {  // for a heap with the first on top
      return a.at != b.at ? a.at > b.at : a.number > b.number;
    }
  };

  void draw_nodes();
  void begin_phase();
  void begin_calm();
  void befall(std::size_t index);
  void leave(std::size_t index);
  void reconfigure(std::size_t index, vrrp::Priority priority);
  void note_priority(std::size_t index);
  void start(std::size_t index);
  void crash(std::size_t index);
  void pause(std::size_t index);
  void resume(std::size_t index);
  void set_link(std::size_t index, bool is_up);
  void inject_garbage(std::size_t index);

  std::vector<std::uint8_t> in_other_version(const Packet& packet) const;
  void push(Event event);
  void perform(const Event& event);
  void deliver(std::size_t index, const Packet& packet);
  void tell(std::size_t index, const vrrp::Event& event);
  void advance(std::size_t index);
  // Carries out what a node's engine wants; `packet` is what made it want that, if one did.
  void carry_out(std::size_t index, vrrp::State before, const vrrp::AdvertisementReceived* packet);
  void send(std::size_t index, const vrrp::Advertise& advertise);
  void send_to(std::size_t from, std::size_t to, const std::shared_ptr<const Packet>& packet);

  void check_answer(std::size_t index, vrrp::State before, bool was_resigning,
                    vrrp::Priority priority, const vrrp::AdvertisementReceived& packet);
  void check_all();
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
  std::shared_ptr<const Packet> last_packet_;
  vrrp::RouterActions actions_;
  std::vector<std::string> trace_;
  Totals totals_;
  std::optional<Failure> failure_;
};

// A clock that runs fast does not show every instant.
inline constexpr vrrp::Duration kClockStep = std::chrono::microseconds(1);

// Runs one seed. report() shrinks what failed and tells it to people.
std::optional<Failure> run_seed(std::uint64_t seed, Totals& totals);
Failure shrink(const Failure& failure);
std::string report(const Failure& failure);

}  // namespace scenario
