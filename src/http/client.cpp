#include "http/client.h"

#include <fmt/format.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <map>

#include "base/text.h"
#include "http/resolver.h"
#include "http/tls.h"

namespace http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using asio::ip::tcp;
using base::Kind;
using Clock = std::chrono::steady_clock;
using ErrorCode = boost::system::error_code;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

// A server that closes idle connections may do so while a request is on its way. What can be
// repeated takes that risk, what cannot is only sent where traffic was a moment ago.
constexpr auto kIdleLimit = std::chrono::seconds(30);
constexpr auto kIdleLimitUnrepeatable = std::chrono::seconds(1);

bool is_repeatable(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "DELETE";
}

struct Connection {
  explicit Connection(asio::io_context& context) : plain(context) {}
  beast::tcp_stream& tcp() { return tls ? tls->stream.next_layer() : plain; }

  beast::tcp_stream plain;  // moved into `tls` when there is one
  std::unique_ptr<TlsStream> tls;
  beast::flat_buffer buffer;
  io::Instant idle_since = Clock::now();
};

// Nothing to read and not closed: a kept connection may be used.
bool is_alive(Connection& connection) {
  char byte = 0;
  const auto got =
      ::recv(connection.tcp().socket().native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

base::Error transport_error(const ErrorCode& error, std::string_view doing, Kind kind) {
  if (error == beast::error::timeout)
    return {Kind::Timeout, fmt::format("{}: no answer in time", doing), {}};
  if (error == beast::http::error::end_of_stream || error == beast::http::error::partial_message)
    return {
        kind, fmt::format("{}: the connection was closed before the whole answer came", doing), {}};
  if (error == beast::http::error::body_limit || error == beast::http::error::header_limit)
    return {Kind::Invalid, fmt::format("{}: the answer is too large", doing), {}};
  if (error.category() == beast::http::make_error_code(beast::http::error::bad_version).category())
    return {
        Kind::Invalid, fmt::format("{}: the answer is not HTTP ({})", doing, error.message()), {}};
  return {kind, fmt::format("{}: {}", doing, base::to_lower(error.message())), {}};
}

beast::http::request<beast::http::string_body> to_beast(const Url& url, Request request) {
  beast::http::request<beast::http::string_body> out;
  out.method_string(request.method);
  out.target(request.target);
  out.set(beast::http::field::host, authority(url));
  for (const auto& [name, value] : request.headers) out.insert(name, value);
  out.body() = std::move(request.body);
  if (!out.body().empty() || !is_repeatable(request.method)) out.content_length(out.body().size());
  return out;
}

Response from_beast(beast::http::response<beast::http::string_body> answer) {
  Response out;
  out.status = static_cast<int>(answer.result_int());
  for (const auto& field : answer) out.headers.add(field.name_string(), field.value());
  out.body = std::move(answer.body());
  return out;
}

using BeastRequest = beast::http::request<beast::http::string_body>;

struct Outcome {
  base::Result<Response> result;
  bool is_untouched = false;  // no byte of an answer came
  bool may_be_kept = false;
};

// Writes the request and reads the answer, on either kind of stream.
template <typename Stream>
io::Task<Outcome> exchange(Stream& stream, beast::flat_buffer& buffer, const BeastRequest& request,
                           std::size_t body_limit) {
  const auto [writing, written] = co_await beast::http::async_write(stream, request, kAwait);
  if (writing)
    co_return Outcome{std::unexpected(transport_error(writing, "cannot send", Kind::Io)), true};
  for (;;) {
    beast::http::response_parser<beast::http::string_body> parser;
    parser.body_limit(body_limit);
    parser.header_limit(64 << 10);
    parser.skip(request.method() == beast::http::verb::head);
    const auto [reading, size] = co_await beast::http::async_read(stream, buffer, parser, kAwait);
    if (reading)
      co_return Outcome{std::unexpected(transport_error(reading, "no answer", Kind::Io)),
                        size == 0 && reading != beast::error::timeout};
    if (parser.get().result_int() / 100 == 1) continue;  // interim (RFC 9110 15.2)
    const bool may_be_kept = parser.get().keep_alive() && buffer.size() == 0;
    co_return Outcome{from_beast(parser.release()), false, may_be_kept};
  }
}

}  // namespace

struct Client::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& in, ClientOptions given) : context(in), options(std::move(given)) {}

  std::unique_ptr<Connection> take_kept(const Url& url, io::Duration idle_limit) {
    auto& kept = idle[origin(url)];
    while (!kept.empty()) {
      auto connection = std::move(kept.back());
      kept.pop_back();
      if (Clock::now() - connection->idle_since < idle_limit && is_alive(*connection))
        return connection;
    }
    return nullptr;
  }

  void keep(const Url& url, std::unique_ptr<Connection> connection) {
    connection->idle_since = Clock::now();
    connection->tcp().expires_never();
    idle[origin(url)].push_back(std::move(connection));
  }

  io::Task<base::Result<std::unique_ptr<Connection>>> connect(Url url, io::Instant deadline) {
    const auto doing = fmt::format("cannot connect to {}", origin(url));
    const auto addresses = co_await resolve(url.host, deadline);
    if (!addresses) co_return base::in_context(doing, addresses.error());
    base::Error last;
    for (const std::string& address : *addresses) {
      auto connection = std::make_unique<Connection>(context);
      const tcp::endpoint endpoint(asio::ip::make_address(address), url.port);
      connection->plain.expires_at(deadline);
      const auto [error] = co_await connection->plain.async_connect(endpoint, kAwait);
      if (error) {
        last = transport_error(error, doing, Kind::Unavailable);
        last.kind = Kind::Unavailable;  // also when it took too long: nothing was asked yet
        continue;
      }
      ErrorCode ignored;
      connection->plain.socket().set_option(tcp::no_delay(true), ignored);
      if (!url.is_tls) co_return connection;
      auto secured = co_await secure(std::move(connection->plain), url.host);
      if (!secured) co_return base::in_context(doing, secured.error());
      connection->tls = std::move(*secured);
      co_return connection;
    }
    co_return std::unexpected(last);
  }

  io::Task<base::Result<std::unique_ptr<TlsStream>>> secure(beast::tcp_stream plain,
                                                            std::string host) {
    if (!tls) {
      auto made = TlsContext::make(options.ca_file, options.ca_pem, options.verify_peer);
      if (!made) co_return std::unexpected(made.error());
      tls = std::move(*made);
    }
    auto stream = co_await tls->handshake(std::move(plain), host);
    if (!stream) co_return std::unexpected(stream.error());
    co_return std::move(*stream);
  }

  io::Task<Outcome> exchange_on(Connection& connection, const BeastRequest& request,
                                io::Instant deadline) {
    connection.tcp().expires_at(deadline);
    if (connection.tls)
      return exchange(connection.tls->stream, connection.buffer, request, options.body_limit);
    return exchange(connection.plain, connection.buffer, request, options.body_limit);
  }

  io::Task<base::Result<Response>> send(Url url, Request request, io::Instant deadline) {
    const bool repeatable = is_repeatable(request.method);
    const auto message = to_beast(url, std::move(request));
    const auto answer_by = std::min(deadline, Clock::now() + options.answer_timeout);
    auto connection = take_kept(url, repeatable ? kIdleLimit : kIdleLimitUnrepeatable);
    const bool was_kept = connection != nullptr;
    for (bool is_second = false;; is_second = true) {
      if (!connection) {
        const auto connect_by = std::min(deadline, Clock::now() + options.connect_timeout);
        auto made = co_await connect(url, connect_by);
        if (!made) co_return std::unexpected(made.error());
        connection = std::move(*made);
      }
      auto outcome = co_await exchange_on(*connection, message, answer_by);
      if (outcome.may_be_kept) keep(url, std::move(connection));
      connection.reset();
      if (outcome.result || !was_kept || is_second || !repeatable || !outcome.is_untouched)
        co_return std::move(outcome.result);
    }
  }

  asio::io_context& context;
  ClientOptions options;
  std::unique_ptr<TlsContext> tls;  // made with the first https request
  std::map<std::string, std::vector<std::unique_ptr<Connection>>> idle;
};

Client::Client(io::Loop& loop, ClientOptions options)
    : impl_(std::make_shared<Impl>(loop.context(), std::move(options))) {}
Client::~Client() {
  impl_->idle.clear();
}

io::Task<base::Result<Response>> Client::send(Url origin, Request request, io::Instant deadline) {
  const auto impl = impl_;
  auto result = co_await impl->send(std::move(origin), std::move(request), deadline);
  co_return result;
}

}  // namespace http
