#include "io/loop.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <exception>
#include <utility>

namespace io {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

struct Loop::Impl {
  asio::io_context context{1};
};

Loop::Loop() : impl_(std::make_unique<Impl>()) {}
Loop::~Loop() = default;

void Loop::run() {
  impl_->context.restart();
  impl_->context.run();
}

void Loop::stop() {
  impl_->context.stop();
}
void Loop::post(std::function<void()> callback) {
  asio::post(impl_->context, std::move(callback));
}

void Loop::spawn(Task<> task) {
  asio::co_spawn(impl_->context, std::move(task), [](const std::exception_ptr& failure) {
    if (failure) std::rethrow_exception(failure);
  });
}

asio::io_context& Loop::context() {
  return impl_->context;
}

struct Timer::Impl {
  Impl(asio::io_context& context, std::function<void()> call)
      : timer(context), callback(std::move(call)) {}
  asio::steady_timer timer;
  std::function<void()> callback;
  bool is_dead = false;
  unsigned generation = 0;  // a wait that had already fired when the time was replaced is stale
};

Timer::Timer(Loop& loop, std::function<void()> callback)
    : impl_(std::make_shared<Impl>(loop.context(), std::move(callback))) {}

Timer::~Timer() {
  impl_->is_dead = true;
  impl_->timer.cancel();
}

void Timer::at(Instant when) {
  const unsigned generation = ++impl_->generation;
  impl_->timer.expires_at(when);
  impl_->timer.async_wait([impl = impl_, generation](ErrorCode error) {
    if (!error && !impl->is_dead && impl->generation == generation) impl->callback();
  });
}

void Timer::after(Duration delay) {
  at(std::chrono::steady_clock::now() + delay);
}

void Timer::cancel() {
  ++impl_->generation;
  impl_->timer.cancel();
}

struct Readable::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, int fd, std::function<void()> call)
      : descriptor(context, fd), callback(std::move(call)) {}

  void wait() {
    descriptor.async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](ErrorCode error) {
                            if (error || self->is_dead) return;
                            self->callback();
                            if (!self->is_dead) self->wait();
                          });
  }

  asio::posix::stream_descriptor descriptor;
  std::function<void()> callback;
  bool is_dead = false;
};

Readable::Readable(Loop& loop, int fd, std::function<void()> callback)
    : impl_(std::make_shared<Impl>(loop.context(), fd, std::move(callback))) {
  impl_->wait();
}

Readable::~Readable() {
  impl_->is_dead = true;
  impl_->descriptor.release();  // the descriptor is the caller's to close
}

struct Signals::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& context, std::function<void(int)> call)
      : set(context), callback(std::move(call)) {}

  void wait() {
    set.async_wait([self = shared_from_this()](ErrorCode error, int number) {
      if (error || self->is_dead) return;
      self->callback(number);
      if (!self->is_dead) self->wait();
    });
  }

  asio::signal_set set;
  std::function<void(int)> callback;
  bool is_dead = false;
};

Signals::Signals(Loop& loop, std::initializer_list<int> numbers, std::function<void(int)> callback)
    : impl_(std::make_shared<Impl>(loop.context(), std::move(callback))) {
  for (const int number : numbers) impl_->set.add(number);
  impl_->wait();
}

Signals::~Signals() {
  impl_->is_dead = true;
  impl_->set.cancel();
}

}  // namespace io
