#include "agent/transport.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "agent/socket_filter.h"
#include "base/log.h"
#include "vrrp/packet.h"

namespace agent {
namespace {

constexpr std::size_t kBatch = 64;
// More than the longest packet (header, 255 addresses, password); what is longer is refused anyway.
constexpr std::size_t kPacketSize = 2048;
constexpr int kReceiveBuffer = 1 << 20;

template <typename T>
bool set_option(const io::Descriptor& fd, int level, int option, const T& value) {
  return setsockopt(fd.get(), level, option, &value, sizeof value) == 0;
}

sockaddr_in socket_address(const net::IpAddress& address) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_addr.s_addr = htonl(address.v4_value());
  return out;
}

}  // namespace

struct Transport::Socket {
  io::Descriptor fd;
  Listening listening;
  std::unique_ptr<io::Readable> readable;
  int failing = 0;  // errno of the last send; a lasting fault is said once
};

Transport::Transport(io::Loop& loop, std::function<void()> on_input)
    : loop_(loop),
      on_input_(std::move(on_input)),
      buffers_(std::make_unique_for_overwrite<std::uint8_t[]>(kBatch * kPacketSize)) {}

Transport::~Transport() = default;

base::Result<> Transport::listen(const std::map<net::InterfaceIndex, Listening>& wanted) {
  std::erase_if(sockets_, [&](const auto& entry) { return !wanted.contains(entry.first); });
  base::Result<> result;
  for (const auto& [interface, listening] : wanted) {
    const auto known = sockets_.find(interface);
    auto done = known == sockets_.end() ? open(interface, listening)
                                        : adjust(interface, *known->second, listening);
    if (!done && result) result = std::move(done);
  }
  return result;
}

base::Result<> Transport::open(net::InterfaceIndex interface, const Listening& wanted) {
  auto socket = std::make_unique<Socket>();
  socket->fd =
      io::Descriptor(::socket(AF_INET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, vrrp::kIpProtocol));
  const io::Descriptor& fd = socket->fd;
  const std::string doing = fmt::format("cannot open a VRRP socket on {}", wanted.name);
  if (!fd) return std::unexpected(base::system_error(doing, errno));
  const ip_mreqn from{{}, {}, static_cast<int>(interface.value)};
  if (setsockopt(fd.get(), SOL_SOCKET, SO_BINDTODEVICE, wanted.name.c_str(),
                 static_cast<socklen_t>(wanted.name.size() + 1)) != 0 ||
      !set_option(fd, IPPROTO_IP, IP_HDRINCL, 1) ||
      !set_option(fd, IPPROTO_IP, IP_MULTICAST_IF, from) ||
      !set_option(fd, IPPROTO_IP, IP_MULTICAST_LOOP, 0) ||
      !set_option(fd, IPPROTO_IP, IP_MULTICAST_ALL, 0))
    return std::unexpected(base::system_error(doing, errno));
  if (!set_option(fd, SOL_SOCKET, SO_RCVBUFFORCE, kReceiveBuffer))
    set_option(fd, SOL_SOCKET, SO_RCVBUF, kReceiveBuffer);
  set_option(fd, SOL_SOCKET, SO_PRIORITY, 7);  // network control, where a queue knows priorities
  if (auto done = adjust(interface, *socket, wanted); !done) return done;
  // What came in before the socket was bound and filtered may be from another interface.
  std::array<std::uint8_t, 1> nothing;
  while (recv(fd.get(), nothing.data(), nothing.size(), MSG_DONTWAIT | MSG_TRUNC) >= 0) continue;
  socket->readable = std::make_unique<io::Readable>(loop_, fd.get(), [this] { on_input_(); });
  sockets_.emplace(interface, std::move(socket));
  return {};
}

