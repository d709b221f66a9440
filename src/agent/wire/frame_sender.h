// Sends multicast advertisements from virtual MAC addresses, as whole frames: the interface of a
// virtual MAC address has no IP address to send from while the router is backup, and should none
// come to it by the kernel's own doing.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "agent/wire/transport.h"
#include "base/error.h"
#include "io/descriptor.h"
#include "net/mac_address.h"

namespace agent::wire {

// Ethernet and IP header of a packet to a group.
std::vector<std::uint8_t> frame_header(const Transport::Address& address,
                                       const net::MacAddress& from, std::size_t payload_size);

class FrameSender {
 public:
  static base::Result<FrameSender> open();

  // Kept until flush(). The interface of the address is that of the virtual MAC address.
  void send(const Transport::Address& address, const net::MacAddress& from,
            std::span<const std::uint8_t> payload);
  void flush();
  std::uint64_t failures() const { return failures_; }

 private:
  struct Frame {
    net::InterfaceIndex interface;
    std::size_t offset = 0;
    std::size_t size = 0;
  };

  explicit FrameSender(io::Descriptor socket) : socket_(std::move(socket)) {}

  io::Descriptor socket_;
  std::vector<Frame> frames_;
  std::vector<std::uint8_t> bytes_;
  std::uint64_t failures_ = 0;
  int failing_ = 0;  // errno of the last one; a lasting fault is said once
};

}  // namespace agent::wire
