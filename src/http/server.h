// An HTTP/1.1 server on the loop. It takes a listening descriptor, so that a program can listen
// first and enter a network namespace afterwards.
//
//   auto listening = http::listen_on_loopback(0);
//   http::Server server(loop, std::move(listening->descriptor),
//                       [&](http::Request request) -> io::Task<http::Response> { … });
//
// Connections are kept alive. A malformed request is answered 400, too large ones 431 and 413, and
// the connection ends; who is too slow is cut off. An exception that leaves the handler is a 500.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "base/error.h"
#include "http/message.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "io/task.h"

namespace http {

using Handler = std::function<io::Task<Response>(Request)>;

struct ServerOptions {
  std::uint32_t header_limit = 64 * 1024;
  // The most bytes the body may have, asked once the header is there (the body is still empty).
  std::function<std::uint64_t(const Request& head)> body_limit = {};  // empty: 1 MiB
  std::chrono::milliseconds idle = std::chrono::seconds(75);          // between two requests
  // For a request to arrive whole once it has begun, and for its answer to be taken. Large bodies
  // may take longer as long as they move.
  std::chrono::milliseconds patience = std::chrono::seconds(20);
  std::size_t connection_limit = 512;  // further ones are closed at once
};

class Server {
 public:
  Server(io::Loop& loop, io::Descriptor listener, Handler handler, ServerOptions options = {});
  ~Server();  // closes the listener and every connection
  // Closes the listener, so that connections are refused, and ends each connection after the answer
  // that is on its way; listens again after that time. For faults on demand.
  void refuse_for(std::chrono::milliseconds time);
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the connections' coroutines
};

struct Listening {
  io::Descriptor descriptor;
  std::uint16_t port = 0;
};
// A TCP listener on an address ("127.0.0.1", "::"); port 0 takes a free one.
base::Result<Listening> listen_on(const std::string& address, std::uint16_t port);
// A TCP listener on 127.0.0.1; port 0 takes a free one. The port stays its own when it stops
// listening for a while.
base::Result<Listening> listen_on_loopback(std::uint16_t port);

}  // namespace http
