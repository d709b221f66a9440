#include "http/client.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <sys/socket.h>

#include <atomic>
#include <thread>

#include "http/server.h"
#include "io/wait.h"

namespace {

using base::Kind;
using testing::HasSubstr;
using namespace std::chrono_literals;

io::Instant in(io::Duration time) {
  return std::chrono::steady_clock::now() + time;
}

http::Url url_of(std::uint16_t port) {
  return {.is_tls = false, .host = "127.0.0.1", .port = port, .path = ""};
}

base::Result<http::Response> send(std::uint16_t port, http::Request request,
                                  io::Duration patience = 20s, http::ClientOptions options = {}) {
  io::Loop loop;
  http::Client client(loop, options);
  return io::run_to_end(loop, client.send(url_of(port), std::move(request), in(patience)));
}

// Accepts connections, reads what comes first, writes what it was given, and hangs up.
class Peer {
 public:
  explicit Peer(std::string answer, bool hangs_up = true) : answer_(std::move(answer)) {
    auto listening = http::listen_on_loopback(0).value();
    port = listening.port;
    listener_ = std::move(listening.descriptor);
    // http listens without blocking; a thread may wait.
    fcntl(listener_.get(), F_SETFL, 0);
    thread_ = std::thread([this, hangs_up] {
      std::vector<io::Descriptor> open;
      for (;;) {
        io::Descriptor connection(::accept(listener_.get(), nullptr, nullptr));
        if (!connection) return;
        ++connections;
        char buffer[4096];
        if (::recv(connection.get(), buffer, sizeof buffer, 0) <= 0) continue;
        [[maybe_unused]] const auto sent =
            ::send(connection.get(), answer_.data(), answer_.size(), MSG_NOSIGNAL);
        if (!hangs_up) open.push_back(std::move(connection));
      }
    });
  }
  ~Peer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
  }
  std::uint16_t port = 0;
  std::atomic<int> connections = 0;

 private:
  std::string answer_;
  io::Descriptor listener_;
  std::thread thread_;
};

io::Task<http::Response> echo(http::Request request) {
  http::Response response;
  response.headers.set("X-Method", request.method);
  response.body = request.target + " " + request.body;
  co_return response;
}

io::Task<std::vector<std::string>> several(http::Client& client, http::Url url) {
  std::vector<std::string> bodies;
  for (const char* method : {"GET", "POST", "DELETE"}) {
    http::Request request{.method = method, .target = "/x?y=1", .headers = {}, .body = ""};
    if (request.method == "POST") request.body = "content";
    auto response = co_await client.send(url, request, in(20s));
    bodies.push_back(response
                         ? std::string(response->headers.find("x-method")) + " " + response->body
                         : response.error().what);
  }
  co_return bodies;
}

TEST(Client, SendsAndReceives) {
  io::Loop loop;
  auto listening = http::listen_on_loopback(0).value();
  const http::Server server(loop, std::move(listening.descriptor), echo);
  http::Client client(loop, {});
  EXPECT_THAT(io::run_to_end(loop, several(client, url_of(listening.port))),
              testing::ElementsAre("GET /x?y=1 ", "POST /x?y=1 content", "DELETE /x?y=1 "));
}

TEST(Client, KnowsThatNobodyWasAsked) {
  const std::uint16_t port = http::listen_on_loopback(0)->port;  // closed again
  const auto response = send(port, {});
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, Kind::Unavailable);
  EXPECT_THAT(response.error().what, HasSubstr("connection refused"));
}

TEST(Client, GivesUpWhenNoAnswerComes) {
  const Peer peer("", false);
  const auto response = send(peer.port, {}, 100ms);
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, Kind::Timeout);
}

TEST(Client, GivesUpWhenAnAnswerStopsHalfWay) {
  const Peer silent("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", false);
  EXPECT_EQ(send(silent.port, {}, 100ms).error().kind, Kind::Timeout);
  const Peer gone("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf");
  EXPECT_EQ(send(gone.port, {}).error().kind, Kind::Io);
}

TEST(Client, RefusesWhatIsNoHttpAndWhatIsTooLarge) {
  EXPECT_EQ(send(Peer("SSH-2.0-OpenSSH\r\n\r\n").port, {}).error().kind, Kind::Invalid);
  const Peer large("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + std::string(1000, 'x'));
  EXPECT_EQ(send(large.port, {}, 20s, {.body_limit = 100}).error().kind, Kind::Invalid);
  const Peer header("HTTP/1.1 200 OK\r\nX: " + std::string(100000, 'x') + "\r\n\r\n");
  EXPECT_FALSE(send(header.port, {}));
}

TEST(Client, SkipsInterimAnswers) {
  const Peer peer("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n");
  EXPECT_EQ(send(peer.port, {})->status, 204);
}

io::Task<int> twice(http::Client& client, http::Url url, std::string method) {
  int good = 0;
  for (int i = 0; i < 2; ++i) {
    http::Request request{.method = method, .target = "/", .headers = {}, .body = ""};
    const auto response = co_await client.send(url, request, in(20s));
    if (response) ++good;
  }
  co_return good;
}

TEST(Client, OpensAnotherConnectionWhenAKeptOneWasClosed) {
  // Says that it keeps the connection, and closes it.
  const Peer peer("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  io::Loop loop;
  http::Client client(loop, {});
  EXPECT_EQ(io::run_to_end(loop, twice(client, url_of(peer.port), "GET")), 2);
  EXPECT_EQ(peer.connections, 2);
}

TEST(Client, DoesNotSpeakTlsWithWhoDoesNot) {
  const Peer peer("HTTP/1.1 400 Bad Request\r\n\r\n");
  io::Loop loop;
  http::Client client(loop, {});
  http::Url url = url_of(peer.port);
  url.is_tls = true;
  const auto response = io::run_to_end(loop, client.send(url, {}, in(20s)));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().kind, Kind::Unavailable);
}

}  // namespace
