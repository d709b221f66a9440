#include "agent/owners/owner_watch.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/log.h"
#include "net/arp.h"
#include "net/neighbour_advertisement.h"
#include "net/neighbour_solicitation.h"
#include "netlink/select.h"

namespace agent::owners {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kFrameSize = 256;  // what we read of a frame; claims are shorter
constexpr int kFramesATurn = 256;        // then the timers have their turn, even in a flood
// A filter's size is limited by net.core.optmem_max, 20 kB on most machines.
constexpr std::size_t kMostInFilter = 400;

sock_filter statement(unsigned code, std::uint32_t value) {
  return {static_cast<std::uint16_t>(code), 0, 0, value};
}
sock_filter jump(unsigned code, std::uint32_t value, unsigned if_true, unsigned if_false) {
  return {static_cast<std::uint16_t>(code), static_cast<std::uint8_t>(if_true),
          static_cast<std::uint8_t>(if_false), value};
}

sockaddr_ll to_everybody(net::InterfaceIndex interface, std::uint16_t protocol,
                         std::span<const std::uint8_t> frame) {
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_protocol = htons(protocol);
  to.sll_ifindex = static_cast<int>(interface.value);
  to.sll_halen = 6;
  std::ranges::copy(frame.first(6), to.sll_addr);
  return to;
}

}  // namespace

std::vector<sock_filter> claim_filter(net::Family family,
                                      const std::set<net::IpAddress>& addresses) {
  constexpr std::uint32_t kAll = 0xffff;
  if (family == net::Family::Ipv6)
    return {statement(BPF_LD | BPF_B | BPF_ABS, 20),  // next header
            jump(BPF_JMP | BPF_JEQ | BPF_K, 58, 0, 3),
            statement(BPF_LD | BPF_B | BPF_ABS, 54),  // ICMPv6 type
            jump(BPF_JMP | BPF_JEQ | BPF_K, 136, 0, 1),
            statement(BPF_RET | BPF_K, kAll),
            statement(BPF_RET | BPF_K, 0)};
  if (addresses.size() > kMostInFilter) return {statement(BPF_RET | BPF_K, kAll)};
  std::vector<sock_filter> program{statement(BPF_LD | BPF_W | BPF_ABS, 28)};  // sender's address
  for (const net::IpAddress& address : addresses) {
    program.push_back(jump(BPF_JMP | BPF_JEQ | BPF_K, address.v4_value(), 0, 1));
    program.push_back(statement(BPF_RET | BPF_K, kAll));
  }
  program.push_back(statement(BPF_RET | BPF_K, 0));
  return program;
}

OwnerWatch::OwnerWatch(io::Loop& loop, Hooks hooks)
    : loop_(loop), hooks_(std::move(hooks)), timer_(loop, [this] { advance(); }) {}

