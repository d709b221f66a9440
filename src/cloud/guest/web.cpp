// guest-web: answers every HTTP request and every UDP datagram on one port with the instance's
// name, so that a client can tell who served it.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <memory>

#include "base/error.h"
#include "base/text.h"
#include "cloud/guest/modes.h"
#include "io/descriptor.h"
#include "io/loop.h"

namespace cloud::guest {
namespace {

constexpr std::size_t kLongestRequest = 16384;
constexpr std::size_t kMostConnections = 4096;

// One reply for every request whose head is whole; taken off the front of `received`.
struct Reply {
  std::string text;
  bool closes = false;
};
std::optional<Reply> answer(std::string& received, std::string_view instance) {
  const std::size_t end = received.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const std::string head = base::to_lower(std::string_view(received).substr(0, end));
  received.erase(0, end + 4);
  // A body is not read, so nothing can follow it on this connection.
  const bool has_body = head.find("\r\ncontent-length:") != std::string::npos ||
                        head.find("\r\ntransfer-encoding:") != std::string::npos;
  const bool closes = has_body || head.find("\r\nconnection: close") != std::string::npos ||
                      head.substr(0, head.find("\r\n")).ends_with("http/1.0");
  const bool is_head = head.starts_with("head ");
  return Reply{fmt::format("HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: {}\r\n"
                           "{}\r\n{}{}",
                           instance.size() + 1, closes ? "Connection: close\r\n" : "",
                           is_head ? "" : instance, is_head ? "" : "\n"),
               closes};
}

class Web {
 public:
  Web(io::Loop& loop, std::string instance) : loop_(loop), instance_(std::move(instance)) {}

  base::Result<> listen(int family, std::uint16_t port);

 private:
  struct Connection {
    io::Descriptor socket;
    std::string received = {};
    std::unique_ptr<io::Readable> readable = nullptr;
  };

  void accept_from(int listener);
  void serve(int fd);
  void answer_datagrams(int fd);

  io::Loop& loop_;
  std::string instance_;
  std::vector<std::pair<io::Descriptor, std::unique_ptr<io::Readable>>> sockets_;
  std::map<int, Connection> connections_;
};

void enable(int fd, int level, int option) {
  const int on = 1;
  setsockopt(fd, level, option, &on, sizeof on);
}

base::Result<io::Descriptor> open_socket(int family, int type, std::uint16_t port) {
  io::Descriptor fd(socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(base::system_error("cannot make a socket", errno));
  enable(fd.get(), SOL_SOCKET, SO_REUSEADDR);
  // Which address a datagram was sent to, so that the answer comes from there and not from the
  // interface's own.
  enable(fd.get(), IPPROTO_IP, IP_PKTINFO);
  sockaddr_storage address{};
  address.ss_family = static_cast<sa_family_t>(family);
  if (family == AF_INET6) {
    enable(fd.get(), IPPROTO_IPV6, IPV6_V6ONLY);
    enable(fd.get(), IPPROTO_IPV6, IPV6_RECVPKTINFO);
    reinterpret_cast<sockaddr_in6&>(address).sin6_port = htons(port);
  } else {
    reinterpret_cast<sockaddr_in&>(address).sin_port = htons(port);
  }
  if (bind(fd.get(), reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
      (type == SOCK_STREAM && ::listen(fd.get(), 1024) != 0))
    return std::unexpected(
        base::system_error(fmt::format("cannot listen on port {}", port), errno));
  return fd;
}

base::Result<> Web::listen(int family, std::uint16_t port) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM}) {
    auto socket = open_socket(family, type, port);
    if (!socket) return std::unexpected(socket.error());
    const int fd = socket->get();
    auto readable = std::make_unique<io::Readable>(loop_, fd, [this, fd, type] {
      type == SOCK_STREAM ? accept_from(fd) : answer_datagrams(fd);
    });
    sockets_.emplace_back(std::move(*socket), std::move(readable));
  }
  return {};
}

void Web::accept_from(int listener) {
  io::Descriptor socket(accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
  if (!socket || connections_.size() >= kMostConnections) return;
  const int fd = socket.get();
  Connection& connection = connections_[fd] = Connection{.socket = std::move(socket)};
  connection.readable = std::make_unique<io::Readable>(loop_, fd, [this, fd] { serve(fd); });
}

void Web::serve(int fd) {
  Connection& connection = connections_.at(fd);
  std::array<char, 4096> buffer;
  const ssize_t got = read(fd, buffer.data(), buffer.size());
  if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
  bool is_over = got <= 0;
  if (got > 0) connection.received.append(buffer.data(), static_cast<std::size_t>(got));
  while (!is_over) {
    const auto reply = answer(connection.received, instance_);
    if (!reply) break;
    // A client that does not read its few bytes has lost its connection.
    const ssize_t put = send(fd, reply->text.data(), reply->text.size(), MSG_NOSIGNAL);
    is_over = reply->closes || put != static_cast<ssize_t>(reply->text.size());
  }
  if (is_over || connection.received.size() > kLongestRequest) connections_.erase(fd);
}

void Web::answer_datagrams(int fd) {
  for (int count = 0; count < 64; ++count) {
    std::array<char, 2048> buffer;
    alignas(cmsghdr) std::array<char, 128> control;
    sockaddr_storage peer{};
    iovec data{buffer.data(), buffer.size()};
    msghdr message{};
    message.msg_name = &peer;
    message.msg_namelen = sizeof peer;
    message.msg_iov = &data;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    const ssize_t got = recvmsg(fd, &message, 0);
    if (got < 0) return;
    // The control message that told the destination makes it the source of the answer; the
    // interface is left to the routes.
    for (cmsghdr* note = CMSG_FIRSTHDR(&message); note != nullptr;
         note = CMSG_NXTHDR(&message, note)) {
      if (note->cmsg_level == IPPROTO_IP && note->cmsg_type == IP_PKTINFO) {
        in_pktinfo info{};
        std::memcpy(&info, CMSG_DATA(note), sizeof info);
        info.ipi_spec_dst = info.ipi_addr;
        info.ipi_ifindex = 0;
        std::memcpy(CMSG_DATA(note), &info, sizeof info);
      }
    }
    std::string reply(buffer.data(), static_cast<std::size_t>(got));
    reply += " " + instance_;
    data = {reply.data(), reply.size()};
    sendmsg(fd, &message, MSG_DONTWAIT);  // a datagram may get lost
  }
}

}  // namespace

int run_web(const std::vector<std::string>& arguments) {
  const auto port = arguments.size() == 2 && arguments[0] == "--port"
                        ? base::parse_number<std::uint16_t>(arguments[1])
                        : std::nullopt;
  if (!port) {
    fmt::print(stderr, "usage: holdfast-cloud guest-web --port PORT\n");
    return 2;
  }
  const char* instance = std::getenv("HOLDFAST_INSTANCE");
  io::Loop loop;
  Web web(loop, instance == nullptr ? "" : instance);
  if (auto done = web.listen(AF_INET, *port); !done) {
    fmt::print(stderr, "error: {}\n", to_string(done.error()));
    return 1;
  }
  // A kernel without IPv6 is no reason not to serve.
  if (auto done = web.listen(AF_INET6, *port); !done)
    fmt::print(stderr, "warning: {}\n", to_string(done.error()));
  fmt::print(stderr, "serving on port {}\n", *port);
  const io::Signals signals(loop, {SIGTERM, SIGINT}, [&loop](int) { loop.stop(); });
  loop.run();
  return 0;
}

}  // namespace cloud::guest
