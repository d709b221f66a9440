// Links and addresses as they change, on the event loop. After open() the monitor knows the present
// state; from then on the callback tells every change, in the kernel's order. If the kernel had to
// drop news (ENOBUFS), the monitor asks for everything again and tells the differences.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <variant>

#include "base/error.h"
#include "io/loop.h"
#include "netlink/types.h"

namespace netlink {

struct LinkChanged {
  Link link;  // new or different
};
struct LinkGone {
  Link link;  // as it was last
};
struct AddressAdded {
  Address address;
};
struct AddressRemoved {
  Address address;
};
using Change = std::variant<LinkChanged, LinkGone, AddressAdded, AddressRemoved>;

class Monitor {
 public:
  using Callback = std::function<void(const Change&)>;
  static base::Result<std::unique_ptr<Monitor>> open(io::Loop& loop, Callback callback);
  ~Monitor();

  std::span<const Link> links() const;
  std::span<const Address> addresses() const;
  // Reads what waits now, without waiting for the loop's turn.
  void poll();
  std::uint64_t overruns() const;  // how often the kernel dropped news

 private:
  struct Impl;
  explicit Monitor(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netlink
