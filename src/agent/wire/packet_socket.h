// One raw socket: the VRRP packets of one kind on one interface, multicast and unicast alike, read
// and sent in batches.
#pragma once

#include <bitset>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <set>
#include <span>
#include <string>

#include "base/error.h"
#include "io/descriptor.h"
#include "net/interface_index.h"
#include "net/ip_address.h"
#include "vrrp/packet.h"

namespace agent::wire {

// What carries a VRRP packet: a kind of socket for each.
enum class Carrier {
  Ipv4,
  Ipv6,
  Authenticated,  // IPv4 with an authentication header (auth_type AH): protocol 51
};
Carrier carrier_of(net::Family family, std::uint8_t protocol);

struct Door {
  net::InterfaceIndex interface;
  Carrier carrier = Carrier::Ipv4;

  friend constexpr auto operator<=>(const Door&, const Door&) = default;
};

// What the socket of a door listens to.
struct Listening {
  std::string name;  // of the interface
  std::set<net::IpAddress> groups = {};
  std::bitset<256> vrids = {};
  bool has_v2 = false;  // versions that its routers speak
  bool has_v3 = false;

  bool operator==(const Listening&) const = default;
};

// A packet on its way out. The header of IPv4 is ours and part of its bytes, that of IPv6 is the
// kernel's.
struct Outgoing {
  Door door;
  net::IpAddress source;
  net::IpAddress destination;
  std::uint8_t hop_limit = vrrp::kHopLimit;
  std::size_t offset = 0;  // of its bytes among those of all that wait
  std::size_t size = 0;
};

// Room for a batch of packets that are received. Not written to before that, so that it costs no
// memory where nothing comes in.
class Batch {
 public:
  static constexpr std::size_t kSize = 64;
  // More than the longest packet (header, 255 addresses of IPv4, authentication). IPv6 may have
  // more addresses than fit, but then not into its interface's MTU either.
  static constexpr std::size_t kPacketSize = 2048;

  Batch() : bytes_(std::make_unique_for_overwrite<std::uint8_t[]>(kSize * kPacketSize)) {}
  std::uint8_t* packet(std::size_t index) { return bytes_.get() + index * kPacketSize; }

 private:
  std::unique_ptr<std::uint8_t[]> bytes_;
};

class PacketSocket {
 public:
  static base::Result<PacketSocket> open(const Door& door, const Listening& wanted);

  base::Result<> adjust(const Listening& wanted);
  const Listening& listening() const { return listening_; }
  int fd() const { return fd_.get(); }

  // Lets the kernel drop hopeless packets, but for a sample (flood.h).
  base::Result<> set_strict(bool is_strict);

  // How many packets a look at the socket has found.
  struct Found {
    std::size_t packets = 0;
    std::size_t hopeless = 0;
  };
  // Reads one batch; what is no datagram is left out.
  using Packet = std::function<void(const vrrp::Datagram&)>;
  Found receive(Batch& batch, vrrp::WallClock utc, const Packet& packet) const;
  // Sends at most Batch::kSize packets; `failed` gets the number of each error, and 0 for success.
  void send(std::span<const Outgoing> run, std::span<const std::uint8_t> bytes,
            const std::function<void(int)>& failed) const;

 private:
  PacketSocket(io::Descriptor fd, const Door& door) : fd_(std::move(fd)), door_(door) {}
  bool prepare(const std::string& interface) const;
  bool set_membership(const net::IpAddress& group, bool joins) const;
  base::Result<> attach_filter(const Listening& wanted) const;

  io::Descriptor fd_;
  Door door_;
  Listening listening_;
  bool is_strict_ = false;
};

}  // namespace agent::wire
