#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>

#include "lab/lab.h"

namespace lab {

Tap::Tap(const Namespace& where, const std::string& interface) {
  where.inside([&] {
    const auto all = static_cast<std::uint16_t>(ETH_P_ALL << 8);  // in network order
    socket_ = io::Descriptor(socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, all));
    sockaddr_ll at{};
    at.sll_family = AF_PACKET;
    at.sll_protocol = all;
    at.sll_ifindex = static_cast<int>(if_nametoindex(interface.c_str()));
    if (!socket_ || at.sll_ifindex == 0 ||
        bind(socket_.get(), reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
      throw std::runtime_error(fmt::format("cannot tap {}: {}", interface, std::strerror(errno)));
  });
}

void Tap::read() {
  std::array<std::uint8_t, 65536> buffer;
  for (;;) {
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0) return;
    frames_.push_back({.time = std::chrono::steady_clock::now(),
                       .is_outgoing = from.sll_pkttype == PACKET_OUTGOING,
                       .bytes = {buffer.begin(), buffer.begin() + got}});
  }
}

const std::vector<Frame>& Tap::frames() {
  read();
  return frames_;
}

bool Tap::wait_for(const std::function<bool(const Frame&)>& matches,
                   std::chrono::milliseconds at_most) {
  return wait_until([&] { return count(matches) > 0; }, at_most);
}

std::size_t Tap::count(const std::function<bool(const Frame&)>& matches) {
  read();
  return static_cast<std::size_t>(std::ranges::count_if(frames_, matches));
}

void Tap::clear() {
  read();
  frames_.clear();
}

void Tap::send(std::span<const std::uint8_t> frame) {
  if (::send(socket_.get(), frame.data(), frame.size(), 0) < 0)
    throw std::runtime_error(fmt::format("cannot send a frame: {}", std::strerror(errno)));
}

}  // namespace lab