base::Result<> Transport::adjust(net::InterfaceIndex interface, Socket& socket,
                                 const Listening& wanted) {
  const std::string doing = fmt::format("cannot listen on {}", wanted.name);
  if (wanted.vrids != socket.listening.vrids) {
    std::vector<sock_filter> program = filter_for(wanted.vrids);
    const sock_fprog filter{static_cast<unsigned short>(program.size()), program.data()};
    if (!set_option(socket.fd, SOL_SOCKET, SO_ATTACH_FILTER, filter))
      return std::unexpected(base::system_error(doing, errno));
  }
  const auto membership = [&](const net::IpAddress& group, int option) {
    const ip_mreqn request{socket_address(group).sin_addr, {}, static_cast<int>(interface.value)};
    return set_option(socket.fd, IPPROTO_IP, option, request);
  };
  for (const auto& group : socket.listening.groups)
    if (!wanted.groups.contains(group)) membership(group, IP_DROP_MEMBERSHIP);
  for (const auto& group : wanted.groups)
    if (!socket.listening.groups.contains(group) && !membership(group, IP_ADD_MEMBERSHIP))
      return std::unexpected(base::system_error(
          fmt::format("cannot join {} on {}", to_string(group), wanted.name), errno));
  socket.listening = wanted;
  return {};
}

bool Transport::receive(std::size_t limit, const Packet& packet) {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> parts{};
  for (std::size_t i = 0; i < kBatch; ++i) {
    parts[i] = {buffers_.get() + i * kPacketSize, kPacketSize};
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  bool is_more = false;
  for (const auto& [interface, socket] : sockets_) {
    for (std::size_t read = 0;;) {
      const int got = recvmmsg(socket->fd.get(), messages.data(), kBatch, MSG_DONTWAIT, nullptr);
      if (got <= 0) break;
      for (std::size_t i = 0; i < static_cast<std::size_t>(got); ++i)
        packet(interface, {buffers_.get() + i * kPacketSize, messages[i].msg_len});
      read += static_cast<std::size_t>(got);
      if (static_cast<std::size_t>(got) < kBatch) break;
      if (read >= limit) {
        is_more = true;
        break;
      }
    }
  }
  return is_more;
}

void Transport::send(net::InterfaceIndex interface, const net::IpAddress& destination,
                     std::span<const std::uint8_t> header, std::span<const std::uint8_t> payload) {
  outgoing_.push_back({.interface = interface,
                       .destination = destination,
                       .offset = bytes_.size(),
                       .size = header.size() + payload.size()});
  bytes_.insert(bytes_.end(), header.begin(), header.end());
  bytes_.insert(bytes_.end(), payload.begin(), payload.end());
}

void Transport::flush() {
  const std::span<const Outgoing> all(outgoing_);
  for (std::size_t start = 0; start < all.size();) {
    std::size_t end = start + 1;
    while (end < all.size() && end - start < kBatch && all[end].interface == all[start].interface)
      ++end;
    const auto socket = sockets_.find(all[start].interface);
    if (socket != sockets_.end()) send_run(*socket->second, all.subspan(start, end - start));
    start = end;
  }
  outgoing_.clear();
  bytes_.clear();
}

void Transport::send_run(Socket& socket, std::span<const Outgoing> run) {
  std::array<mmsghdr, kBatch> messages{};
  std::array<iovec, kBatch> parts{};
  std::array<sockaddr_in, kBatch> destinations{};
  for (std::size_t i = 0; i < run.size(); ++i) {
    destinations[i] = socket_address(run[i].destination);
    parts[i] = {bytes_.data() + run[i].offset, run[i].size};
    messages[i].msg_hdr.msg_name = &destinations[i];
    messages[i].msg_hdr.msg_namelen = sizeof destinations[i];
    messages[i].msg_hdr.msg_iov = &parts[i];
    messages[i].msg_hdr.msg_iovlen = 1;
  }
  for (std::size_t sent = 0; sent < run.size();) {
    const int done = sendmmsg(socket.fd.get(), messages.data() + sent,
                              static_cast<unsigned>(run.size() - sent), MSG_DONTWAIT);
    if (done < 0 && errno == EINTR) continue;
    note_failure(socket, done < 0 ? errno : 0);
    // A packet that cannot go now is not worth waiting for: the next one follows in an interval.
    sent += done < 0 ? 1 : static_cast<std::size_t>(done);
  }
}

void Transport::note_failure(Socket& socket, int number) {
  if (number != 0) ++send_failures_;
  if (number == std::exchange(socket.failing, number)) return;
  if (number != 0)
    base::log::warning("send.failing", {{"interface", socket.listening.name},
                                        {"error", base::system_error("send", number).what}});
  else
    base::log::info("send.recovered", {{"interface", socket.listening.name}});
}

}  // namespace agent
