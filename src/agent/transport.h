// Raw sockets of protocol 112, one an interface, for multicast and unicast alike. Packets are read
// and sent in batches.
#pragma once

#include <bitset>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "net/interface_index.h"
#include "net/ip_address.h"

namespace agent {

// What an interface's socket listens to.
struct Listening {
  std::string name;  // of the interface
  std::set<net::IpAddress> groups = {};
  std::bitset<256> vrids = {};
};

class Transport {
 public:
  // `on_input`: something waits to be read; not called again before it was.
  Transport(io::Loop& loop, std::function<void()> on_input);
  ~Transport();

  // Opens, changes and closes sockets until they are these. The first error; the rest is done.
  base::Result<> listen(const std::map<net::InterfaceIndex, Listening>& wanted);

  // Every packet that waits, from the IP header on. At most `limit` of them, so that a flood does
  // not keep the timers waiting; true if more may be there.
  using Packet = std::function<void(net::InterfaceIndex, std::span<const std::uint8_t>)>;
  bool receive(std::size_t limit, const Packet& packet);

  // Kept until flush().
  void send(net::InterfaceIndex interface, const net::IpAddress& destination,
            std::span<const std::uint8_t> header, std::span<const std::uint8_t> payload);
  void flush();
  std::uint64_t send_failures() const { return send_failures_; }

 private:
  struct Socket;
  struct Outgoing {
    net::InterfaceIndex interface;
    net::IpAddress destination;
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  base::Result<> open(net::InterfaceIndex interface, const Listening& wanted);
  base::Result<> adjust(net::InterfaceIndex interface, Socket& socket, const Listening& wanted);
  void send_run(Socket& socket, std::span<const Outgoing> run);
  void note_failure(Socket& socket, int number);

  io::Loop& loop_;
  std::function<void()> on_input_;
  std::map<net::InterfaceIndex, std::unique_ptr<Socket>> sockets_;
  std::vector<Outgoing> outgoing_;
  std::vector<std::uint8_t> bytes_;
  std::unique_ptr<std::uint8_t[]> buffers_;  // for receiving; not written to before that
  std::uint64_t send_failures_ = 0;
};

}  // namespace agent
