#include "io/forker.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <utility>

#include "base/log.h"
#include "io/forker_protocol.h"

namespace io {
namespace {

using namespace forker;

constexpr int kNotStarted = 127;  // as shells have it

std::string describe(const Reply& reply) {
  switch (reply.step) {
    case Step::Fork:
      return base::system_error("cannot fork", reply.number).what;
    case Step::Identity:
      return base::system_error("cannot run as that user", reply.number).what +
             "; it takes CAP_SETUID and CAP_SETGID";
    case Step::Execute:
      return base::system_error("cannot be executed", reply.number).what;
  }
  return "cannot be started";
}

}  // namespace

base::Result<std::unique_ptr<Forker>> Forker::open(Options options) {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return std::unexpected(base::system_error("cannot make a socket pair", errno));
  Descriptor ours(ends[0]);
  Descriptor theirs(ends[1]);
  const pid_t pid = fork();
  if (pid < 0) return std::unexpected(base::system_error("cannot fork", errno));
  if (pid == 0) {
    ours.reset();
    serve(std::move(theirs), options.is_quiet);
  }
  return std::unique_ptr<Forker>(new Forker(std::move(ours), pid));
}

Forker::~Forker() {
  readable_.reset();
  socket_.reset();
  if (self_) *self_ = nullptr;
  waitpid(pid_, nullptr, 0);  // it ends when it sees the end of the socket
}

void Forker::attach(Loop& loop) {
  loop_ = &loop;
  self_ = std::make_shared<Forker*>(this);
  readable_ = std::make_unique<Readable>(loop, socket_.get(), [this] { read(); });
}

std::unique_ptr<Forker::Child> Forker::start(const Order& order,
                                             std::function<void(const Ended&)> ended) {
  const std::uint32_t id = ++last_id_;
  waiting_.emplace(id, std::move(ended));
  const auto packet = encode({.ask = Ask::Start, .id = id, .order = order});
  if (!is_alive_)
    post_failure(id, "the process that starts programs is gone");
  else if (packet.size() > kLargestRequest)
    post_failure(id, "its arguments are too long");
  else if (send(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
    post_failure(id, base::system_error("cannot ask for a process", errno).what);
  return std::unique_ptr<Child>(new Child(*this, id));
}

Forker::Child::~Child() {
  forker_.waiting_.erase(id_);
}

void Forker::Child::send_to_group(int signal) {
  const auto packet = encode({.ask = Ask::Signal, .id = id_, .signal = signal});
  (void)send(forker_.socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void Forker::follow_network_namespace() {
  const auto packet = encode({.ask = Ask::EnterNetwork});
  (void)send(socket_.get(), packet.data(), packet.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
}

void Forker::post_failure(std::uint32_t id, std::string why) {
  loop_->post([self = self_, id, why = std::move(why)] {
    if (*self == nullptr) return;
    const auto found = (*self)->waiting_.find(id);
    if (found == (*self)->waiting_.end()) return;
    const auto ended = std::move(found->second);
    (*self)->waiting_.erase(found);
    ended({.exit = {.code = kNotStarted}, .why_not = why});
  });
}

void Forker::read() {
  for (int left = 64; left > 0; --left) {  // the loop has other things to do as well
    Reply reply;
    const ssize_t got = recv(socket_.get(), &reply, sizeof reply, MSG_DONTWAIT);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) return;
    if (got != static_cast<ssize_t>(sizeof reply)) return lost();
    const auto found = waiting_.find(reply.id);
    if (found == waiting_.end()) continue;
    const auto ended = std::move(found->second);  // it may start the next one
    waiting_.erase(found);
    if (reply.tell == Tell::NotStarted)
      ended({.exit = {.code = kNotStarted}, .why_not = describe(reply)});
    else
      ended({.exit = {.code = reply.code, .signal = reply.signal}});
  }
}

// Only by somebody's SIGKILL. What ran is not told about any more, and cannot be stopped.
void Forker::lost() {
  is_alive_ = false;
  readable_.reset();
  base::log::error("process.forker_gone",
                   {{"pid", fmt::to_string(pid_)},
                    {"hint", "scripts keep their last results and no more are run; restart"}});
}

}  // namespace io
