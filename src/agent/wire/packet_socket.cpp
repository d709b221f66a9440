#include "agent/wire/packet_socket.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "agent/wire/flood.h"
#include "agent/wire/socket_filter.h"

namespace agent::wire {
namespace {

constexpr int kReceiveBuffer = 1 << 20;

template <typename T>
bool set_option(const io::Descriptor& fd, int level, int option, const T& value) {
  return setsockopt(fd.get(), level, option, &value, sizeof value) == 0;
}

in6_addr in6(const net::IpAddress& address) {
  in6_addr out{};
  std::ranges::copy(address.bytes(), out.s6_addr);
  return out;
}

net::IpAddress from_in6(const in6_addr& address) {
  return *net::IpAddress::from_bytes(std::span(address.s6_addr));
}

sockaddr_in ipv4_address(const net::IpAddress& address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(address.v4_value());
  return out;
}

sockaddr_in6 ipv6_address(const net::IpAddress& address, net::InterfaceIndex interface) {
  sockaddr_in6 out{};
  out.sin6_family = AF_INET6;
  out.sin6_addr = in6(address);
  // Only these exist once a link.
  if (address.is_link_local() || address.is_multicast()) out.sin6_scope_id = interface.value;
  return out;
}

// Ancillary data of one IPv6 packet: addresses, interface and hop limit.
struct Ancillary {
  alignas(
      cmsghdr) std::array<char, CMSG_SPACE(sizeof(in6_pktinfo)) + CMSG_SPACE(sizeof(int))> bytes;
};

template <typename T>
cmsghdr* put(msghdr& message, cmsghdr* at, int type, const T& value) {
  at->cmsg_level = IPPROTO_IPV6;
  at->cmsg_type = type;
  at->cmsg_len = CMSG_LEN(sizeof value);
  std::memcpy(CMSG_DATA(at), &value, sizeof value);
  return CMSG_NXTHDR(&message, at);
}

template <typename T>
T value_of(const cmsghdr* message) {
  T value{};
  std::memcpy(&value, CMSG_DATA(message), sizeof value);
  return value;
}

// An IPv6 socket keeps the header to itself, but tells of it.
std::optional<vrrp::Datagram> ipv6_datagram(msghdr& message, std::span<const std::uint8_t> payload,
                                            vrrp::WallClock utc) {
  const auto& from = *static_cast<const sockaddr_in6*>(message.msg_name);
  std::optional<net::IpAddress> destination;
  std::optional<int> hop_limit;
  for (cmsghdr* at = CMSG_FIRSTHDR(&message); at != nullptr; at = CMSG_NXTHDR(&message, at)) {
    if (at->cmsg_level != IPPROTO_IPV6) continue;
    if (at->cmsg_type == IPV6_PKTINFO) destination = from_in6(value_of<in6_pktinfo>(at).ipi6_addr);
    if (at->cmsg_type == IPV6_HOPLIMIT) hop_limit = value_of<int>(at);
  }
  if (!destination || !hop_limit) return std::nullopt;
  return vrrp::Datagram{.source = from_in6(from.sin6_addr),
                        .destination = *destination,
                        .hop_limit = static_cast<std::uint8_t>(*hop_limit),
                        .payload = payload,
                        .utc = utc};
}

}  // namespace

Carrier carrier_of(net::Family family, std::uint8_t protocol) {
  if (family == net::Family::Ipv6) return Carrier::Ipv6;
  return protocol == vrrp::kAuthenticationHeaderProtocol ? Carrier::Authenticated : Carrier::Ipv4;
}

base::Result<PacketSocket> PacketSocket::open(const Door& door, const Listening& wanted) {
  const int family = door.carrier == Carrier::Ipv6 ? AF_INET6 : AF_INET;
  const int protocol = door.carrier == Carrier::Authenticated ? vrrp::kAuthenticationHeaderProtocol
                                                              : vrrp::kIpProtocol;
  PacketSocket made(
      io::Descriptor(::socket(family, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol)), door);
  const std::string doing = fmt::format("cannot open a VRRP socket on {}", wanted.name);
  if (!made.fd_ || !made.prepare(wanted.name))
    return std::unexpected(base::system_error(doing, errno));
  const io::Descriptor& fd = made.fd_;
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer))
    set_option(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  set_option(fd, SOL_SOCKET, SO_PRIORITY, 7);  // network control, where a queue knows priorities
  if (auto done = made.adjust(wanted); !done) return std::unexpected(done.error());
  // What came in before the socket was bound and filtered may be from another interface.
  std::array<std::uint8_t, 1> nothing;
  while (recv(fd.get(), nothing.data(), nothing.size(), MSG_DONTWAIT | MSG_TRUNC) >= 0) continue;
  return made;
}

