#include "http/server.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <cerrno>
#include <exception>
#include <set>

#include "base/log.h"

namespace http {

namespace asio = boost::asio;
namespace beast = boost::beast;
using ErrorCode = boost::system::error_code;
using Tcp = asio::ip::tcp;
using Parser = beast::http::request_parser<beast::http::string_body>;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr int kBacklog = 128;
constexpr std::uint64_t kDefaultBodyLimit = std::uint64_t{1} << 20;

namespace {

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

Request head_of(const Parser& parser) {
  Request request{.method = std::string(view(parser.get().method_string())),
                  .target = std::string(view(parser.get().target())),
                  .headers = {},
                  .body = {}};
  // Repeated fields are one list (RFC 9110 5.2); Headers::find() would show the first only.
  for (const auto& field : parser.get()) {
    const std::string_view name = view(field.name_string());
    const std::string_view before = request.headers.find(name);
    request.headers.set(name, before.empty() ? std::string(view(field.value()))
                                             : fmt::format("{}, {}", before, view(field.value())));
  }
  return request;
}

// What the reader of a broken request may be told; nothing if there is nobody to tell.
int status_for(ErrorCode error) {
  using Error = beast::http::error;
  if (error == Error::body_limit) return 413;
  if (error == Error::header_limit || error == Error::buffer_overflow) return 431;
  const bool is_malformed = error.category() == make_error_code(Error::bad_method).category() &&
                            error != Error::end_of_stream && error != Error::partial_message;
  return is_malformed ? 400 : 0;
}

std::string_view advice_for(int status) {
  switch (status) {
    case 413:
      return "the body is larger than this server takes\n";
    case 431:
      return "the request line and header are larger than this server takes\n";
    default:
      return "this is not an HTTP/1.1 request\n";
  }
}

}  // namespace

struct Server::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, Handler handle, ServerOptions server_options)
      : acceptor(context),
        retry(context),
        handler(std::move(handle)),
        options(std::move(server_options)) {}

  io::Task<> accept_all();
  io::Task<> serve(std::shared_ptr<beast::tcp_stream> stream);
  io::Task<bool> serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer);
  io::Task<ErrorCode> read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                Parser& parser, std::uint64_t limit);
  io::Task<Response> answer(Request request);
  io::Task<bool> misbehave(beast::tcp_stream& stream, std::string raw);
  io::Task<bool> write(beast::tcp_stream& stream, Response response, bool keep_alive, bool is_head);

  Tcp::acceptor acceptor;
  asio::steady_timer retry;
  Handler handler;
  ServerOptions options;
  std::set<std::shared_ptr<beast::tcp_stream>> streams;  // shared with the coroutine that serves it
  bool is_closed = false;
  bool is_refusing = false;
};

io::Task<> Server::Impl::accept_all() {
  while (!is_closed) {
    auto [error, socket] = co_await acceptor.async_accept(kAwait);
    if (is_closed) break;
    if (is_refusing) {  // refuse_for() listens again
      co_await retry.async_wait(kAwait);
      continue;
    }
    if (error) {  // out of descriptors: the ones in use will be closed some time
      retry.expires_after(std::chrono::milliseconds(100));
      co_await retry.async_wait(kAwait);
      continue;
    }
    if (streams.size() >= options.connection_limit) continue;
    ErrorCode ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    // Asio accepts without it; a child would keep the connection open.
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    auto stream = std::make_shared<beast::tcp_stream>(std::move(socket));
    streams.insert(stream);
    auto serving = [](std::shared_ptr<Impl> self,
                      std::shared_ptr<beast::tcp_stream> served) -> io::Task<> {
      co_await self->serve(served);
      self->streams.erase(served);
    };
    asio::co_spawn(acceptor.get_executor(), serving(shared_from_this(), stream), asio::detached);
  }
}

io::Task<> Server::Impl::serve(std::shared_ptr<beast::tcp_stream> stream) {
  beast::flat_buffer buffer;
  bool goes_on = true;
  while (goes_on && !is_closed) goes_on = co_await serve_one(*stream, buffer);
  ErrorCode ignored;
  stream->socket().shutdown(Tcp::socket::shutdown_send, ignored);
}

