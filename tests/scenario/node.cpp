#include "node.h"

#include <algorithm>
#include <chrono>

#include "net/ipv4_header.h"

namespace scenario {

using std::chrono_literals::operator""s;
using vrrp::Instant;
using vrrp::State;

namespace {

constexpr int kMillion = 1'000'000;
constexpr vrrp::WallClock kDawn = vrrp::WallClock{} + 1'800'000'000s;

std::uint64_t big_endian(std::span<const std::uint8_t> bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) value = value << 8 | byte;
  return value;
}

std::int64_t seconds_between(std::uint64_t number, vrrp::WallClock utc) {
  const auto now = std::chrono::floor<std::chrono::seconds>(utc.time_since_epoch()).count();
  return std::abs(static_cast<std::int64_t>(number >> 32) - now);
}

}  // namespace

Received::Received(const Packet& packet, std::uint8_t hop_limit, vrrp::WallClock utc) {
  if (packet.protocol == vrrp::kIpProtocol) {
    bytes_ = packet.bytes;
    datagram_ = vrrp::Datagram{.source = packet.source,
                               .destination = packet.destination,
                               .hop_limit = hop_limit,
                               .payload = bytes_,
                               .utc = utc};
    return;
  }
  const auto header = net::encode({.source = packet.source,
                                   .destination = packet.destination,
                                   .protocol = packet.protocol,
                                   .ttl = hop_limit},
                                  packet.bytes.size());
  bytes_.assign(header.begin(), header.end());
  bytes_.insert(bytes_.end(), packet.bytes.begin(), packet.bytes.end());
  datagram_ = vrrp::Datagram::from_ipv4(bytes_, utc);
}

// Where the number stands: RFC 2402 section 2, and keepalived's draft.
std::optional<std::uint64_t> ProofJudge::number(const vrrp::RouterConfig& config,
                                                const Packet& packet) {
  const std::span bytes(packet.bytes);
  if (config.auth_type == vrrp::AuthType::Header) return big_endian(bytes.subspan(8, 4));
  if (!config.trailer) return std::nullopt;
  const std::size_t size = *vrrp::packet_size(bytes, packet.source.family());
  if (bytes.size() == size) return std::nullopt;
  return big_endian(bytes.subspan(size + 4, 8));
}

bool ProofJudge::accepts(const vrrp::RouterConfig& config, const Packet& packet,
                         vrrp::WallClock utc) const {
  const bool has_proof = config.auth_type == vrrp::AuthType::Header || config.trailer;
  if (!has_proof) return true;
  const auto found = number(config, packet);
  if (!found) return config.trailer->mode != vrrp::TrailerConfig::Mode::Enforce;
  const auto mark = marks_.find(packet.source);
  const bool has_grown = mark == marks_.end() || *found > mark->second;
  if (!config.trailer || !config.trailer->window) return has_grown;
  const std::int64_t window = config.trailer->window->count();
  if (seconds_between(*found, utc) > window) return false;
  return has_grown || seconds_between(mark->second, utc) > window;
}

void ProofJudge::accepted(const vrrp::RouterConfig& config, const Packet& packet) {
  if (const auto found = number(config, packet)) marks_.insert_or_assign(packet.source, *found);
}

Instant Node::clock(Instant now) const {
  return now + now.time_since_epoch() * drift / kMillion;
}

Instant Node::world_time(Instant shown) const {
  Instant time(shown.time_since_epoch() / (kMillion + drift) * kMillion);
  time += (shown - clock(time)) * kMillion / (kMillion + drift);
  while (clock(time) < shown) time += vrrp::Duration(1);
  return time;
}

vrrp::WallClock Node::utc(Instant now) const {
  return kDawn +
         std::chrono::duration_cast<vrrp::WallClock::duration>(now.time_since_epoch() + utc_offset);
}

std::vector<State> Node::states() const {
  std::vector<State> all(members.size());
  for (std::size_t link = 0; link < all.size(); ++link) all[link] = state(link);
  return all;
}

bool Node::is_broken() const {
  return std::ranges::any_of(members, [](const Member& member) { return !member.is_link_up; }) ||
         std::ranges::any_of(scripts, [](const Script& script) {
           return script.tracked.weight == 0 && script.told &&
                  *script.told == script.tracked.reverse;
         });
}

bool Node::is_informed() const {
  return std::ranges::all_of(
      scripts, [](const Script& script) { return script.tracked.weight != 0 || script.told; });
}

bool Node::takes_part() const {
  return runs() && !is_leaving && !is_drained && !is_broken() && is_informed();
}

bool Node::is_better_everywhere(const Node& other) const {
  for (std::size_t link = 0; link < members.size(); ++link)
    if (effective(link) <= other.effective(link)) return false;
  return true;
}

vrrp::Priority Node::expected_priority(std::size_t link) const {
  const Member& member = members[link];
  if (member.base.is_owner()) return effective(link);  // which may have ceded to another owner
  int sum = member.base.value();
  for (const Script& script : scripts) {
    if (!script.told || script.tracked.weight == 0) continue;
    if ((script.tracked.weight > 0) != *script.told) continue;
    sum += script.tracked.reverse ? -script.tracked.weight : script.tracked.weight;
  }
  return vrrp::Priority(static_cast<std::uint8_t>(sum < 1 ? 1 : sum > 254 ? 254 : sum));
}

void Node::note_wishes(const std::vector<State>& before, Instant now) {
  for (std::size_t link = 0; link < members.size(); ++link) {
    if (before[link] != State::Backup) continue;
    Member& member = members[link];
    const Instant due = member.expectation.due(effective(link));
    member.may_want = member.may_want || !member.expectation.is_exact() || now >= due;
  }
}

void Node::note_certain_wishes(Instant now) {
  for (std::size_t link = 0; link < members.size(); ++link)
    if (state(link) == State::Backup &&
        now > members[link].expectation.due(effective(link)) + kClockStep)
      members[link].must_want = true;
}

bool Node::must_serve() const {
  return std::ranges::all_of(members, &Member::must_want);
}

}  // namespace scenario
