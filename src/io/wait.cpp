#include "io/wait.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace io {
namespace {

namespace asio = boost::asio;
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

struct Group {
  explicit Group(Loop& loop) : done(loop) {}
  Event done;
  std::size_t running = 0;
};

Task<> run_in(std::shared_ptr<Group> group, Task<> task) {
  co_await std::move(task);
  if (--group->running == 0) group->done.set();
}

}  // namespace

Task<> sleep_until(Instant when) {
  const auto executor = co_await asio::this_coro::executor;
  asio::steady_timer timer(executor, when);
  co_await timer.async_wait(kAwait);
}

Task<> sleep_for(Duration delay) {
  return sleep_until(std::chrono::steady_clock::now() + delay);
}

struct Event::Impl {
  explicit Impl(asio::io_context& context) : timer(context, Instant::max()) {}
  asio::steady_timer timer;
  bool is_set = false;
};

Event::Event(Loop& loop) : impl_(std::make_shared<Impl>(loop.context())) {}
Event::~Event() = default;

void Event::set() {
  impl_->is_set = true;
  impl_->timer.cancel();
}

bool Event::is_set() const {
  return impl_->is_set;
}

Task<> Event::wait() {
  const auto impl = impl_;
  if (!impl->is_set) co_await impl->timer.async_wait(kAwait);
}

Task<> all(Loop& loop, std::vector<Task<>> tasks) {
  if (tasks.empty()) co_return;
  const auto group = std::make_shared<Group>(loop);
  group->running = tasks.size();
  for (auto& task : tasks) loop.spawn(run_in(group, std::move(task)));
  co_await group->done.wait();
}

}  // namespace io
