// guest-probe: asks a server by UDP every millisecond who serves, and listens on the wire for
// advertisements and gratuitous ARP. Facts go to standard output, one a line:
//   probe <sent us> <answered us|-> <instance|->      in the order of sending
//   advert <us> <source ip> <version> <vrid> <priority>
//   garp <us> <ip> <mac>
// Times are CLOCK_MONOTONIC in microseconds.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>

#include "base/error.h"
#include "base/text.h"
#include "cloud/guest/modes.h"
#include "cloud/guest/sightings.h"
#include "io/descriptor.h"
#include "net/ip_address.h"

namespace cloud::guest {
namespace {

using Micros = std::int64_t;
constexpr Micros kSecond = 1'000'000;
constexpr Micros kRouteLimit = 10'000'000;
constexpr Micros kAnswerLimit = kSecond;  // later answers do not count
constexpr Micros kFlushEvery = 20'000;

volatile std::sig_atomic_t is_stopped = 0;

Micros now() {
  timespec time{};
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * kSecond + time.tv_nsec / 1000;
}

struct Target {
  net::IpAddress address;
  std::uint16_t port;
};

// "10.0.0.50:80", "[2001:db8::5]:80".
std::optional<Target> parse_target(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = net::IpAddress::parse(host);
  const auto port = base::parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!address || !port) return std::nullopt;
  return Target{*address, *port};
}

base::Result<io::Descriptor> connect_to(const Target& target) {
  sockaddr_storage to{};
  to.ss_family = target.address.is_v4() ? AF_INET : AF_INET6;
  const auto bytes = target.address.bytes();
  if (target.address.is_v4()) {
    auto& v4 = reinterpret_cast<sockaddr_in&>(to);
    v4.sin_port = htons(target.port);
    std::memcpy(&v4.sin_addr, bytes.data(), bytes.size());
  } else {
    auto& v6 = reinterpret_cast<sockaddr_in6&>(to);
    v6.sin6_port = htons(target.port);
    std::memcpy(&v6.sin6_addr, bytes.data(), bytes.size());
  }
  io::Descriptor fd(socket(to.ss_family, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (!fd || connect(fd.get(), reinterpret_cast<sockaddr*>(&to), sizeof to) != 0)
    return std::unexpected(
        base::system_error(fmt::format("cannot send to {}", to_string(target.address)), errno));
  return fd;
}

// All frames of all interfaces of the namespace, cooked: the network header first.
base::Result<io::Descriptor> open_wire() {
  io::Descriptor fd(socket(AF_PACKET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, htons(ETH_P_ALL)));
  if (!fd) return std::unexpected(base::system_error("cannot listen on the wire", errno));
  return fd;
}

class Probe {
 public:
  Probe(const Target& target, Micros interval) : target_(target), interval_(interval) {}
  base::Result<> open();
  void run();

 private:
  struct Question {
    Micros sent;
    Micros answered = -1;
    std::string instance = {};
  };

  void ask(Micros at);
  void read_answers();
  void read_wire();
  void report(Micros at, bool is_end);
  void flush(Micros at, bool is_end);

  Target target_;
  Micros interval_;
  io::Descriptor udp_;
  io::Descriptor wire_;
  std::deque<Question> open_;     // not yet reported, in the order of sending
  std::uint64_t first_open_ = 0;  // the number of open_[0]
  std::string out_;
  Micros flushed_ = 0;
};

base::Result<> Probe::open() {
  // A host that is just booting has no route yet.
  auto udp = connect_to(target_);
  for (const Micros begin = now();
       !udp && udp.error().kind == base::Kind::Unavailable && now() - begin < kRouteLimit;) {
    usleep(2000);
    udp = connect_to(target_);
  }
  if (!udp) return std::unexpected(udp.error());
  auto wire = open_wire();
  if (!wire) return std::unexpected(wire.error());
  udp_ = std::move(*udp);
  wire_ = std::move(*wire);
  return {};
}

void Probe::ask(Micros at) {
  const std::string question = std::to_string(first_open_ + open_.size());
  open_.push_back({.sent = at});
  // Refused or unreachable now is an unanswered question, not an end.
  [[maybe_unused]] const auto sent = send(udp_.get(), question.data(), question.size(), 0);
}

void Probe::read_answers() {
  for (;;) {
    std::array<char, 2048> buffer;
    const ssize_t got = recv(udp_.get(), buffer.data(), buffer.size(), 0);
    if (got < 0 && errno == EAGAIN) return;
    if (got < 0) continue;  // an ICMP error that waited in the socket; reading it clears it
    const std::string_view text(buffer.data(), static_cast<std::size_t>(got));
    const std::size_t space = text.find(' ');
    const auto number = base::parse_number<std::uint64_t>(text.substr(0, space));
    if (!number || *number < first_open_ || *number >= first_open_ + open_.size()) continue;
    Question& question = open_[*number - first_open_];
    if (question.answered >= 0) continue;
    question.answered = now();
    if (space != std::string_view::npos)
      question.instance = base::printable(text.substr(space + 1));
  }
}

void Probe::read_wire() {
  for (int count = 0; count < 256; ++count) {
    std::array<std::uint8_t, 256> buffer;
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(wire_.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (got <= 0) return;
    if (from.sll_pkttype == PACKET_OUTGOING) continue;
    const std::string what =
        sighting(ntohs(from.sll_protocol), {buffer.data(), static_cast<std::size_t>(got)}, now());
    out_ += what;
  }
}

void Probe::report(Micros at, bool is_end) {
  while (!open_.empty()) {
    const Question& question = open_.front();
    const bool is_answered = question.answered >= 0;
    if (!is_answered && !is_end && at - question.sent < kAnswerLimit) return;
    if (is_answered)
      out_ += fmt::format("probe {} {} {}\n", question.sent, question.answered,
                          question.instance.empty() ? "-" : question.instance);
    else
      out_ += fmt::format("probe {} - -\n", question.sent);
    open_.pop_front();
    ++first_open_;
  }
}

void Probe::flush(Micros at, bool is_end) {
  report(at, is_end);
  if (!is_end && at - flushed_ < kFlushEvery) return;
  flushed_ = at;
  std::string_view rest = out_;
  while (!rest.empty()) {
    const ssize_t put = write(STDOUT_FILENO, rest.data(), rest.size());
    if (put < 0 && errno == EINTR && is_stopped == 0) continue;
    if (put <= 0) {
      is_stopped = 1;  // nobody reads any more
      break;
    }
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  out_.clear();
}

void Probe::run() {
  Micros next = now();
  while (is_stopped == 0) {
    Micros at = now();
    if (at >= next) {
      ask(at);
      // After a pause of this process the past is not made up for.
      next = std::max(next + interval_, at - 10 * interval_);
    }
    read_answers();
    read_wire();
    at = now();
    flush(at, false);
    if (at >= next) continue;
    std::array<pollfd, 3> watched{
        {{udp_.get(), POLLIN, 0}, {wire_.get(), POLLIN, 0}, {STDIN_FILENO, POLLIN, 0}}};
    const timespec left{.tv_sec = (next - at) / kSecond, .tv_nsec = (next - at) % kSecond * 1000};
    if (ppoll(watched.data(), watched.size(), &left, nullptr) <= 0) continue;
    if (watched[2].revents != 0) {
      std::array<char, 256> ignored;
      if (read(STDIN_FILENO, ignored.data(), ignored.size()) <= 0) break;
    }
  }
  flush(now(), true);
}

}  // namespace

int run_probe(const std::vector<std::string>& arguments) {
  std::optional<Target> target;
  std::optional<Micros> interval = 1000;
  bool is_understood = arguments.size() % 2 == 0;
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    if (arguments[i] == "--target")
      target = parse_target(arguments[i + 1]);
    else if (arguments[i] == "--interval-us")
      interval = base::parse_number<Micros>(arguments[i + 1]);
    else
      is_understood = false;
  }
  if (!is_understood || !target || !interval || *interval < 10) {
    fmt::print(stderr,
               "usage: holdfast-cloud guest-probe --target ADDRESS:PORT [--interval-us 1000]\n");
    return 2;
  }
  struct sigaction action {};
  action.sa_handler = [](int) { is_stopped = 1; };
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  signal(SIGPIPE, SIG_IGN);
  Probe probe(*target, *interval);
  if (auto done = probe.open(); !done) {
    fmt::print(stderr, "error: {}\n", to_string(done.error()));
    return 1;
  }
  probe.run();
  return 0;
}

}  // namespace cloud::guest
