// Inside this module: the socket, messages as they are built, messages as they are read.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.h"
#include "netlink/requests.h"
#include "netlink/types.h"

// libnl's and the kernel's names.
struct nl_msg;
struct nl_sock;
struct nlattr;    // NOLINT(readability-identifier-naming)
struct nlmsghdr;  // NOLINT(readability-identifier-naming)

namespace netlink::wire {

// One request under construction. Attributes between nest() and the end of its Nest lie inside it.
class Message {
 public:
  Message(int type, int flags, std::size_t size = 1024);  // the largest it will get

  template <typename T>
  void header(const T& value) {
    append(std::as_bytes(std::span(&value, 1)));
  }
  void put(int attribute, std::span<const std::uint8_t> bytes);
  void put(int attribute, std::uint32_t value);
  void put(int attribute, std::string_view text);  // with its terminating zero
  void put_byte(int attribute, std::uint8_t value);
  // Whatever has no padding, in the host's order.
  template <typename T>
  void put_value(int attribute, const T& value) {
    put(attribute, std::span(reinterpret_cast<const std::uint8_t*>(&value), sizeof value));
  }
  void append(std::span<const std::byte> bytes);

  class Nest {
   public:
    Nest(Message& message, int attribute);
    ~Nest();
    Nest(const Nest&) = delete;
    Nest& operator=(const Nest&) = delete;

   private:
    Message& message_;
    nlattr* start_;
  };

  void set_sequence(std::uint32_t sequence);
  // Whole, with the padding that lets the next message follow.
  std::span<const std::uint8_t> bytes() const;

 private:
  struct Free {
    void operator()(nl_msg* message) const;
  };
  std::unique_ptr<nl_msg, Free> message_;
};

class Socket {
 public:
  // Of the network namespace this thread is in now. `protocol`: NETLINK_ROUTE and its like.
  static base::Result<Socket> open(std::span<const int> groups = {}, int protocol = 0);
  int fd() const;
  std::uint32_t next_sequence() { return ++sequence_; }
  // The kernel takes a whole buffer or nothing. Gives errno.
  int send(std::span<const std::uint8_t> bytes) const;

  enum class Read { Data, Nothing, Overrun, Failed };
  // One datagram of the kernel's; `each` sees every message in it. Never waits if `wait` is false.
  Read receive(bool wait, const std::function<void(const nlmsghdr&)>& each);

 private:
  struct Free {
    void operator()(nl_sock* socket) const;
  };
  explicit Socket(nl_sock* socket) : socket_(socket) {}
  std::unique_ptr<nl_sock, Free> socket_;
  // Not written to before the kernel does: memory that is never used costs nothing.
  static constexpr std::size_t kBuffer = 1 << 16;
  std::unique_ptr<std::uint8_t[]> buffer_ = std::make_unique_for_overwrite<std::uint8_t[]>(kBuffer);
  std::uint32_t sequence_ = 0;
};

// The kernel's answer to one request.
struct Answer {
  std::uint32_t sequence = 0;
  int error = 0;  // errno; 0: done
  std::string text = {};
};
std::optional<Answer> parse_answer(const nlmsghdr& message);
base::Error to_error(std::string_view doing, const Answer& answer);

// The text of one attribute of a message whose attributes follow a header of that length.
std::optional<std::string> text_attribute(const nlmsghdr& message, std::size_t header,
                                          int attribute);

std::optional<Link> parse_link(const nlmsghdr& message);
std::optional<Address> parse_address(const nlmsghdr& message);
// Of routes and rules what tells them apart; see RouteMonitor.
std::optional<Route> parse_route(const nlmsghdr& message);
std::optional<Rule> parse_rule(const nlmsghdr& message);

Message dump_request(int type);
Message message_for(const Request& request);
// RTM_NEWROUTE or RTM_DELROUTE, RTM_NEWRULE or RTM_DELRULE.
Message route_message(int type, const Route& route);
Message rule_message(int type, const Rule& rule);
// False when the outcome is what was wanted although the kernel says no: it was there, it was gone.
bool is_failure(const Request& request, const Answer& answer);

}  // namespace netlink::wire
