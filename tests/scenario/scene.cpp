// What a seed decides: who takes part, and what the network does.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "simulation.h"

namespace scenario {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using vrrp::Duration;
using vrrp::TrailerConfig;
using vrrp::Version;

net::IpAddress Simulation::LinkPlan::address_of(std::size_t link, std::size_t node) const {
  const auto host = static_cast<std::uint32_t>(1 + (first_address + stride * node) % 200);
  if (family == net::Family::Ipv4)
    return net::IpAddress::v4(0x0a000000U + static_cast<std::uint32_t>(link << 8) + host);
  net::IpAddress::Ipv6Bytes bytes{0xfe, 0x80};
  bytes[15] = static_cast<std::uint8_t>(host);
  return net::IpAddress(bytes);
}

Simulation::LinkPlan Simulation::draw_link() {
  LinkPlan plan;
  plan.version = random_.chance(30) ? Version::V2 : Version::V3;
  if (random_.chance(plan.version == Version::V3 ? 30 : 10) && allows(Hazard::Ipv6))
    plan.family = net::Family::Ipv6;
  plan.interval = plan.version == Version::V2
                      ? 1s * (1 + static_cast<int>(random_.below(2)))
                      : random_.pick(std::array{Duration(10ms), Duration(100ms), Duration(250ms),
                                                Duration(1s)});
  plan.has_one_interval = plan.version == Version::V2 || random_.chance(75);
  plan.is_unicast = random_.chance(20);
  plan.first_address = random_.below(100);
  if (random_.chance(40) && allows(Hazard::Proof)) draw_proof(plan);
  return plan;
}

void Simulation::draw_proof(LinkPlan& plan) {
  const bool is_v2 = plan.version == Version::V2;
  if (is_v2 && random_.chance(20)) {
    plan.auth_type = vrrp::AuthType::Password;
  } else if (is_v2 && plan.family == net::Family::Ipv4 && random_.chance(60)) {
    plan.auth_type = vrrp::AuthType::Header;
    has_proofs_ = true;
  } else {
    TrailerConfig trailer{.keys = {{.id = 1, .secret = std::vector<std::uint8_t>(32, 1)},
                                   {.id = 9, .secret = std::vector<std::uint8_t>(64, 9)}}};
    if (random_.chance(25)) trailer.window.reset();
    plan.trailer = trailer;
    has_proofs_ = true;
  }
}

vrrp::RouterConfig Simulation::draw_router(std::size_t link, std::size_t index, std::size_t count) {
  const LinkPlan& plan = links_[link];
  vrrp::RouterConfig config{.interface = {static_cast<std::uint32_t>(link + 1)},
                            .family = plan.family,
                            .vrid = *vrrp::VirtualRouterId::from(51),
                            .version = plan.version,
                            .interval = plan.interval,
                            .addresses = {plan.address_of(link, 240)},
                            .source = plan.address_of(link, index)};
  if (!plan.has_one_interval) config.interval *= 1 + static_cast<int>(random_.below(3));
  config.answers_higher_priority = random_.chance(10);
  config.checksum = random_.pick(std::array{vrrp::TransmitChecksum::WithPseudoHeader,
                                            vrrp::TransmitChecksum::WithoutPseudoHeader,
                                            vrrp::TransmitChecksum::AsHeard});
  if (plan.is_unicast)
    for (std::size_t peer = 0; peer < count; ++peer)
      if (peer != index) config.peers.push_back({.address = plan.address_of(link, peer)});
  config.auth_type = plan.auth_type;
  config.password = vrrp::password_from("secret");
  config.trailer = plan.trailer;
  if (config.trailer && random_.chance(30)) {
    // On the way to auth_hmac, or from one key to the next.
    config.trailer->active_key = 9;
    config.trailer->mode = TrailerConfig::Mode::Permissive;
  }
  return config;
}

// Up to two: one whose failure is a fault, and one that counts.
std::vector<Script> Simulation::draw_scripts() {
  std::vector<Script> scripts;
  if (!allows(Hazard::Script)) return scripts;
  if (random_.chance(20))
    scripts.push_back({.tracked = {.id = {1}, .reverse = random_.chance(20)}});
  if (random_.chance(20)) {
    const int weight = random_.pick(std::array{2, 20, 253, -2, -60, -253});
    scripts.push_back({.tracked = {.id = {2}, .weight = weight, .reverse = random_.chance(20)}});
  }
  for (Script& script : scripts) script.works = random_.chance(80) != script.tracked.reverse;
  return scripts;
}

void Simulation::draw_nodes() {
  const std::size_t count = std::min(2 + random_.below(4), scope_.nodes);
  const bool is_group = random_.chance(30) && allows(Hazard::Group);
  is_uniform_ = !is_group || random_.chance(70);
  links_.push_back(draw_link());
  if (is_group) {
    links_.push_back(draw_link());
    LinkPlan& first = links_[0];
    LinkPlan& second = links_[1];
    if (is_uniform_) {
      second.first_address = first.first_address;
      second.version = first.version;
      second.interval = first.interval;
      second.has_one_interval = first.has_one_interval = true;
      if (second.version == Version::V3) second.auth_type = vrrp::AuthType::None;
    } else {
      second.stride = 193;  // downwards
      // Not hours of one link's time in a run of the other.
      if (first.version == Version::V3) second.version = Version::V3;
      if (second.version == Version::V3)
        second.interval = first.interval * (1 + static_cast<int>(random_.below(3)));
      if (second.version == Version::V3) second.auth_type = vrrp::AuthType::None;
    }
    if (second.family == net::Family::Ipv6 && second.auth_type == vrrp::AuthType::Header)
      second.auth_type = vrrp::AuthType::None;
  }
  const int nopreempt_chance = random_.pick(std::array{0, 0, 0, 50, 100});
  const int delay_chance = random_.pick(std::array{0, 0, 40});
  const std::array priorities{1, 50, 99, 100, 100, 100, 101, 150, 200, 254};
  const bool is_drifting = random_.chance(30) && allows(Hazard::Drift);
  for (std::size_t i = 0; i < count; ++i) {
    Node& node = nodes_.emplace_back();
    node.scripts = draw_scripts();
    const bool is_owner = i <= 1 && random_.chance(i == 0 ? 8 : 2);
    const auto draw_priority = [&] { return *vrrp::Priority::from(random_.pick(priorities)); };
    const auto priority = is_owner ? vrrp::Priority::owner() : draw_priority();
    const bool starts_active = random_.chance(20);
    const bool preempts = !random_.chance(nopreempt_chance);
    const Duration delay =
        random_.chance(delay_chance) ? random_.between({}, 4 * links_[0].interval) : Duration{};
    for (std::size_t link = 0; link < links_.size(); ++link) {
      auto config = draw_router(link, i, count);
      config.priority = is_uniform_ || is_owner ? priority : draw_priority();
      config.starts_active = starts_active;
      config.preempt = preempts;
      config.preempt_delay = delay;
      for (const Script& script : node.scripts) config.tracked.push_back(script.tracked);
      longest_interval_ = std::max(longest_interval_, config.interval);
      settling_ = std::max(settling_, 2 * config.preempt_delay);
      node.members.emplace_back(std::move(config), links_[link].address_of(link, i));
    }
    node.bystanders = random_.chance(25) ? 1 + static_cast<int>(random_.below(6)) : 0;
    // Half a percent: far worse than the worst quartz.
    const int drift = static_cast<int>(random_.below(10'001)) - 5'000;
    if (is_drifting) node.drift = drift;
    node.utc_offset = random_.between({}, 1s);
    describe_node(i);
  }
  // Down interval, a better one's down interval behind it, and once more after a mistaken start.
  // Groups that were torn apart need longer.
  settling_ += (is_uniform_ ? 16 : 40) * longest_interval_;
  usual_delay_ = random_.between({}, links_[0].interval / 40);
  phases_left_ = std::min(2 + static_cast<int>(random_.below(6)), scope_.phases);
  reaches_.assign(count, std::vector<bool>(count, true));
}

void Simulation::describe_node(std::size_t index) {
  if (!has_trace_) return;
  const Node& node = nodes_[index];
  for (std::size_t link = 0; link < node.members.size(); ++link) {
    const auto& made = node.members[link].config;
    note(fmt::format("node {}, link {}: {} v{} priority {} interval {} ms{}{}{}{}{}{}", index, link,
                     to_string(node.members[link].address), static_cast<int>(made.version),
                     made.priority.value(), made.interval / 1ms, made.preempt ? "" : " nopreempt",
                     made.starts_active ? " starts active" : "",
                     made.preempt_delay > Duration{}
                         ? fmt::format(" preempt delay {} ms", made.preempt_delay / 1ms)
                         : "",
                     node.drift != 0 ? fmt::format(" clock {:+} ppm", node.drift) : "",
                     made.auth_type == vrrp::AuthType::Header ? " AH" : "",
                     made.trailer ? " auth_hmac" : ""));
  }
  for (const Script& script : node.scripts)
    note(fmt::format("node {}: script of weight {}{} {}", index, script.tracked.weight,
                     script.tracked.reverse ? " reverse" : "", script.works ? "works" : "fails"));
}

bool Simulation::is_fully_connected() const {
  return std::ranges::all_of(reaches_,
                             [](const auto& row) { return !std::ranges::count(row, false); });
}

void Simulation::begin_phase() {
  const bool was_settled = is_fully_connected() && now_ - disturbed_at_ > settling_;
  // Often enough nothing happens but a handover, which can be watched then.
  const bool is_quiet = was_settled && random_.chance(50);
  loss_ = is_quiet ? 0 : random_.pick(std::array{0, 0, 0, 1, 10, 30});
  duplication_ = is_quiet ? 0 : random_.pick(std::array{0, 0, 0, 10});
  is_slow_ = !is_quiet && random_.chance(10) && allows(Hazard::Slowness);
  if (!allows(Hazard::Loss)) loss_ = 0;
  if (!allows(Hazard::Duplication)) duplication_ = 0;
  disturb(fmt::format("phase: loss {} %, duplication {} %{}", loss_, duplication_,
                      is_slow_ ? ", slow" : ""));
  is_symmetric_ = true;
  for (auto& row : reaches_) row.assign(nodes_.size(), true);
  if (!is_quiet && random_.chance(30) && allows(Hazard::Split)) {
    std::vector<bool> side;
    side.reserve(nodes_.size());
    for (std::size_t i = 0; i < nodes_.size(); ++i) side.push_back(random_.chance(50));
    for (std::size_t a = 0; a < nodes_.size(); ++a)
      for (std::size_t b = 0; b < nodes_.size(); ++b) reaches_[a][b] = side[a] == side[b];
    note("the network is split");
  } else if (!is_quiet && random_.chance(15) && allows(Hazard::OneWay)) {
    const std::size_t from = random_.below(nodes_.size());
    const std::size_t to = (from + 1) % nodes_.size();
    reaches_[from][to] = false;
    is_symmetric_ = false;
    note(fmt::format("node {} is not heard by node {}", from, to));
  }
  is_settled_ = was_settled && is_fully_connected() && loss_ == 0 && duplication_ == 0 && !is_slow_;
  if (is_quiet)
    leave(random_.below(nodes_.size()));
  else
    for (std::size_t events = random_.below(3); events > 0; --events)
      befall(random_.below(nodes_.size()));
  const bool is_long = random_.chance(40);
  push({.at = now_ + (is_long ? settling_ : Duration{}) +
              random_.between(longest_interval_, 10 * longest_interval_),
        .kind = Kind::Phase});
}

// All is well again from here on, and has to be found so.
void Simulation::begin_calm() {
  loss_ = duplication_ = 0;
  is_slow_ = false;
  is_symmetric_ = true;
  for (auto& row : reaches_) row.assign(nodes_.size(), true);
  disturb("calm");
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    resume(i);
    for (std::size_t link = 0; link < links_.size(); ++link) set_link(i, link, true);
    start(i);
    drain(i, false);
  }
  push({.at = now_ + 2 * settling_ + 10 * longest_interval_, .kind = Kind::End});
}

}  // namespace scenario
