// Notify scripts, one after the other for each instance. When states change faster than scripts
// run, those for states that have passed are left out; the latest state is always told.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/forker.h"
#include "keepalived/config.h"
#include "vrrp/types.h"

namespace agent::notify {

// What is told, in keepalived's words. Stop is the end of this program, Deleted a reload without
// the instance.
enum class Told { Backup, Master, Fault, Stop, Deleted };
std::string_view name(Told told);  // "MASTER"
// Initialize is what `notify_stop` is about.
Told told_of(vrrp::State state);

// An instance or a sync group.
struct Subject {
  enum class Kind { Instance, Group } kind = Kind::Instance;
  std::string name;
  unsigned priority = 0;  // the effective one; of a group 0, as keepalived has it
};
std::string_view name(Subject::Kind kind);  // "INSTANCE"

// What is to be run, in order: the specific script, then the generic one with its four arguments.
// Pure.
std::vector<io::Order> notify_orders(const keepalived::Notify& notify, const Subject& subject,
                                     Told told);

class Notifier {
 public:
  explicit Notifier(io::Forker& forker) : forker_(forker) {}

  // Replaces what still waits under this key.
  void tell(const std::string& key, std::vector<io::Order> orders);
  bool is_idle() const;
  void on_idle(std::function<void()> callback) { on_idle_ = std::move(callback); }

 private:
  struct Queue {
    std::deque<io::Order> waiting;
    std::unique_ptr<io::Forker::Child> running;
  };
  void run_next(const std::string& key);
  void ended(const std::string& key, const io::Ended& how);

  io::Forker& forker_;
  std::map<std::string, Queue> queues_;
  std::function<void()> on_idle_;
};

}  // namespace agent::notify
