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
namespace {

// The kernel notes the time of day; how long ago that was is the same on every clock.
std::chrono::steady_clock::time_point time_of(msghdr& message) {
  const auto now = std::chrono::steady_clock::now();
  const auto today = std::chrono::system_clock::now().time_since_epoch();
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_TIMESTAMPNS) continue;
    timespec seen{};
    std::memcpy(&seen, CMSG_DATA(part), sizeof seen);
    return now -
           (today - (std::chrono::seconds(seen.tv_sec) + std::chrono::nanoseconds(seen.tv_nsec)));
  }
  return now;
}

}  // namespace

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
    const int on = 1;
    setsockopt(socket_.get(), SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof on);
    const int size = 32 << 20;
    if (setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) != 0)
      setsockopt(socket_.get(), SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
  });
}

void Tap::read() {
  std::array<std::uint8_t, 65536> buffer;
  for (;;) {
    sockaddr_ll from{};
    iovec part{buffer.data(), buffer.size()};
    alignas(cmsghdr) std::array<std::uint8_t, 64> control;
    msghdr message{};
    message.msg_name = &from;
    message.msg_namelen = sizeof from;
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(socket_.get(), &message, 0);
    if (got < 0) return;
    frames_.push_back({.time = time_of(message),
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
