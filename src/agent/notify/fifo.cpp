#include "agent/notify/fifo.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <utility>

#include "agent/process/users.h"
#include "base/log.h"

namespace agent::notify {
namespace {

using namespace std::chrono_literals;

constexpr auto kAgain = 200ms;  // a FIFO does not say when it has room: we hold its other end too
constexpr mode_t kMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IROTH;  // keepalived's

}  // namespace

base::Result<std::unique_ptr<NotifyFifo>> NotifyFifo::open(io::Loop& loop, io::Forker& forker,
                                                           const keepalived::Fifo& config) {
  const char* path = config.path.c_str();
  std::uint32_t user = geteuid();
  const bool is_ours = mkfifo(path, kMode) == 0;
  if (!is_ours && errno != EEXIST)
    return std::unexpected(
        base::system_error(fmt::format("cannot make the FIFO {}", config.path), errno));
  if (!config.user.empty()) {
    const auto owner = process::Users::of_this_machine().find(config.user, config.group, false);
    if (!owner) return std::unexpected(owner.error());
    user = owner->user;
    if (is_ours && chown(path, owner->user, owner->group) != 0)
      base::log::warning("notify.fifo_owner",
                         {{"fifo", config.path},
                          {"error", base::system_error("cannot chown it", errno).what},
                          {"hint", "it takes CAP_CHOWN"}});
  }
  // For reading as well: otherwise opening it would fail, and writing too, while nobody reads.
  io::Descriptor fifo(::open(path, O_RDWR | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  if (!fifo)
    return std::unexpected(
        base::system_error(fmt::format("cannot open the FIFO {}", config.path), errno));
  struct stat found {};
  if (fstat(fifo.get(), &found) != 0 || !S_ISFIFO(found.st_mode) ||
      (found.st_uid != geteuid() && found.st_uid != user && found.st_uid != 0))
    return base::fail(base::Kind::Conflict, fmt::format("{} is no FIFO of ours", config.path),
                      "remove it; it is made anew");
  return std::unique_ptr<NotifyFifo>(
      new NotifyFifo(loop, forker, config, is_ours, std::move(fifo)));
}

NotifyFifo::NotifyFifo(io::Loop& loop, io::Forker& forker, keepalived::Fifo config, bool is_ours,
                       io::Descriptor fifo)
    : forker_(forker),
      config_(std::move(config)),
      is_ours_(is_ours),
      fifo_(std::move(fifo)),
      again_(loop, [this] { flush(); }) {
  if (config_.script) start_reader();
}

// Removed before it is closed, so that a reader which opens it again cannot wait for ever; its
// program reads what is there and then its end.
NotifyFifo::~NotifyFifo() {
  if (is_ours_) unlink(config_.path.c_str());
}

void NotifyFifo::start_reader() {
  io::Order order{.arguments = config_.script->argv,
                  .runs_as = config_.script->runs_as,
                  .after_us = io::Order::AfterUs::DiesSoon};
  order.arguments.push_back(config_.path);
  reader_ = forker_.start(order, [path = config_.path](const io::Ended& how) {
    base::log::warning("notify.fifo_script_ended",
                       {{"fifo", path},
                        {"error", how.why_not.empty() ? io::to_string(how.exit) : how.why_not},
                        {"hint", "a reload starts it again"}});
  });
}

void NotifyFifo::write(const std::string& key, const std::string& line) {
  std::erase_if(waiting_, [&](const Line& waiting) { return waiting.key == key; });
  waiting_.push_back({key, line});
  flush();
}

void NotifyFifo::flush() {
  while (!waiting_.empty()) {
    const std::string& text = waiting_.front().text;
    // Not longer than PIPE_BUF (the names of instances are words of a line): whole or not at all.
    const ssize_t put = ::write(fifo_.get(), text.data(), text.size());
    if (put < 0 && errno == EAGAIN) return again_.after(kAgain);
    if (put < 0)
      base::log::warning("notify.fifo_failed",
                         {{"fifo", config_.path},
                          {"error", base::system_error("cannot write a line", errno).what}});
    waiting_.pop_front();
  }
}

}  // namespace agent::notify