// Nothing is checked or filled in by the kernel that we would not hear of: it does not verify our
// checksum over IPv6 unless asked to.
bool PacketSocket::prepare(const std::string& interface) const {
  const int index = static_cast<int>(door_.interface.value);
  if (setsockopt(fd_.get(), SOL_SOCKET, SO_BINDTODEVICE, interface.c_str(),
                 static_cast<socklen_t>(interface.size() + 1)) != 0)
    return false;
  if (door_.carrier == Carrier::Ipv6)
    return set_option(fd_, IPPROTO_IPV6, IPV6_MULTICAST_IF, index) &&
           set_option(fd_, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0) &&
           set_option(fd_, IPPROTO_IPV6, IPV6_MULTICAST_ALL, 0) &&
           set_option(fd_, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1) &&
           set_option(fd_, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1) &&
           set_option(fd_, IPPROTO_IPV6, IPV6_TCLASS, int{vrrp::kTypeOfService});
  return set_option(fd_, IPPROTO_IP, IP_HDRINCL, 1) &&
         set_option(fd_, IPPROTO_IP, IP_MULTICAST_IF, ip_mreqn{{}, {}, index}) &&
         set_option(fd_, IPPROTO_IP, IP_MULTICAST_LOOP, 0) &&
         set_option(fd_, IPPROTO_IP, IP_MULTICAST_ALL, 0);
}

base::Result<> PacketSocket::adjust(const Listening& wanted) {
  const auto failed = [](std::string doing) {
    return std::unexpected(base::system_error(doing, errno));
  };
  if (wanted.vrids != listening_.vrids || wanted.has_v2 != listening_.has_v2 ||
      wanted.has_v3 != listening_.has_v3)
    if (auto done = attach_filter(wanted); !done) return done;
  for (const auto& group : listening_.groups)
    if (!wanted.groups.contains(group)) set_membership(group, false);
  for (const auto& group : wanted.groups)
    if (!listening_.groups.contains(group) && !set_membership(group, true))
      return failed(fmt::format("cannot join {} on {}", to_string(group), wanted.name));
  listening_ = wanted;
  return {};
}

base::Result<> PacketSocket::attach_filter(const Listening& wanted) const {
  std::vector<sock_filter> program = is_strict_
                                         ? strict_filter_for(door_.carrier, wanted, kSampleOf)
                                         : filter_for(door_.carrier, wanted);
  const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
  if (set_option(fd_, SOL_SOCKET, SO_ATTACH_FILTER, filter)) return {};
  return std::unexpected(
      base::system_error(fmt::format("cannot listen on {}", wanted.name), errno));
}

base::Result<> PacketSocket::set_strict(bool is_strict) {
  is_strict_ = is_strict;
  return attach_filter(listening_);
}

bool PacketSocket::set_membership(const net::IpAddress& group, bool joins) const {
  const auto index = door_.interface.value;
  if (door_.carrier == Carrier::Ipv6)
    return set_option(fd_, IPPROTO_IPV6, joins ? IPV6_JOIN_GROUP : IPV6_LEAVE_GROUP,
                      ipv6_mreq{in6(group), index});
  return set_option(fd_, IPPROTO_IP, joins ? IP_ADD_MEMBERSHIP : IP_DROP_MEMBERSHIP,
                    ip_mreqn{ipv4_address(group).sin_addr, {}, static_cast<int>(index)});
}

