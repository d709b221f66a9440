#include "agent/wire/transport.h"

#include <chrono>
#include <utility>

#include "agent/wire/flood.h"
#include "base/log.h"
#include "net/ipv4_header.h"

namespace agent::wire {

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// How often a flooded socket is looked at: short beside any interval, and enough packets to be
// worth it.
constexpr auto kLook = 2ms;
// How often it is asked whether a flood that the kernel drops goes on.
constexpr auto kLongLook = 1s;
constexpr auto kFloodPause = 10s;  // between two lines about floods of one socket

}  // namespace

struct Transport::Entry {
  PacketSocket socket;
  std::unique_ptr<io::Readable> readable = {};  // none while it is looked at in intervals
  Flood flood = {};
  io::Instant flood_told = {};
  bool is_flood_told = false;
  std::uint64_t dropped_before = 0;
  int failing = 0;  // errno of the last send; a lasting fault is said once
};

Transport::Transport(io::Loop& loop, std::function<void()> on_input)
    : loop_(loop), on_input_(std::move(on_input)), next_look_(loop, [this] { on_input_(); }) {}

Transport::~Transport() = default;

base::Result<> Transport::listen(const std::map<Door, Listening>& wanted) {
  std::erase_if(entries_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  base::Result<> result;
  for (const auto& [door, listening] : wanted) {
    const auto known = entries_.find(door);
    auto done =
        known == entries_.end() ? open(door, listening) : known->second.socket.adjust(listening);
    if (!done && result) result = std::move(done);
  }
  return result;
}

base::Result<> Transport::open(const Door& door, const Listening& wanted) {
  auto socket = PacketSocket::open(door, wanted);
  if (!socket) return std::unexpected(socket.error());
  const auto [entry, is_new] = entries_.emplace(door, Entry{.socket = std::move(*socket)});
  listen_to(entry->second);
  return {};
}

void Transport::listen_to(Entry& entry) {
  entry.readable =
      std::make_unique<io::Readable>(loop_, entry.socket.fd(), [this] { on_input_(); });
}

bool Transport::receive(std::size_t limit, const Packet& packet) {
  const vrrp::WallClock utc = std::chrono::system_clock::now();
  const io::Instant now = Clock::now();
  bool is_more = false;
  for (auto& [door, entry] : entries_) {
    const auto take = [&](const vrrp::Datagram& datagram) { packet(door.interface, datagram); };
    PacketSocket::Found all;
    for (bool is_whole = true; is_whole && all.packets < limit;) {
      const PacketSocket::Found found = entry.socket.receive(batch_, utc, take);
      all.packets += found.packets;
      all.hopeless += found.hopeless;
      is_whole = found.packets == Batch::kSize;
    }
    is_more = is_more || all.packets >= limit;
    note_flood(entry, all, now);
  }
  schedule_look();
  return is_more;
}

// To be woken for each packet of a flood would cost more than to read it.
void Transport::note_flood(Entry& entry, const PacketSocket::Found& found, io::Instant now) {
  const bool was_strict = entry.flood.is_strict();
  entry.flood.note(now, found.packets, found.hopeless);
  if (entry.flood.is_busy())
    entry.readable.reset();
  else if (!entry.readable)
    listen_to(entry);
  if (entry.flood.is_strict() == was_strict) return;
  (void)entry.socket.set_strict(!was_strict);  // if that is refused, all is read as before
  const std::string& interface = entry.socket.listening().name;
  const std::uint64_t dropped = entry.flood.dropped();
  if (was_strict && std::exchange(entry.is_flood_told, false)) {
    base::log::info("flood.ended",
                    {{"interface", interface},
                     {"dropped_about", std::to_string(dropped - entry.dropped_before)}});
  } else if (!was_strict && now - entry.flood_told >= kFloodPause) {
    entry.flood_told = now;
    entry.is_flood_told = true;
    entry.dropped_before = dropped;
    base::log::warning("flood.began", {{"interface", interface},
                                       {"what", "thousands of malformed VRRP packets a second"},
                                       {"hint", "the kernel drops them now, but for a sample"}});
  }
}

void Transport::schedule_look() {
  bool is_any_busy = false;
  bool is_any_strict = false;
  for (const auto& [door, entry] : entries_) {
    is_any_busy = is_any_busy || entry.flood.is_busy();
    is_any_strict = is_any_strict || entry.flood.is_strict();
  }
  if (is_any_busy)
    next_look_.after(kLook);
  else if (is_any_strict)
    next_look_.after(kLongLook);
}

std::uint64_t Transport::flood_dropped() const {
  std::uint64_t total = 0;
  for (const auto& [door, entry] : entries_) total += entry.flood.dropped();
  return total;
}

void Transport::send(const Address& address, std::span<const std::uint8_t> payload) {
  const std::size_t offset = bytes_.size();
  const Carrier carrier = carrier_of(address.source.family(), address.protocol);
  if (carrier != Carrier::Ipv6) {
    const auto header = net::encode({.source = address.source,
                                     .destination = address.destination,
                                     .protocol = address.protocol,
                                     .ttl = address.hop_limit,
                                     .type_of_service = vrrp::kTypeOfService,
                                     .identification = address.identification},
                                    payload.size());
    bytes_.insert(bytes_.end(), header.begin(), header.end());
  }
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
  outgoing_.push_back({.door = {address.interface, carrier},
                       .source = address.source,
                       .destination = address.destination,
                       .hop_limit = address.hop_limit,
                       .offset = offset,
                       .size = bytes_.size() - offset});
}

void Transport::flush() {
  const std::span<const Outgoing> all(outgoing_);
  for (std::size_t start = 0; start < all.size();) {
    std::size_t end = start + 1;
    while (end < all.size() && end - start < Batch::kSize && all[end].door == all[start].door)
      ++end;
    const auto entry = entries_.find(all[start].door);
    if (entry != entries_.end())
      entry->second.socket.send(all.subspan(start, end - start), bytes_,
                                [&](int number) { note_failure(entry->second, number); });
    start = end;
  }
  outgoing_.clear();
  bytes_.clear();
}

void Transport::note_failure(Entry& entry, int number) {
  if (number != 0) ++send_failures_;
  if (number == std::exchange(entry.failing, number)) return;
  const std::string& interface = entry.socket.listening().name;
  if (number != 0)
    base::log::warning("send.failing", {{"interface", interface},
                                        {"error", base::system_error("send", number).what}});
  else
    base::log::info("send.recovered", {{"interface", interface}});
}

}  // namespace agent::wire
