// One machine of a simulation: a process with an engine, whose first routers are watched, and which
// form a sync group if they are several. Each is on a link of its own.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "expectation.h"
#include "vrrp/engine.h"

namespace scenario {

// What is on the wire. `bytes` is what stands behind the IP header.
struct Packet {
  std::size_t link = 0;
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t protocol = vrrp::kIpProtocol;
  std::vector<std::uint8_t> bytes = {};

  // Behind an authentication header, if there is one.
  std::size_t vrrp_offset() const {
    return protocol == vrrp::kIpProtocol ? 0 : vrrp::kAuthenticationHeaderSize;
  }
};

// The datagram that a packet becomes, and the memory it points into.
class Received {
 public:
  Received(const Packet& packet, std::uint8_t hop_limit, vrrp::WallClock utc);
  // None: not even VRRP.
  const std::optional<vrrp::Datagram>& datagram() const { return datagram_; }

 private:
  std::vector<std::uint8_t> bytes_;
  std::optional<vrrp::Datagram> datagram_;
};

// What ought to become of a packet's proof, worked out without the router's own code from the
// numbers in the packets.
class ProofJudge {
 public:
  bool accepts(const vrrp::RouterConfig& config, const Packet& packet, vrrp::WallClock utc) const;
  void accepted(const vrrp::RouterConfig& config, const Packet& packet);
  void forget() { marks_.clear(); }

  static std::optional<std::uint64_t> number(const vrrp::RouterConfig& config,
                                             const Packet& packet);

 private:
  std::map<net::IpAddress, std::uint64_t> marks_;
};

// A script of a node, as every router of it tracks it.
struct Script {
  vrrp::Tracked tracked;
  bool works = true;
  std::optional<bool> told = {};  // what the engine knows

  bool is_up() const { return works != tracked.reverse; }
};

struct Member {
  Member(vrrp::RouterConfig with, net::IpAddress from)
      : config(std::move(with)), base(config.priority), address(from), expectation(config, false) {}

  vrrp::RouterConfig config;
  vrrp::Priority base;  // without weights
  net::IpAddress address;
  Expectation expectation;
  ProofJudge judge = {};
  std::uint64_t last_number = 0;  // that it sent in a proof, in any of its lives
  std::uint64_t life = 0;         // when that was
  std::optional<std::pair<std::uint64_t, vrrp::Instant>> first_number = {};
  bool is_link_up = true;
  bool has_addresses = false;
  // It waits for the rest of its group: from when on that is possible, and certain.
  bool may_want = false, must_want = false;
  std::optional<vrrp::Instant> silent_until;
  std::optional<vrrp::Instant> listens_until;  // it slept as a backup, and heard nothing since
  bool has_listened_again = false;             // once for each time as a backup
  vrrp::Instant last_sent;
  std::optional<vrrp::Instant> last_answer;
};

struct Node {
  std::vector<Member> members;
  std::vector<Script> scripts;
  std::unique_ptr<vrrp::Engine> engine;  // none: the process is not there
  std::uint64_t life = 0;                // how often it was started
  bool is_paused = false;
  bool is_leaving = false;
  bool is_drained = false;
  bool keeps_inbox = true;
  std::vector<std::shared_ptr<const Packet>> inbox;
  std::uint64_t wake_number = 0;
  int drift = 0;                // how much faster its clock runs, in millionths
  vrrp::Duration utc_offset{};  // of its wall clock
  int bystanders = 0;           // other virtual routers in the same process, whom nobody hears

  // Its clock, when it is `now` for the world; and the first time in the world when its clock
  // shows that or more.
  vrrp::Instant clock(vrrp::Instant now) const;
  vrrp::Instant world_time(vrrp::Instant shown) const;
  vrrp::WallClock utc(vrrp::Instant now) const;

  bool runs() const { return engine && !is_paused; }
  bool is_group() const { return members.size() > 1; }
  const vrrp::Router& router(std::size_t link) const {
    return engine->router({static_cast<std::uint32_t>(link)});
  }
  vrrp::State state(std::size_t link) const {
    return engine ? router(link).state() : vrrp::State::Initialize;
  }
  std::vector<vrrp::State> states() const;

  bool is_broken() const;    // something says that it cannot serve
  bool is_informed() const;  // it knows of every script that counts
  bool takes_part() const;
  bool is_better_everywhere(const Node& other) const;
  vrrp::Priority effective(std::size_t link) const { return router(link).effective_priority(); }
  // keepalived's rule of weights, worked out a second time.
  vrrp::Priority expected_priority(std::size_t link) const;
  // Which routers may wait for their group, and which must; `before`: the states when the engine
  // was called.
  void note_certain_wishes(vrrp::Instant now);
  void note_wishes(const std::vector<vrrp::State>& before, vrrp::Instant now);
  bool must_serve() const;
};

// A clock that runs fast does not show every instant.
inline constexpr vrrp::Duration kClockStep = std::chrono::microseconds(1);

}  // namespace scenario
