#include "agent/wire/announcer.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <utility>

#include "net/arp.h"
#include "net/neighbour_advertisement.h"

namespace agent::wire {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kBatch = 256;
// keepalived looks at the forwarding setting at most this often.
constexpr auto kForwardingIsKnown = 5s;

struct Frame {
  std::array<std::uint8_t, net::kNeighbourAdvertisementFrameSize> bytes;
  std::size_t size = 0;
  sockaddr_ll to{};
};

Frame frame_for(const net::IpAddress& address, const net::MacAddress& mac, bool is_router,
                net::InterfaceIndex interface) {
  Frame frame;
  const auto take = [&](const auto& bytes) {
    frame.size = bytes.size();
    std::ranges::copy(bytes, frame.bytes.begin());
  };
  if (address.is_v4())
    take(gratuitous_arp(address, mac));
  else
    take(unsolicited_neighbour_advertisement(address, mac, is_router));
  frame.to.sll_family = AF_PACKET;
  frame.to.sll_protocol = htons(address.is_v4() ? ETH_P_ARP : ETH_P_IPV6);
  frame.to.sll_ifindex = static_cast<int>(interface.value);
  frame.to.sll_halen = 6;
  std::copy_n(frame.bytes.begin(), 6, frame.to.sll_addr);  // the frame's destination
  return frame;
}

}  // namespace

base::Result<std::unique_ptr<Announcer>> Announcer::open(io::Loop& loop) {
  // Protocol 0: it sends only, and nothing is copied to it.
  io::Descriptor socket(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!socket) return std::unexpected(base::system_error("cannot open a socket for ARP", errno));
  return std::unique_ptr<Announcer>(new Announcer(loop, std::move(socket)));
}

Announcer::Announcer(io::Loop& loop, io::Descriptor socket)
    : socket_(std::move(socket)), timer_(loop, [this] { send_due(); }) {}

void Announcer::announce(std::span<const netlink::Address> addresses, int rounds,
                         const LinkOf& link_of) {
  std::vector<Claim> at_once;
  for (const netlink::Address& address : addresses) {
    const netlink::Link* link = link_of(address.interface);
    if (link == nullptr || !link->mac) continue;
    const net::IpAddress& ip = address.prefix.address();
    const Claim claim{address.interface, ip, *link->mac, !ip.is_v4() && is_router(*link)};
    if (pause_for(claim) > io::Duration{})
      wait(claim, rounds);
    else
      at_once.push_back(claim);
  }
  send(at_once, rounds);
  if (!lanes_.empty()) send_due();
}

void Announcer::withdraw(std::span<const netlink::Address> addresses) {
  if (lanes_.empty()) return;
  const auto is_among = [&](const Waiting& waiting) {
    return std::ranges::any_of(addresses, [&](const netlink::Address& address) {
      return waiting.claim.interface == address.interface &&
             waiting.claim.address == address.prefix.address();
    });
  };
  for (auto& [key, lane] : lanes_) std::erase_if(lane.waiting, is_among);
  schedule();
}

// RFC 4861 section 7.2.4: the flag says what this interface is; hosts drop a default router that
// says it is none.
bool Announcer::is_router(const netlink::Link& link) {
  const io::Instant now = Clock::now();
  auto& [forwards, known_at] = forwards_[link.name];
  if (known_at != io::Instant{} && now - known_at < kForwardingIsKnown) return forwards;
  int value = 0;
  std::ifstream("/proc/sys/net/ipv6/conf/" + link.name + "/forwarding") >> value;
  known_at = now;
  return forwards = value != 0;
}

io::Duration Announcer::pause_for(const Claim& claim) const {
  const Pacing pacing = pacing_.of(claim.interface);
  return claim.address.is_v4() ? pacing.arp : pacing.neighbour;
}

// An address that waits already does not wait twice, however often it is to be announced.
void Announcer::wait(const Claim& claim, int rounds) {
  Lane& lane = lanes_[{pacing_.of(claim.interface).lane, claim.address.family()}];
  lane.pause = pause_for(claim);
  const auto known = std::ranges::find_if(lane.waiting, [&](const Waiting& waiting) {
    return waiting.claim.interface == claim.interface && waiting.claim.address == claim.address;
  });
  if (known == lane.waiting.end())
    lane.waiting.push_back({claim, rounds});
  else
    *known = {claim, std::max(known->rounds, rounds)};
}

void Announcer::send_due() {
  const io::Instant now = Clock::now();
  for (auto& [key, lane] : lanes_) {
    if (lane.waiting.empty() || lane.next > now) continue;
    Waiting first = lane.waiting.front();
    lane.waiting.pop_front();
    send(std::span(&first.claim, 1), 1);
    if (--first.rounds > 0) lane.waiting.push_back(first);
    lane.next = now + lane.pause;
  }
  schedule();
}

// A lane that has nothing to say is kept until its pause is over: the next word waits for that.
void Announcer::schedule() {
  const io::Instant now = Clock::now();
  std::erase_if(lanes_, [&](const auto& entry) {
    return entry.second.waiting.empty() && entry.second.next <= now;
  });
  const auto first =
      std::ranges::min_element(lanes_, {}, [](const auto& entry) { return entry.second.next; });
  if (first == lanes_.end())
    timer_.cancel();
  else
    timer_.at(first->second.next);
}

void Announcer::send(std::span<const Claim> claims, int rounds) {
  std::vector<Frame> frames;
  frames.reserve(claims.size());
  for (const Claim& claim : claims)
    frames.push_back(frame_for(claim.address, claim.mac, claim.is_router, claim.interface));
  std::vector<iovec> parts(frames.size());
  std::vector<mmsghdr> messages(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    parts[i] = {frames[i].bytes.data(), frames[i].size};
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

}  // namespace agent::wire
