#include "http/server.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <thread>

namespace {

using testing::HasSubstr;
using testing::StartsWith;

// A server in a thread of its own, and a client that sends bytes and reads until the other side
// closes.
class ServerTest : public testing::Test {
 protected:
  void start(http::ServerOptions options = {}) {
    auto listening = http::listen_on_loopback(0);
    ASSERT_TRUE(listening) << base::to_string(listening.error());
    port_ = listening->port;
    server_.emplace(
        loop_, std::move(listening->descriptor),
        [](http::Request request) -> io::Task<http::Response> {
          if (request.target == "/raw")
            co_return http::Response{.status = 200, .headers = {}, .body = {}, .raw = "noise"};
          if (request.target == "/throw") throw std::runtime_error("on purpose");
          co_return http::Response{
              .status = 200,
              .headers = {{"Content-Type", "text/plain"}},
              .body = request.method + " " + request.target + " " + request.body};
        },
        std::move(options));
    thread_ = std::thread([this] { loop_.run(); });
  }

  void TearDown() override {
    loop_.post([this] {
      server_.reset();
      loop_.stop();
    });
    if (thread_.joinable()) thread_.join();
  }

  bool is_refused() const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int failed = ::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address);
    const bool is_refused = failed != 0 && errno == ECONNREFUSED;
    ::close(fd);
    return is_refused;
  }

  std::string exchange(const std::string& bytes, bool half_close = true) const {
    const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port_);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = ::send(fd, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    if (half_close) ::shutdown(fd, SHUT_WR);
    std::string answer;
    char buffer[4096];
    for (ssize_t n = 0; (n = ::recv(fd, buffer, sizeof buffer, 0)) > 0;)
      answer.append(buffer, static_cast<std::size_t>(n));
    ::close(fd);
    return answer;
  }

  io::Loop loop_;
  std::optional<http::Server> server_;
  std::thread thread_;
  std::uint16_t port_ = 0;
};

TEST_F(ServerTest, AnswersSeveralRequestsOnOneConnection) {
  start();
  const std::string answer = exchange(
      "GET /a HTTP/1.1\r\nHost: x\r\n\r\n"
      "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"
      "GET /c HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("GET /a "));
  EXPECT_THAT(answer, HasSubstr("POST /b hi"));
  EXPECT_THAT(answer, HasSubstr("GET /c "));
}

TEST_F(ServerTest, AHeadRequestGetsTheLengthButNoBody) {
  start();
  const std::string answer = exchange("HEAD /a HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 8\r\n"));
  EXPECT_TRUE(answer.ends_with("\r\n\r\n")) << answer;
}

TEST_F(ServerTest, WhatIsNoRequestIsAnswered400) {
  start();
  EXPECT_THAT(exchange("\x16\x03\x01 hello\r\n\r\n"), StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(ServerTest, RefusesTooLargeHeadersAndBodies) {
  start({.header_limit = 1024,
         .body_limit = [](const http::Request& head) { return head.target == "/big" ? 64U : 8U; }});
  const std::string long_name(4000, 'x');
  EXPECT_THAT(exchange("GET /" + long_name + " HTTP/1.1\r\n\r\n"), StartsWith("HTTP/1.1 431 "));
  EXPECT_THAT(exchange("POST /big HTTP/1.1\r\nContent-Length: 9\r\n\r\n123456789"),
              StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(exchange("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n123456789"),
              StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(exchange("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
                       "9\r\n123456789\r\n0\r\n\r\n"),
              StartsWith("HTTP/1.1 413 "));
}

TEST_F(ServerTest, ASlowClientIsCutOff) {
  start({.patience = std::chrono::milliseconds(50)});
  EXPECT_EQ(exchange("GET / HTTP/1.1\r\nHost:", false), "");
  EXPECT_EQ(exchange("POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\n1234", false), "");
}

TEST_F(ServerTest, AHandlersExceptionIsA500AndTheServerGoesOn) {
  start();
  EXPECT_THAT(exchange("GET /throw HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 500 "));
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, MisbehavesWhenTold) {
  start();
  EXPECT_EQ(exchange("GET /raw HTTP/1.1\r\nHost: x\r\n\r\nGET / HTTP/1.1\r\nHost: x\r\n\r\n"),
            "noise");
}

TEST_F(ServerTest, RefusesForAWhileAndListensAgainOnTheSamePort) {
  start();
  loop_.post([this] { server_->refuse_for(std::chrono::milliseconds(300)); });
  while (!is_refused()) std::this_thread::yield();
  while (is_refused()) std::this_thread::yield();
  EXPECT_THAT(exchange("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), StartsWith("HTTP/1.1 200 "));
}

TEST_F(ServerTest, SaysGoOnToAClientThatAsksFirst) {
  start();
  EXPECT_THAT(exchange("PUT / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"),
              StartsWith("HTTP/1.1 100 Continue\r\n"));
}

}  // namespace
