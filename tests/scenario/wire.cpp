// The network between the nodes, and what bad people put into it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "simulation.h"

namespace scenario {

using std::chrono_literals::operator""s;
using vrrp::State;
using vrrp::Version;

namespace {

// As many packets as a socket buffer keeps for a process that sleeps.
constexpr std::size_t kInboxSize = 200;

net::InterfaceIndex interface_of(std::size_t link) {
  return {static_cast<std::uint32_t>(link + 1)};
}

}  // namespace

void Simulation::send(std::size_t index, std::size_t link, const vrrp::Advertise& advertise) {
  Node& node = nodes_[index];
  Member& member = node.members[link];
  member.last_sent = clock_of(index);
  ++totals_.packets;
  if (!member.is_link_up) return;
  const vrrp::RouterId id{static_cast<std::uint32_t>(link)};
  const vrrp::Router& router = node.router(link);
  for (const auto& destination : router.destinations()) {
    const auto bytes = node.engine->packet(id, advertise, destination, {.utc = node.utc(now_)});
    const auto packet =
        std::make_shared<const Packet>(Packet{.link = link,
                                              .source = member.address,
                                              .destination = destination,
                                              .protocol = router.ip_protocol(),
                                              .bytes = {bytes.begin(), bytes.end()}});
    if (!old_packet_ || random_.chance(5)) old_packet_ = packet;
    last_packet_ = packet;
    check_number(index, *packet);
    for (std::size_t to = 0; to < nodes_.size(); ++to)
      if (to != index &&
          (destination.is_multicast() || destination == nodes_[to].members[link].address))
        send_to(index, to, packet);
  }
}

void Simulation::send_to(std::size_t from, std::size_t to, const Packets& packet) {
  if (!reaches_[from][to]) return;
  if (random_.chance(loss_)) {
    disturb(fmt::format("packet from node {} to node {} is lost", from, to));
    return;
  }
  const int copies = random_.chance(duplication_) ? 2 : 1;
  for (int copy = 0; copy < copies; ++copy) {
    // Without a regime of slowness the network keeps the order.
    vrrp::Instant at = now_ + usual_delay_;
    if (is_slow_) {
      at = now_ + random_.between({}, longest_interval_);
      disturbed_at_ = std::max(disturbed_at_, at);
    } else if (copy > 0) {
      at += random_.between({}, usual_delay_);
    }
    push({.at = at, .kind = Kind::Deliver, .node = to, .packet = packet});
  }
}

void Simulation::deliver(std::size_t index, const Packet& packet) {
  Node& node = nodes_[index];
  Member& member = node.members[packet.link];
  if (!node.engine || !member.is_link_up) return;
  if (node.is_paused) {
    if (node.keeps_inbox && node.inbox.size() < kInboxSize)
      node.inbox.push_back(std::make_shared<const Packet>(packet));
    return;
  }
  if (random_.chance(1)) inject_garbage(index);
  const Received received(packet, vrrp::kHopLimit, node.utc(now_));
  if (!received.datagram()) return fail(Rule::BadPacketIsNothing, "a packet of ours is not VRRP");
  const vrrp::Datagram& datagram = *received.datagram();
  const auto said = vrrp::decode(datagram);
  if (!said) return fail(Rule::BadPacketIsNothing, "a packet of our own cannot be read");
  if (!member.judge.accepts(member.config, packet, datagram.utc)) {
    // It is late, or came twice or out of order: to the network's disadvantage, not to ours.
    disturb(fmt::format("node {} must not believe {}", index, to_string(packet.source)));
    return refuse(index, datagram, packet.link);
  }
  member.judge.accepted(member.config, packet);
  member.listens_until.reset();
  const Turn turn{.node = index, .before = node.states()};
  const State before = turn.before[packet.link];
  const bool was_resigning = node.router(packet.link).is_resigning();
  const auto priority = node.effective(packet.link);
  const auto accepted_before = node.router(packet.link).counters().received;
  node.engine->receive(interface_of(packet.link), datagram, clock_of(index), actions_);
  if (node.router(packet.link).counters().received == accepted_before)
    fail(Rule::ProofCounts, fmt::format("node {} does not believe a good packet", index));
  if (has_trace_)
    note(fmt::format("node {}, link {} hears priority {} from {}", index, packet.link,
                     said->priority.value(), to_string(packet.source)));
  const vrrp::AdvertisementReceived heard{.advertisement = *said,
                                          .source = datagram.source,
                                          .destination = datagram.destination,
                                          .hop_limit = datagram.hop_limit};
  check_answer(index, packet.link, before, was_resigning, priority, heard);
  if (before == State::Backup && node.state(packet.link) == State::Backup &&
      member.expectation.received(heard, priority, clock_of(index)))
    member.may_want = member.must_want = false;
  if (said->priority.is_resigning()) member.silent_until.reset();
  carry_out({.node = index, .before = turn.before, .packet = &heard, .link = packet.link});
}

// What a packet must do that is not to be listened to.
void Simulation::refuse(std::size_t index, const vrrp::Datagram& datagram, std::size_t link) {
  Node& node = nodes_[index];
  const auto states = node.states();
  const auto deadline = node.engine->deadline();
  const auto accepted = node.router(link).counters().received;
  node.engine->receive(interface_of(link), datagram, clock_of(index), actions_);
  for (const auto& [id, action] : std::exchange(actions_, {}))
    if (!std::holds_alternative<vrrp::Notice>(action))
      fail(Rule::BadPacketIsNothing, fmt::format("node {} acts on a bad packet", index));
  if (node.states() != states || node.engine->deadline() != deadline)
    fail(Rule::BadPacketIsNothing, fmt::format("node {} listens to a bad packet", index));
  if (node.router(link).counters().received != accepted)
    fail(has_proofs_ ? Rule::ProofCounts : Rule::BadPacketIsNothing,
         fmt::format("node {} believes a bad packet", index));
}

// Somebody recorded a packet, and sends it again.
void Simulation::replay(std::size_t index) {
  if (!old_packet_ || !has_proofs_ || !allows(Hazard::Replay)) return;
  if (old_packet_->source == nodes_[index].members[old_packet_->link].address) return;
  disturb(fmt::format("node {} gets a recorded packet", index));
  deliver(index, *std::exchange(old_packet_, last_packet_));
}

std::vector<std::uint8_t> Simulation::in_other_version(const Packet& packet) const {
  const Received received(*last_packet_, vrrp::kHopLimit, {});
  auto said = *vrrp::decode(*received.datagram());
  said.version = said.version == Version::V2 ? Version::V3 : Version::V2;
  said.interval = 1s;
  return vrrp::encode(said, packet.source, packet.destination);
}

// As somebody's mistake or malice would have it. The hop limit to send it with, or nothing if this
// packet cannot be spoilt that way.
std::optional<std::uint8_t> Simulation::spoil(Packet& packet, const Member& member) {
  const std::size_t at = packet.vrrp_offset();
  const auto size = *vrrp::packet_size(std::span(packet.bytes).subspan(at), packet.source.family());
  packet.source = links_[packet.link].address_of(packet.link, 250);
  switch (random_.below(has_proofs_ ? 7 : 6)) {
    case 0:
      packet.bytes[at + 7] ^= 0x01;
      return packet.destination.is_multicast() ? vrrp::kHopLimit - 1 : vrrp::kHopLimit;
    case 1:
      packet.bytes.resize(at + random_.below(size));
      break;
    case 2:
      packet.bytes[at] ^= static_cast<std::uint8_t>(1U << random_.below(8));
      break;
    case 3:
      packet.bytes[at + 2] ^= 0xff;  // a priority that nobody summed up
      break;
    case 4:
      packet.source = member.address;  // our own words, thrown back at us
      break;
    case 5:
      packet.bytes = in_other_version(packet);
      packet.protocol = vrrp::kIpProtocol;
      break;
    default:  // a digest that somebody guessed
      packet.source = last_packet_->source;
      if (at == 0 && packet.bytes.size() == size) return std::nullopt;
      if (at == 0 && random_.chance(50)) {
        if (member.config.trailer->mode != vrrp::TrailerConfig::Mode::Enforce) return std::nullopt;
        packet.bytes.resize(size);
        break;
      }
      packet.bytes[at == 0 ? size + 20 : 16] ^= 0x01;
      break;
  }
  return vrrp::kHopLimit;
}

void Simulation::inject_garbage(std::size_t index) {
  Node& node = nodes_[index];
  if (!allows(Hazard::Garbage)) return;
  if (!last_packet_ || !node.runs()) return;
  Packet packet = *last_packet_;
  const Member& member = node.members[packet.link];
  if (!member.is_link_up) return;
  const auto hop_limit = spoil(packet, member);
  if (!hop_limit) return;
  const Received received(packet, *hop_limit, node.utc(now_));
  if (received.datagram()) refuse(index, *received.datagram(), packet.link);
}

}  // namespace scenario
