#include "agent/transport.h"

#include <utility>

#include "base/log.h"
#include "net/ipv4_header.h"

namespace agent {

struct Transport::Entry {
  PacketSocket socket;
  std::unique_ptr<io::Readable> readable;
  int failing = 0;  // errno of the last send; a lasting fault is said once
};

Transport::Transport(io::Loop& loop, std::function<void()> on_input)
    : loop_(loop), on_input_(std::move(on_input)) {}

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
  const int fd = socket->fd();
  entries_.emplace(
      door, Entry{.socket = std::move(*socket),
                  .readable = std::make_unique<io::Readable>(loop_, fd, [this] { on_input_(); })});
  return {};
}

bool Transport::receive(std::size_t limit, const Packet& packet) {
  const vrrp::WallClock utc = std::chrono::system_clock::now();
  bool is_more = false;
  for (const auto& [door, entry] : entries_) {
    const auto take = [&](const vrrp::Datagram& datagram) { packet(door.interface, datagram); };
    for (std::size_t read = 0;;) {
      const std::size_t got = entry.socket.receive(batch_, utc, take);
      read += got;
      if (got < Batch::kSize) break;
      if (read >= limit) {
        is_more = true;
        break;
      }
    }
  }
  return is_more;
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

}  // namespace agent
