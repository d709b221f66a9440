// An HTTP/1.1 client on a loop: one coroutine a request, connections kept and reused per origin.
//
//   http::Client client(loop, {});
//   auto response = co_await client.send(url, {.method = "GET", .target = "/v3"}, deadline);
#pragma once

#include <memory>
#include <string>

#include "base/error.h"
#include "http/message.h"
#include "http/url.h"
#include "io/loop.h"
#include "io/task.h"

namespace http {

struct ClientOptions {
  std::string ca_file = {};  // PEM file to trust instead of the system's
  std::string ca_pem = {};   // the same as text
  bool verify_peer = true;
  io::Duration connect_timeout = std::chrono::seconds(10);  // name, TCP and TLS together
  io::Duration answer_timeout = std::chrono::seconds(60);   // from the request to the whole answer
  std::size_t body_limit = std::size_t{64} << 20;
};

class Client {
 public:
  Client(io::Loop& loop, ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  // Sends once; never repeats anything by itself but a request that a kept connection lost before
  // it was sent. Host, Connection and Content-Length are set here. Any status is a success. The
  // kind of an error tells what may have happened:
  //   Unavailable  the server was never asked (name, connection refused, no TLS)
  //   Denied       the server was never asked: its certificate is not trusted
  //   Timeout, Io  no whole answer; the server may have done what was asked
  //   Invalid      the answer is no HTTP, or too large; the server may have done what was asked
  io::Task<base::Result<Response>> send(Url origin, Request request, io::Instant deadline);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the sends in flight
};

}  // namespace http