base::Result<std::unique_ptr<OwnerWatch>> OwnerWatch::open(io::Loop& loop, Hooks hooks) {
  std::unique_ptr<OwnerWatch> watch(new OwnerWatch(loop, std::move(hooks)));
  for (Ear* ear : {&watch->arp_, &watch->neighbour_}) {
    ear->socket = io::Descriptor(::socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
    if (!ear->socket)
      return std::unexpected(base::system_error("cannot open a socket to hear ARP", errno));
  }
  return watch;
}

void OwnerWatch::watch(vrrp::RouterId router, std::vector<WatchedAddress> addresses, bool is_held) {
  book_.watch(router, std::move(addresses), is_held, Clock::now());
  settle();
}

void OwnerWatch::forget(vrrp::RouterId router) {
  book_.forget(router);
  settle();
}

// A thousand routers change at once: the filters follow when they all have.
void OwnerWatch::settle() {
  if (std::exchange(is_adjusting_, true)) return;
  loop_.post([this] {
    is_adjusting_ = false;
    adjust();
    advance();
  });
}

void OwnerWatch::adjust() {
  std::set<net::IpAddress> v4, v6;
  for (const WatchedAddress& where : book_.watched())
    (where.address.is_v4() ? v4 : v6).insert(where.address);
  adjust(arp_, net::Family::Ipv4, std::move(v4));
  adjust(neighbour_, net::Family::Ipv6, std::move(v6));
}

void OwnerWatch::adjust(Ear& ear, net::Family family, std::set<net::IpAddress> wanted) {
  if (wanted == ear.wanted) return;
  ear.wanted = std::move(wanted);
  std::vector<sock_filter> program = claim_filter(family, ear.wanted);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  bool works =
      setsockopt(ear.socket.get(), SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
  if (works && !ear.is_open) {
    sockaddr_ll from{};
    from.sll_family = AF_PACKET;
    from.sll_protocol = htons(family == net::Family::Ipv4 ? ETH_P_ARP : ETH_P_IPV6);
    works = bind(ear.socket.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) == 0;
    ear.is_open = works;
    if (works)
      ear.readable =
          std::make_unique<io::Readable>(loop_, ear.socket.get(), [this, &ear] { read(ear); });
  }
  if (!works)
    base::log::warning("owner.unheard",
                       {{"error", base::system_error("cannot hear ARP", errno).what}});
}

void OwnerWatch::read(Ear& ear) {
  hooks_.catch_up();
  OwnerActions actions;
  std::array<std::uint8_t, kFrameSize> frame{};
  for (int count = 0; count < kFramesATurn; ++count) {
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(ear.socket.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 0 && errno != EINTR) break;  // read, or the link is down
    if (got > 0 && from.sll_pkttype != PACKET_OUTGOING)
      hear({static_cast<std::uint32_t>(from.sll_ifindex)},
           std::span(frame).first(static_cast<std::size_t>(got)), actions);
  }
  perform(actions);
}

void OwnerWatch::hear(net::InterfaceIndex interface, std::span<const std::uint8_t> frame,
                      OwnerActions& actions) {
  std::optional<OwnerClaim> claim;
  if (const auto arp = net::parse_arp(frame))
    claim = OwnerClaim{.where = {interface, arp->sender_ip},
                       .mac = arp->sender_mac,
                       .is_announcement = arp->is_gratuitous()};
  else if (const auto advertisement = net::parse_neighbour_advertisement(frame))
    claim = OwnerClaim{.where = {interface, advertisement->target},
                       .mac = advertisement->mac,
                       .is_announcement = !advertisement->is_solicited};
  if (!claim) return;
  const auto router = book_.router_of(claim->where);
  // Any interface of this machine is us: Linux answers on one for an address of another.
  const bool is_ours = std::ranges::any_of(
      hooks_.links(), [&](const netlink::Link& link) { return link.mac == claim->mac; });
  if (!router || is_ours) return;
  book_.hear(*claim, hooks_.is_resigning(*router), Clock::now(), actions);
}

void OwnerWatch::advance() {
  OwnerActions actions;
  book_.advance(Clock::now(), actions);
  perform(actions);
}

void OwnerWatch::perform(const OwnerActions& actions) {
  for (const auto& action : actions) {
    if (const auto* defence = std::get_if<DefendAddress>(&action)) hooks_.defend(defence->where);
    if (const auto* question = std::get_if<AskForOwner>(&action)) ask(question->where);
  }
  for (const auto& action : actions)
    if (const auto* news = std::get_if<OwnerNews>(&action)) hooks_.tell(*news);
  if (const auto next = book_.deadline())
    timer_.at(*next);
  else
    timer_.cancel();
}

// As an ordinary neighbour, from our own address: a probe without one (RFC 5227) is what clouds
// with port security drop.
void OwnerWatch::ask(const WatchedAddress& where) {
  const netlink::Link* link = find(hooks_.links(), where.interface);
  const auto source = hooks_.source(where.interface, where.address.family());
  if (link == nullptr || !link->mac || !link->is_running || !source) return;
  const auto send = [&](const Ear& ear, const auto& frame, std::uint16_t protocol) {
    const sockaddr_ll to = to_everybody(where.interface, protocol, frame);
    // What cannot go now is asked again in the next round.
    (void)sendto(ear.socket.get(), frame.data(), frame.size(), MSG_DONTWAIT,
                 reinterpret_cast<const sockaddr*>(&to), sizeof to);
  };
  if (where.address.is_v4())
    send(arp_,
         encode(net::Arp{.frame_source = *link->mac,
                         .frame_destination = net::MacAddress::broadcast(),
                         .operation = net::ArpOperation::Request,
                         .sender_mac = *link->mac,
                         .sender_ip = *source,
                         .target_mac = net::MacAddress({}),
                         .target_ip = where.address}),
         ETH_P_ARP);
  else
    send(neighbour_, net::neighbour_solicitation(where.address, *source, *link->mac), ETH_P_IPV6);
}

}  // namespace agent::owners
