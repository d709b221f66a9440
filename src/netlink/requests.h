// Adds and removes many addresses, routes and rules without waiting: one sendmsg carries a chunk of
// requests, the kernel's answers arrive as events on the loop. Requests are carried out in the
// order of the calls.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "base/error.h"
#include "io/loop.h"
#include "netlink/route.h"
#include "netlink/types.h"

namespace netlink {

struct Request {
  enum class What { Add, Remove };
  What what = What::Add;
  std::variant<Address, Route, Rule> subject;
};

// One answer for each request. Adding what is there, or removing what is not, has succeeded.
struct Outcome {
  Request request;
  std::optional<base::Error> error = {};
};

class Requests {
 public:
  using Callback = std::function<void(std::span<const Outcome>)>;
  static base::Result<std::unique_ptr<Requests>> open(io::Loop& loop);
  ~Requests();

  // Sent before this returns as far as nothing older waits; the callback comes when all are
  // answered.
  void apply(std::vector<Request> requests, Callback callback);
  bool is_idle() const;  // nothing waits for an answer
  // Waits until it is idle, at most so long: for the end of the program only.
  void finish(io::Duration at_most);

 private:
  struct Impl;
  explicit Requests(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netlink
