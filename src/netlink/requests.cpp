#include "netlink/requests.h"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <utility>

#include "netlink/wire.h"

namespace netlink {
namespace {

// The kernel works through a sendmsg before it returns: a chunk bounds how long the loop is away
// (about a millisecond), and how many answers wait in the receive buffer.
constexpr std::size_t kChunk = 128;

std::string describe(const Request& request) {
  const bool adds = request.what == Request::What::Add;
  const std::string_view verb = adds ? "add" : "remove";
  if (const auto* address = std::get_if<Address>(&request.subject))
    return fmt::format("cannot {} {} {} interface {}", verb, to_string(address->prefix),
                       adds ? "to" : "from", address->interface.value);
  if (const auto* route = std::get_if<Route>(&request.subject))
    return fmt::format("cannot {} the route {}", verb, to_string(*route));
  return fmt::format("cannot {} the rule {}", verb, to_string(std::get<Rule>(request.subject)));
}

}  // namespace

struct Requests::Impl {
  struct Batch {
    std::vector<Outcome> outcomes;
    Callback callback;
    std::size_t sent = 0;
    std::size_t answered = 0;
    std::uint32_t first_sequence = 0;  // of the chunk under way
  };

  explicit Impl(wire::Socket opened) : socket(std::move(opened)) {}

  // One chunk is under way at a time, of the oldest batch.
  void send_next() {
    while (!batches.empty()) {
      Batch& batch = batches.front();
      if (batch.answered < batch.sent) return;
      if (batch.sent == batch.outcomes.size()) {
        finish_front();
        continue;
      }
      const std::size_t end = std::min(batch.sent + kChunk, batch.outcomes.size());
      std::vector<std::uint8_t> bytes;
      batch.first_sequence = 0;
      for (std::size_t i = batch.sent; i < end; ++i) {
        wire::Message message = wire::message_for(batch.outcomes[i].request);
        const std::uint32_t sequence = socket.next_sequence();
        if (i == batch.sent) batch.first_sequence = sequence;
        message.set_sequence(sequence);
        bytes.insert(bytes.end(), message.bytes().begin(), message.bytes().end());
      }
      const std::size_t start = std::exchange(batch.sent, end);
      if (const int failed = socket.send(bytes); failed != 0) fail_from(batch, start, failed);
    }
  }

  void fail_from(Batch& batch, std::size_t start, int number) {
    for (std::size_t i = start; i < batch.sent; ++i)
      batch.outcomes[i].error = base::system_error(describe(batch.outcomes[i].request), number);
    batch.answered = batch.sent;
  }

  void finish_front() {
    const Batch done = std::move(batches.front());
    batches.pop_front();
    if (done.callback) done.callback(done.outcomes);
  }

  void read() {
    for (;;) {
      switch (socket.receive(false, [this](const nlmsghdr& header) { take(header); })) {
        case wire::Socket::Read::Data:
          continue;
        case wire::Socket::Read::Overrun:
        case wire::Socket::Read::Failed:
          // Answers were lost; what they said is in the monitor's news.
          if (!batches.empty()) batches.front().answered = batches.front().sent;
          send_next();
          return;
        case wire::Socket::Read::Nothing:
          send_next();
          return;
      }
    }
  }

  void take(const nlmsghdr& header) {
    auto answer = wire::parse_answer(header);
    if (!answer || batches.empty()) return;
    Batch& batch = batches.front();
    const std::size_t chunk_start = (batch.sent - 1) / kChunk * kChunk;
    const std::size_t index = chunk_start + (answer->sequence - batch.first_sequence);
    if (index < chunk_start || index >= batch.sent) return;
    Outcome& outcome = batch.outcomes[index];
    if (wire::is_failure(outcome.request, *answer))
      outcome.error = wire::to_error(describe(outcome.request), *answer);
    ++batch.answered;
  }

  wire::Socket socket;
  std::deque<Batch> batches;
  std::unique_ptr<io::Readable> readable;
};

Requests::Requests(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Requests::~Requests() = default;

base::Result<std::unique_ptr<Requests>> Requests::open(io::Loop& loop) {
  auto socket = wire::Socket::open();
  if (!socket) return std::unexpected(socket.error());
  auto impl = std::make_unique<Impl>(std::move(*socket));
  impl->readable =
      std::make_unique<io::Readable>(loop, impl->socket.fd(), [raw = impl.get()] { raw->read(); });
  return std::unique_ptr<Requests>(new Requests(std::move(impl)));
}

void Requests::apply(std::vector<Request> requests, Callback callback) {
  Impl::Batch batch{.outcomes = {}, .callback = std::move(callback)};
  for (Request& request : requests) batch.outcomes.push_back({.request = std::move(request)});
  impl_->batches.push_back(std::move(batch));
  if (impl_->batches.size() == 1) impl_->send_next();
}

bool Requests::is_idle() const {
  return impl_->batches.empty();
}

void Requests::finish(io::Duration at_most) {
  const io::Instant end = std::chrono::steady_clock::now() + at_most;
  while (!is_idle()) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    if (left.count() <= 0) return;
    pollfd ready{.fd = impl_->socket.fd(), .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(left.count())) > 0) impl_->read();
  }
}

}  // namespace netlink
