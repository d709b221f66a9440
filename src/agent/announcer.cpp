#include "agent/announcer.h"

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace agent {
namespace {

constexpr std::size_t kBatch = 256;

struct Frame {
  net::ArpFrame bytes;
  sockaddr_ll to;
};

Frame frame_for(const netlink::Address& address, const net::MacAddress& mac) {
  Frame frame{.bytes = gratuitous_arp(address.prefix.address(), mac), .to = {}};
  frame.to.sll_family = AF_PACKET;
  frame.to.sll_protocol = htons(net::kEtherTypeArp);
  frame.to.sll_ifindex = static_cast<int>(address.interface.value);
  frame.to.sll_halen = 6;
  std::ranges::copy(net::MacAddress::broadcast().bytes(), frame.to.sll_addr);
  return frame;
}

}  // namespace

base::Result<Announcer> Announcer::open() {
  // Protocol 0: it sends only, and nothing is copied to it.
  io::Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return std::unexpected(base::system_error("cannot open a socket for ARP", errno));
  return Announcer(std::move(socket));
}

void Announcer::announce(std::span<const netlink::Address> addresses, int rounds,
                         const MacOf& mac_of) {
  std::vector<Frame> frames;
  for (const netlink::Address& address : addresses)
    if (address.prefix.address().is_v4())
      if (const auto mac = mac_of(address.interface)) frames.push_back(frame_for(address, *mac));
  std::vector<iovec> parts(frames.size());
  std::vector<mmsghdr> messages(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    parts[i] = {frames[i].bytes.data(), frames[i].bytes.size()};
    messages[i] = {};
    messages[i].msg_hdr.msg_name = &frames[i].to;
    messages[i].msg_hdr.msg_namelen = sizeof frames[i].to;
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (int round = 0; round < rounds; ++round)
    for (std::size_t sent = 0; sent < messages.size();) {
      const std::size_t count = std::min(kBatch, messages.size() - sent);
      const int done = sendmmsg(socket_.get(), messages.data() + sent, static_cast<unsigned>(count),
                                MSG_DONTWAIT);
      if (done < 0 && errno == EINTR) continue;
      if (done < 0) ++failures_;
      sent += done < 0 ? 1 : static_cast<std::size_t>(done);
    }
}

}  // namespace agent
