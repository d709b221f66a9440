#include "netlink/address_changes.h"

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

std::string describe(const AddressChange& change) {
  const bool adds = change.what == AddressChange::What::Add;
  return fmt::format("cannot {} {} {} interface {}", adds ? "add" : "remove",
                     to_string(change.address.prefix), adds ? "to" : "from",
                     change.address.interface.value);
}

}  // namespace

struct AddressChanges::Impl {
  struct Batch {
    std::vector<AddressOutcome> outcomes;
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
        wire::Message message = wire::address_request(batch.outcomes[i].change);
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
      batch.outcomes[i].error = base::system_error(describe(batch.outcomes[i].change), number);
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
    AddressOutcome& outcome = batch.outcomes[index];
    if (wire::is_failure(outcome.change, *answer))
      outcome.error = wire::to_error(describe(outcome.change), *answer);
    ++batch.answered;
  }

  wire::Socket socket;
  std::deque<Batch> batches;
  std::unique_ptr<io::Readable> readable;
};

AddressChanges::AddressChanges(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
AddressChanges::~AddressChanges() = default;

base::Result<std::unique_ptr<AddressChanges>> AddressChanges::open(io::Loop& loop) {
  auto socket = wire::Socket::open();
  if (!socket) return std::unexpected(socket.error());
  auto impl = std::make_unique<Impl>(std::move(*socket));
  impl->readable =
      std::make_unique<io::Readable>(loop, impl->socket.fd(), [raw = impl.get()] { raw->read(); });
  return std::unique_ptr<AddressChanges>(new AddressChanges(std::move(impl)));
}

void AddressChanges::apply(std::vector<AddressChange> changes, Callback callback) {
  Impl::Batch batch{.outcomes = {}, .callback = std::move(callback)};
  for (AddressChange& change : changes) batch.outcomes.push_back({.change = std::move(change)});
  impl_->batches.push_back(std::move(batch));
  if (impl_->batches.size() == 1) impl_->send_next();
}

bool AddressChanges::is_idle() const {
  return impl_->batches.empty();
}

void AddressChanges::finish(io::Duration at_most) {
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
