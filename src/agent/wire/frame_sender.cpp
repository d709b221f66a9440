#include "agent/wire/frame_sender.h"

#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "net/ipv4_header.h"

namespace agent::wire {
namespace {

constexpr std::size_t kBatch = 64;

// RFC 1112 and RFC 2464: a group's number is part of its MAC address.
std::array<std::uint8_t, 6> mac_of_group(const net::IpAddress& group) {
  const auto bytes = group.bytes();
  if (group.is_v4())
    return {0x01, 0x00, 0x5e, static_cast<std::uint8_t>(bytes[1] & 0x7f), bytes[2], bytes[3]};
  return {0x33, 0x33, bytes[12], bytes[13], bytes[14], bytes[15]};
}

std::array<std::uint8_t, 40> ipv6_header(const Transport::Address& address, std::size_t size) {
  std::array<std::uint8_t, 40> out{};
  out[0] = 0x60 | vrrp::kTypeOfService >> 4;
  out[1] = static_cast<std::uint8_t>(vrrp::kTypeOfService << 4);
  out[4] = static_cast<std::uint8_t>(size >> 8);
  out[5] = static_cast<std::uint8_t>(size);
  out[6] = address.protocol;
  out[7] = address.hop_limit;
  std::ranges::copy(address.source.bytes(), out.begin() + 8);
  std::ranges::copy(address.destination.bytes(), out.begin() + 24);
  return out;
}

}  // namespace

std::vector<std::uint8_t> frame_header(const Transport::Address& address,
                                       const net::MacAddress& from, std::size_t payload_size) {
  std::vector<std::uint8_t> out;
  const auto append = [&](const auto& bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  append(mac_of_group(address.destination));
  append(from.bytes());
  if (!address.destination.is_v4()) {
    append(std::array<std::uint8_t, 2>{0x86, 0xdd});
    append(ipv6_header(address, payload_size));
    return out;
  }
  append(std::array<std::uint8_t, 2>{0x08, 0x00});
  append(net::encode({.source = address.source,
                      .destination = address.destination,
                      .protocol = address.protocol,
                      .ttl = address.hop_limit,
                      .type_of_service = vrrp::kTypeOfService,
                      .identification = address.identification},
                     payload_size));
  return out;
}

base::Result<FrameSender> FrameSender::open() {
  // Protocol 0: it sends only, and nothing is copied to it.
  io::Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket)
    return std::unexpected(base::system_error("cannot open a socket for virtual MACs", errno));
  const int control = 7;  // network control, where a queue knows priorities
  setsockopt(socket.get(), SOL_SOCKET, SO_PRIORITY, &control, sizeof control);
  return FrameSender(std::move(socket));
}

void FrameSender::send(const Transport::Address& address, const net::MacAddress& from,
                       std::span<const std::uint8_t> payload) {
  const auto header = frame_header(address, from, payload.size());
  frames_.push_back({address.interface, bytes_.size(), header.size() + payload.size()});
  bytes_.insert(bytes_.end(), header.begin(), header.end());
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
}

void FrameSender::flush() {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> parts{};
  std::array<sockaddr_ll, kBatch> to{};
  for (std::size_t start = 0; start < frames_.size(); start += kBatch) {
    const std::size_t count = std::min(kBatch, frames_.size() - start);
    for (std::size_t i = 0; i < count; ++i) {
      const Frame& frame = frames_[start + i];
      parts[i] = {bytes_.data() + frame.offset, frame.size};
      to[i] = {};
      to[i].sll_family = AF_PACKET;
      to[i].sll_ifindex = static_cast<int>(frame.interface.value);
      to[i].sll_halen = 6;
      std::copy_n(bytes_.data() + frame.offset, 6, to[i].sll_addr);
      messages[i] = {};
      messages[i].msg_hdr.msg_name = &to[i];
      messages[i].msg_hdr.msg_namelen = sizeof to[i];
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
    }
    for (std::size_t sent = 0; sent < count;) {
      const int done = sendmmsg(socket_.get(), messages.data() + sent,
                                static_cast<unsigned>(count - sent), MSG_DONTWAIT);
      if (done < 0 && errno == EINTR) continue;
      const int number = done < 0 ? errno : 0;
      if (number != 0) ++failures_;
      if (number != std::exchange(failing_, number) && number != 0)
        base::log::warning("send.failing", {{"interface", "of a virtual MAC"},
                                            {"error", base::system_error("send", number).what}});
      sent += done < 0 ? 1 : static_cast<std::size_t>(done);
    }
  }
  frames_.clear();
  bytes_.clear();
}

}  // namespace agent::wire