io::Task<bool> Server::Impl::serve_one(beast::tcp_stream& stream, beast::flat_buffer& buffer) {
  Parser parser;
  parser.header_limit(options.header_limit);
  parser.body_limit(boost::none);
  ErrorCode error;
  if (buffer.size() == 0) {
    stream.expires_after(options.idle);
    auto [failed, size] = co_await stream.async_read_some(buffer.prepare(4096), kAwait);
    if (failed) co_return false;  // closed or idle for too long: nothing to say
    buffer.commit(size);
  }
  stream.expires_after(options.patience);
  {
    auto [failed, size] = co_await beast::http::async_read_header(stream, buffer, parser, kAwait);
    error = failed;
  }
  Request request;
  if (!error) {
    request = head_of(parser);
    const std::uint64_t limit =
        options.body_limit ? options.body_limit(request) : kDefaultBodyLimit;
    error = co_await read_body(stream, buffer, parser, limit);
  }
  if (error) {
    const int status = status_for(error);
    if (status == 0) co_return false;
    Response refusal{.status = status,
                     .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                     .body = std::string(advice_for(status))};
    co_await write(stream, std::move(refusal), false, false);
    co_return false;
  }
  const bool keep_alive = parser.get().keep_alive();
  const bool is_head = request.method == "HEAD";
  request.body = std::move(parser.get().body());
  stream.expires_never();  // the time the handler takes is not the client's
  Response response = co_await answer(std::move(request));
  if (response.raw) co_return co_await misbehave(stream, *response.raw);
  const bool goes_on = keep_alive && !is_refusing;
  co_return co_await write(stream, std::move(response), goes_on, is_head);
}

io::Task<bool> Server::Impl::misbehave(beast::tcp_stream& stream, std::string raw) {
  stream.expires_after(options.patience);
  if (!raw.empty()) co_await asio::async_write(stream, asio::buffer(raw), kAwait);
  ErrorCode ignored;
  // With nothing to linger for, closing sends a reset.
  stream.socket().set_option(asio::socket_base::linger(true, 0), ignored);
  stream.socket().close(ignored);
  co_return false;
}

io::Task<ErrorCode> Server::Impl::read_body(beast::tcp_stream& stream, beast::flat_buffer& buffer,
                                            Parser& parser, std::uint64_t limit) {
  // Beast compares a declared length with its limit only while it reads the header.
  if (const auto length = parser.content_length(); length && *length > limit)
    co_return make_error_code(beast::http::error::body_limit);
  parser.body_limit(limit);
  if (beast::iequals(parser.get()[beast::http::field::expect], "100-continue")) {
    beast::http::response<beast::http::empty_body> go_on(beast::http::status::continue_, 11);
    auto [error, size] = co_await beast::http::async_write(stream, go_on, kAwait);
    if (error) co_return error;
  }
  while (!parser.is_done()) {
    stream.expires_after(options.patience);
    auto [error, size] = co_await beast::http::async_read_some(stream, buffer, parser, kAwait);
    if (error) co_return error;
  }
  co_return ErrorCode{};
}

io::Task<Response> Server::Impl::answer(Request request) {
  const std::string what = request.method + " " + request.target.substr(0, 200);
  try {
    Response response = co_await handler(std::move(request));
    co_return response;
  } catch (const std::exception& failure) {
    base::log::error("http.handler-failed", {{"request", what}, {"why", failure.what()}});
  }
  co_return Response{.status = 500,
                     .headers = {{"Content-Type", "text/plain; charset=utf-8"}},
                     .body = "the server made a mistake; its log says more\n"};
}

io::Task<bool> Server::Impl::write(beast::tcp_stream& stream, Response response, bool keep_alive,
                                   bool is_head) {
  beast::http::response<beast::http::string_body> message(
      static_cast<beast::http::status>(static_cast<unsigned>(response.status)), 11);
  for (const auto& [name, value] : response.headers) message.insert(name, value);
  message.keep_alive(keep_alive);
  // RFC 9110 8.6: no length with 1xx and 204; an answer to HEAD has the length GET would have had.
  if (response.status != 204) message.content_length(response.body.size());
  if (!is_head && response.status != 204) message.body() = std::move(response.body);
  beast::http::response_serializer<beast::http::string_body> serializer(message);
  while (!serializer.is_done()) {
    stream.expires_after(options.patience);
    auto [error, size] = co_await beast::http::async_write_some(stream, serializer, kAwait);
    if (error) co_return false;
  }
  co_return keep_alive;
}

