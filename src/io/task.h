// The coroutine type of clients and servers. Cores have none.
// g++ 12: await into a named local before using a value in a larger expression, and keep arguments
// of a coroutine by value; temporaries inside a co_await expression are destroyed at the wrong time
// by some releases.
#pragma once

#include <boost/asio/awaitable.hpp>

namespace io {

template <typename T = void>
using Task = boost::asio::awaitable<T>;

}  // namespace io
