// The raw sockets of all virtual routers, one an interface and carrier. What is sent is collected
// and goes out in batches; what waits is read in batches.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "agent/wire/packet_socket.h"
#include "base/error.h"
#include "io/loop.h"

namespace agent::wire {

class Transport {
 public:
  // `on_input`: something waits to be read; not called again before it was.
  Transport(io::Loop& loop, std::function<void()> on_input);
  ~Transport();

  // Opens, changes and closes sockets until they are these. The first error; the rest is done.
  base::Result<> listen(const std::map<Door, Listening>& wanted);

  // Every packet that waits. At most about `limit` of them a socket, so that a flood does not keep
  // the timers waiting; true if more may be there.
  using Packet = std::function<void(net::InterfaceIndex, const vrrp::Datagram&)>;
  bool receive(std::size_t limit, const Packet& packet);

  // Where a packet goes, and what stands in its IP header.
  struct Address {
    net::InterfaceIndex interface;
    net::IpAddress source;
    net::IpAddress destination;
    std::uint8_t protocol = vrrp::kIpProtocol;
    std::uint8_t hop_limit = vrrp::kHopLimit;
    std::uint16_t identification = 0;  // IPv4
  };
  // Kept until flush().
  void send(const Address& address, std::span<const std::uint8_t> payload);
  void flush();
  std::uint64_t send_failures() const { return send_failures_; }
  // Packets that the kernel dropped in floods; an estimate.
  std::uint64_t flood_dropped() const;

 private:
  struct Entry;

  base::Result<> open(const Door& door, const Listening& wanted);
  void note_failure(Entry& entry, int number);
  void listen_to(Entry& entry);
  void note_flood(Entry& entry, const PacketSocket::Found& found, io::Instant now);
  void schedule_look();

  io::Loop& loop_;
  std::function<void()> on_input_;
  std::map<Door, Entry> entries_;
  io::Timer next_look_;  // at sockets that are flooded
  std::vector<Outgoing> outgoing_;
  std::vector<std::uint8_t> bytes_;
  Batch batch_;
  std::uint64_t send_failures_ = 0;
};

}  // namespace agent::wire
