#include "agent/control_server.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <list>
#include <utility>

#include "base/log.h"
#include "io/descriptor.h"
#include "io/task.h"
#include "json/value.h"

namespace agent {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;
using Local = asio::local::stream_protocol;
using Steady = std::chrono::steady_clock;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// A part of an answer: enough to be worth a system call.
constexpr std::size_t kPart = 32 * 1024;
constexpr int kMostAgents = 64;  // that share a directory

base::Error too_long() {
  return {base::Kind::Invalid,
          fmt::format("a request is one line of at most {} bytes", control::kRequestLimit)};
}

std::string refusal(const base::Error& error) {
  json::Object what{{"what", error.what}};
  if (!error.hint.empty()) what.set("hint", error.hint);
  return json::dump(json::Object{{"error", std::move(what)}});
}

base::Result<sockaddr_un> address_of(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return base::fail(base::Kind::Invalid, fmt::format("{} is too long for a socket's path", path),
                      fmt::format("at most {} bytes", sizeof address.sun_path - 1));
  path.copy(address.sun_path, path.size());
  return address;
}

// Somebody listens there. Where nobody does, the kernel says so at once.
bool is_alive(const sockaddr_un& address) {
  const io::Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  return ::connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0 ||
         errno == EAGAIN;
}

// Two that start together must not remove each other's socket.
class DirectoryLock {
 public:
  explicit DirectoryLock(const std::string& path) {
    const std::size_t slash = path.rfind('/');
    const std::string folder =
        slash == std::string::npos ? "." : path.substr(0, std::max<std::size_t>(slash, 1));
    directory_ = io::Descriptor(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (directory_) ::flock(directory_.get(), LOCK_EX);
  }

 private:
  io::Descriptor directory_;
};

base::Result<io::Descriptor> listen_at(const std::string& path) {
  const std::string doing = fmt::format("cannot listen on {}", path);
  const auto address = address_of(path);
  if (!address) return std::unexpected(address.error());
  const DirectoryLock lock(path);
  io::Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(base::system_error(doing, errno));
  struct stat known {};
  if (::lstat(path.c_str(), &known) == 0) {
    if (!S_ISSOCK(known.st_mode))
      return base::fail(base::Kind::Conflict, doing + ": there is something else");
    if (is_alive(*address))
      return base::fail(base::Kind::Conflict, doing + ": another agent does",
                        "name another place with --control=PATH");
    ::unlink(path.c_str());
  }
  // Who may open it may look: the agent's user and group. It is made with that mode, so that there
  // is no moment at which it is open to more.
  const mode_t before = ::umask(0117);
  const int bound = ::bind(fd.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
  const int number = errno;
  ::umask(before);
  if (bound != 0) return std::unexpected(base::system_error(doing, number));
  if (::listen(fd.get(), 64) != 0) return std::unexpected(base::system_error(doing, errno));
  return fd;
}

ControlPeer peer_of(int fd) {
  ucred credentials{};
  socklen_t size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) != 0) return {};
  return {.pid = credentials.pid,
          .uid = credentials.uid,
          .may_command = credentials.uid == 0 || credentials.uid == ::geteuid()};
}

ControlServer::Lines refused_to(const ControlPeer& peer) {
  std::string line = refusal({base::Kind::Denied,
                              fmt::format("user {} may look, but not command this agent", peer.uid),
                              "run it as root or as the agent's user"});
  return [line = std::optional(std::move(line))]() mutable {
    return std::exchange(line, std::nullopt);
  };
}

}  // namespace

struct ControlServer::Impl : std::enable_shared_from_this<Impl> {
  struct Connection {
    explicit Connection(Local::socket with)
        : socket(std::move(with)), watch(socket.get_executor()) {}
    Local::socket socket;
    asio::steady_timer watch;
    Steady::time_point active = Steady::now();
    std::string input = {};

    // Cut off unless renewed in time.
    void allow(const std::shared_ptr<Connection>& self, io::Duration time) {
      active = Steady::now();
      watch.expires_after(time);
      watch.async_wait([self](ErrorCode error) {
        if (!error) self->close();
      });
    }
    void close() {
      ErrorCode ignored;
      socket.close(ignored);
      watch.cancel();
    }
  };
  using Shared = std::shared_ptr<Connection>;  // between its coroutine, its watch and the list

  Impl(asio::io_context& context, std::string at, Handler handle, Limits limit)
      : acceptor(context),
        retry(context),
        path(std::move(at)),
        handler(std::move(handle)),
        limits(limit) {}

  io::Task<> accept_all();
  io::Task<> serve(Shared connection);
  io::Task<bool> answer(Shared connection, std::string line);
  io::Task<bool> write(Shared connection, std::string part);
  void make_room();

  Local::acceptor acceptor;
  asio::steady_timer retry;
  std::string path;
  Handler handler;
  Limits limits;
  std::list<Shared> connections;
  std::size_t answering = 0;
  bool is_closed = false;
};