PacketSocket::Found PacketSocket::receive(Batch& batch, vrrp::WallClock utc,
                                          const Packet& packet) const {
  const bool is_ipv6 = door_.carrier == Carrier::Ipv6;
  std::array<mmsghdr, Batch::kSize> messages{};
  std::array<iovec, Batch::kSize> parts{};
  std::array<sockaddr_in6, Batch::kSize> sources;
  std::array<Ancillary, Batch::kSize> ancillary;
  for (std::size_t i = 0; i < Batch::kSize; ++i) {
    msghdr& header = messages[i].msg_hdr;
    parts[i] = {batch.packet(i), Batch::kPacketSize};
    header.msg_iov = &parts[i];
    header.msg_iovlen = 1;
    if (!is_ipv6) continue;  // all is in the packet
    header.msg_name = &sources[i];
    header.msg_namelen = sizeof sources[i];
    header.msg_control = ancillary[i].bytes.data();
    header.msg_controllen = ancillary[i].bytes.size();
  }
  const int got = recvmmsg(fd_.get(), messages.data(), Batch::kSize, MSG_DONTWAIT, nullptr);
  if (got <= 0) return {};
  Found found{.packets = static_cast<std::size_t>(got)};
  for (std::size_t i = 0; i < found.packets; ++i) {
    const std::span<const std::uint8_t> bytes(batch.packet(i), messages[i].msg_len);
    const auto datagram = is_ipv6 ? ipv6_datagram(messages[i].msg_hdr, bytes, utc)
                                  : vrrp::Datagram::from_ipv4(bytes, utc);
    if (!datagram || is_hopeless(door_.carrier, listening_, *datagram)) ++found.hopeless;
    if (datagram) packet(*datagram);
  }
  return found;
}

void PacketSocket::send(std::span<const Outgoing> run, std::span<const std::uint8_t> bytes,
                        const std::function<void(int)>& failed) const {
  std::array<mmsghdr, Batch::kSize> messages{};
  std::array<iovec, Batch::kSize> parts{};
  std::array<sockaddr_in6, Batch::kSize> ipv6_destinations;
  std::array<sockaddr_in, Batch::kSize> ipv4_destinations;
  std::array<Ancillary, Batch::kSize> ancillary;
  for (std::size_t i = 0; i < run.size(); ++i) {
    msghdr& header = messages[i].msg_hdr;
    // The kernel takes its input by mutable pointer and does not change it.
    parts[i] = {const_cast<std::uint8_t*>(bytes.data()) + run[i].offset, run[i].size};
    header.msg_iov = &parts[i];
    header.msg_iovlen = 1;
    if (door_.carrier != Carrier::Ipv6) {
      ipv4_destinations[i] = ipv4_address(run[i].destination);
      header.msg_name = &ipv4_destinations[i];
      header.msg_namelen = sizeof ipv4_destinations[i];
      continue;
    }
    ipv6_destinations[i] = ipv6_address(run[i].destination, door_.interface);
    header.msg_name = &ipv6_destinations[i];
    header.msg_namelen = sizeof ipv6_destinations[i];
    ancillary[i].bytes.fill(0);
    header.msg_control = ancillary[i].bytes.data();
    header.msg_controllen = ancillary[i].bytes.size();
    cmsghdr* next = put(header, CMSG_FIRSTHDR(&header), IPV6_PKTINFO,
                        in6_pktinfo{in6(run[i].source), door_.interface.value});
    put(header, next, IPV6_HOPLIMIT, int{run[i].hop_limit});
  }
  for (std::size_t sent = 0; sent < run.size();) {
    const int done = sendmmsg(fd_.get(), messages.data() + sent,
                              static_cast<unsigned>(run.size() - sent), MSG_DONTWAIT);
    if (done < 0 && errno == EINTR) continue;
    failed(done < 0 ? errno : 0);
    // A packet that cannot go now is not worth waiting for: the next one follows in an interval.
    sent += done < 0 ? 1 : static_cast<std::size_t>(done);
  }
}

}  // namespace agent::wire
