#include "agent/notify/mailer.h"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <ctime>
#include <deque>
#include <utility>

#include "agent/notify/smtp_session.h"
#include "base/log.h"
#include "base/text.h"
#include "http/resolver.h"

namespace agent::notify {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using namespace std::chrono_literals;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

constexpr std::size_t kMostWaiting = 100;  // older ones are dropped for newer ones
constexpr int kAttempts = 3;
constexpr auto kPause = 10s;  // before a letter is tried again

std::string host_name() {
  std::array<char, 256> name{};
  gethostname(name.data(), name.size() - 1);
  return name.data();
}

struct Connection {
  explicit Connection(asio::io_context& context) : socket(context), patience(context) {}
  tcp::socket socket;
  asio::steady_timer patience;
};

// The whole delivery has so long; the server's silence ends with it.
void limit(const std::shared_ptr<Connection>& connection, io::Instant deadline) {
  connection->patience.expires_at(deadline);
  connection->patience.async_wait([connection](const boost::system::error_code& error) {
    boost::system::error_code ignored;
    if (!error) connection->socket.close(ignored);
  });
}

io::Task<std::string> talk(std::shared_ptr<Connection> connection, Letter letter) {
  SmtpSession session(std::move(letter));
  std::array<char, 2048> buffer;
  while (!session.is_over()) {
    const auto [reading, got] =
        co_await connection->socket.async_read_some(asio::buffer(buffer), kAwait);
    if (reading) break;
    const std::string reply = session.hear({buffer.data(), got});
    if (reply.empty()) continue;
    const auto [writing, put] =
        co_await asio::async_write(connection->socket, asio::buffer(reply), kAwait);
    if (writing || put != reply.size()) break;
  }
  switch (session.state()) {
    case SmtpSession::State::Delivered:
      co_return std::string();
    case SmtpSession::State::Refused:
      co_return session.why();
    case SmtpSession::State::Going:
      break;
  }
  co_return std::string("the connection ended, or there was no answer in time");
}

// Empty if it was delivered.
io::Task<std::string> deliver(asio::io_context& context, keepalived::Mail mail, Letter letter) {
  const auto deadline = std::chrono::steady_clock::now() + mail.connect_timeout;
  const auto addresses = co_await http::resolve(mail.server, deadline);
  if (!addresses) co_return addresses.error().what;
  std::string why;
  for (const std::string& text : *addresses) {
    boost::system::error_code bad;
    const auto address = asio::ip::make_address(text, bad);
    if (bad) continue;
    auto connection = std::make_shared<Connection>(context);
    limit(connection, std::chrono::steady_clock::now() + mail.connect_timeout);
    const tcp::endpoint endpoint(address, mail.port);
    const auto [failure] = co_await connection->socket.async_connect(endpoint, kAwait);
    if (failure)
      why = fmt::format("cannot connect to {}: {}", text, base::to_lower(failure.message()));
    else
      why = co_await talk(connection, letter);
    connection->patience.cancel();
    if (why.empty()) break;
  }
  co_return why;
}

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\r' || c == '\n') c = ' ';
  return text;
}

}  // namespace

Alert alert_for(const std::string& router_id, const Subject& subject, Told told) {
  const bool is_group = subject.kind == Subject::Kind::Group;
  std::string what = fmt::format("Entering {} state", name(told));
  std::string body =
      is_group ? fmt::format("=> All VRRP group instances are now in {} state <=", name(told))
      : told == Told::Master ? "=> VRRP Instance is now owning VRRP VIPs <="
                             : "=> VRRP Instance is no longer owning VRRP VIPs <=";
  if (told == Told::Stop) {
    what = "Stopping";
    body = is_group ? "=> All VRRP group instances are now stopping <="
                    : "=> VRRP Instance stopping <=";
  } else if (told == Told::Deleted) {
    what = "Deleted";
    body = "=> VRRP Deleted at reload <=";
  }
  return {.subject = fmt::format("[{}] VRRP {} {} - {}", router_id, is_group ? "Group" : "Instance",
                                 subject.name, what),
          .body = std::move(body)};
}

struct Mailer::Impl : std::enable_shared_from_this<Impl> {
  explicit Impl(io::Loop& given) : loop(given), again(given, [this] { next(); }) {}

  void next() {
    if (is_busy || waiting.empty() || is_dead) return;
    is_busy = true;
    loop.spawn(run(shared_from_this()));
  }

  static io::Task<> run(std::shared_ptr<Impl> self) {
    Letter letter = self->waiting.front();
    const std::string why = co_await deliver(self->loop.context(), self->mail, std::move(letter));
    if (self->is_dead) co_return;
    self->is_busy = false;
    if (!why.empty() && ++self->attempts < kAttempts) {
      base::log::info("mail.delayed", {{"server", self->mail.server}, {"error", why}});
      self->again.after(kPause);
      co_return;
    }
    if (!why.empty())
      base::log::warning("mail.failed", {{"server", self->mail.server}, {"error", why}});
    self->attempts = 0;
    if (!self->waiting.empty()) self->waiting.pop_front();
    if (self->waiting.empty() && self->on_idle) self->on_idle();
    self->next();
  }

  io::Loop& loop;
  keepalived::Mail mail;
  std::string router_id;
  std::deque<Letter> waiting;
  io::Timer again;
  int attempts = 0;
  bool is_busy = false;
  bool is_dead = false;
  std::function<void()> on_idle;
};

Mailer::Mailer(io::Loop& loop) : impl_(std::make_shared<Impl>(loop)) {}

Mailer::~Mailer() {
  impl_->is_dead = true;
  impl_->again.cancel();
}

void Mailer::configure(const keepalived::Mail& mail, const std::string& router_id) {
  impl_->mail = mail;
  impl_->router_id = router_id.empty() ? host_name() : router_id;
}

void Mailer::tell(const Subject& subject, Told told) {
  const keepalived::Mail& mail = impl_->mail;
  if (mail.server.empty() || mail.recipients.empty()) return;
  if (told == Told::Fault && !mail.faults) return;
  const Alert alert = alert_for(impl_->router_id, subject, told);
  const std::string from = mail.from.empty() ? "keepalived@" + host_name() : mail.from;
  const std::time_t now = std::time(nullptr);
  Letter letter{.helo = mail.helo.empty() ? host_name() : mail.helo,
                .from = from,
                .recipients = mail.recipients,
                .text = fmt::format("Date: {:%a, %d %b %Y %H:%M:%S %z}\nFrom: {}\nSubject: {}\n"
                                    "X-Mailer: Holdfast\nTo: {}\n\n{}\n",
                                    fmt::localtime(now), from, one_line(alert.subject),
                                    base::join(mail.recipients, ", "), alert.body)};
  if (impl_->waiting.size() >= kMostWaiting) {  // not the one on its way
    base::log::warning("mail.dropped", {{"server", mail.server}, {"hint", "too many wait"}});
    impl_->waiting.erase(impl_->waiting.begin() + 1);
  }
  impl_->waiting.push_back(std::move(letter));
  if (impl_->attempts == 0) impl_->next();
}

bool Mailer::is_idle() const {
  return impl_->waiting.empty();
}

void Mailer::on_idle(std::function<void()> callback) {
  impl_->on_idle = std::move(callback);
}

}  // namespace agent::notify