io::Task<> ControlServer::Impl::accept_all() {
  while (!is_closed) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (is_closed) break;
    if (error) {  // out of descriptors
      retry.expires_after(std::chrono::milliseconds(100));
      co_await retry.async_wait(kAwait);
      continue;
    }
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    make_room();
    auto connection = std::make_shared<Connection>(std::move(socket));
    connections.push_back(connection);
    auto serving = [](std::shared_ptr<Impl> self, Shared served) -> io::Task<> {
      co_await self->serve(served);
      served->close();
      self->connections.remove(served);
    };
    asio::co_spawn(acceptor.get_executor(), serving(shared_from_this(), connection),
                   asio::detached);
  }
}

// Only who may open the socket gets here, so the oldest idle one is a forgotten `--watch`, not an
// operator in need.
void ControlServer::Impl::make_room() {
  while (connections.size() >= limits.connections) {
    const auto oldest = std::ranges::min_element(
        connections, {}, [](const Shared& connection) { return connection->active; });
    (*oldest)->close();
    connections.erase(oldest);
  }
}

io::Task<> ControlServer::Impl::serve(Shared connection) {
  for (;;) {
    connection->allow(connection, limits.idle);
    auto [error, size] = co_await asio::async_read_until(
        connection->socket, asio::dynamic_buffer(connection->input, control::kRequestLimit), '\n',
        kAwait);
    if (error == asio::error::not_found) {
      std::string refused = refusal(too_long()) + "\n";
      co_await write(connection, std::move(refused));
      co_return;
    }
    if (error) co_return;
    std::string line = connection->input.substr(0, size);
    connection->input.erase(0, size);
    const bool goes_on = co_await answer(connection, std::move(line));
    if (!goes_on) co_return;
  }
}

io::Task<bool> ControlServer::Impl::answer(Shared connection, std::string line) {
  const auto request = control::parse_request(line);
  if (!request) {
    std::string refused = refusal(request.error()) + "\n";
    co_await write(connection, std::move(refused));
    co_return false;
  }
  const ControlPeer peer = peer_of(connection->socket.native_handle());
  const bool is_permitted = request->verb == control::Verb::Status || peer.may_command;
  const Lines lines = is_permitted ? handler(*request, peer) : refused_to(peer);
  ++answering;
  bool goes_on = true;
  for (bool is_more = true; is_more && goes_on;) {
    std::string part;
    // Many who ask at once share the time, or together they would keep the loop too long.
    const auto end = Steady::now() + limits.slice / answering;
    do {
      const auto next = lines();
      is_more = next.has_value();
      if (next) part += *next + "\n";
    } while (is_more && part.size() < kPart && Steady::now() < end);
    if (!part.empty()) goes_on = co_await write(connection, std::move(part));
  }
  --answering;
  co_return goes_on;
}

io::Task<bool> ControlServer::Impl::write(Shared connection, std::string part) {
  connection->allow(connection, limits.patience);
  auto [error, size] = co_await asio::async_write(connection->socket, asio::buffer(part), kAwait);
  co_return !error;
}

ControlServer::ControlServer(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

base::Result<std::unique_ptr<ControlServer>> ControlServer::open(io::Loop& loop,
                                                                 const std::string& path,
                                                                 Handler handler, Limits limits) {
  auto listener = listen_at(path);
  if (!listener) return std::unexpected(listener.error());
  auto impl = std::make_shared<Impl>(loop.context(), path, std::move(handler), limits);
  impl->acceptor.assign(Local(), listener->release());
  auto accepting = [](std::shared_ptr<Impl> self) -> io::Task<> { co_await self->accept_all(); };
  asio::co_spawn(loop.context(), accepting(impl), asio::detached);
  return std::unique_ptr<ControlServer>(new ControlServer(std::move(impl)));
}

base::Result<std::unique_ptr<ControlServer>> ControlServer::open_in_default_place(
    io::Loop& loop, const std::string& name, Handler handler) {
  base::Error last{base::Kind::Io, "no directory for the control socket"};
  for (const std::string& directory : control::directories()) {
    ::mkdir(directory.c_str(), 0755);
    for (int number = 1; number <= kMostAgents; ++number) {
      const std::string path =
          fmt::format("{}/{}{}{}", directory, name, number == 1 ? "" : fmt::format("-{}", number),
                      control::kSuffix);
      auto opened = open(loop, path, handler);
      if (opened) return opened;
      last = opened.error();
      if (last.kind != base::Kind::Conflict) break;
    }
  }
  last.hint = "name a place with --control=PATH, or with --control=off do without";
  return std::unexpected(std::move(last));
}

ControlServer::~ControlServer() {
  impl_->is_closed = true;
  ErrorCode ignored;
  impl_->acceptor.close(ignored);
  impl_->retry.cancel();
  for (const auto& connection : impl_->connections) connection->close();
  ::unlink(impl_->path.c_str());
}

const std::string& ControlServer::path() const {
  return impl_->path;
}

}  // namespace agent
