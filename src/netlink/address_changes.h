// Adds and removes many addresses without waiting: one sendmsg carries a chunk of requests, the
// kernel's answers arrive as events on the loop. Requests are carried out in the order of the
// calls.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"
#include "io/loop.h"
#include "netlink/types.h"

namespace netlink {

struct AddressChange {
  enum class What { Add, Remove };
  What what = What::Add;
  Address address;
};

// One answer for each change. Adding what is there, or removing what is not, has succeeded.
struct AddressOutcome {
  AddressChange change;
  std::optional<base::Error> error = {};
};

class AddressChanges {
 public:
  using Callback = std::function<void(std::span<const AddressOutcome>)>;
  static base::Result<std::unique_ptr<AddressChanges>> open(io::Loop& loop);
  ~AddressChanges();

  // Sent before this returns as far as nothing older waits; the callback comes when all are
  // answered.
  void apply(std::vector<AddressChange> changes, Callback callback);
  bool is_idle() const;  // nothing waits for an answer
  // Waits until it is idle, at most so long: for the end of the program only.
  void finish(io::Duration at_most);

 private:
  struct Impl;
  explicit AddressChanges(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace netlink