Server::Server(io::Loop& loop, io::Descriptor listener, Handler handler, ServerOptions options)
    : impl_(std::make_shared<Impl>(loop.context(), std::move(handler), std::move(options))) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  impl_->acceptor.assign(bound.ss_family == AF_INET6 ? Tcp::v6() : Tcp::v4(), listener.release());
  auto accepting = [](std::shared_ptr<Impl> impl) -> io::Task<> { co_await impl->accept_all(); };
  asio::co_spawn(loop.context(), accepting(impl_), asio::detached);
}

Server::~Server() {
  impl_->is_closed = true;
  ErrorCode ignored;
  impl_->acceptor.close(ignored);
  impl_->retry.cancel();
  for (const auto& stream : impl_->streams) stream->close();
}

void Server::refuse_for(std::chrono::milliseconds time) {
  Impl& impl = *impl_;
  impl.is_refusing = true;
  // The descriptor is kept: a new one would be of the network namespace we are in by now.
  ::shutdown(impl.acceptor.native_handle(), SHUT_RDWR);
  impl.retry.expires_after(time);
  impl.retry.async_wait([self = impl_](ErrorCode cancelled) {
    if (cancelled || self->is_closed) return;
    self->is_refusing = false;
    ::listen(self->acceptor.native_handle(), kBacklog);
  });
}

namespace {

// A port that nobody has. Bound by number, unlike port 0, it stays bound while nobody listens.
std::uint16_t free_port() {
  const io::Descriptor fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  auto* const generic = reinterpret_cast<sockaddr*>(&address);
  socklen_t size = sizeof address;
  if (::bind(fd.get(), generic, size) != 0 || ::getsockname(fd.get(), generic, &size) != 0)
    return 0;
  return ntohs(address.sin_port);
}

}  // namespace

base::Result<Listening> listen_on(const std::string& address, std::uint16_t port) {
  const bool is_v6 = address.find(':') != std::string::npos;
  const std::string doing =
      fmt::format("cannot listen on {}:{}", is_v6 ? "[" + address + "]" : address, port);
  sockaddr_storage storage{};
  auto* const generic = reinterpret_cast<sockaddr*>(&storage);
  auto* const v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* const v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  generic->sa_family = is_v6 ? AF_INET6 : AF_INET;
  if (::inet_pton(generic->sa_family, address.c_str(),
                  is_v6 ? static_cast<void*>(&v6->sin6_addr) : &v4->sin_addr) != 1)
    return base::fail(base::Kind::Invalid, doing + ": this is no address",
                      "an address and no name, for example 127.0.0.1 or [::]");
  (is_v6 ? v6->sin6_port : v4->sin_port) = htons(port);
  io::Descriptor fd(::socket(generic->sa_family, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd) return std::unexpected(base::system_error(doing, errno));
  const int yes = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  socklen_t size = is_v6 ? sizeof(sockaddr_in6) : sizeof(sockaddr_in);
  if (::bind(fd.get(), generic, size) != 0 || ::listen(fd.get(), kBacklog) != 0 ||
      ::getsockname(fd.get(), generic, &size) != 0) {
    base::Error error = base::system_error(doing, errno);
    error.hint = "give another port, or 0 for a free one";
    return std::unexpected(error);
  }
  return Listening{std::move(fd), ntohs(is_v6 ? v6->sin6_port : v4->sin_port)};
}

base::Result<Listening> listen_on_loopback(std::uint16_t port) {
  constexpr const char* kLoopback = "127.0.0.1";
  if (port != 0) return listen_on(kLoopback, port);
  // Somebody may take the port between the two steps.
  for (int attempt = 0; attempt < 20; ++attempt)
    if (auto listening = listen_on(kLoopback, free_port())) return listening;
  return listen_on(kLoopback, 0);
}

}  // namespace http
