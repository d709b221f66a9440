// Notify scripts, one after the other for each instance. When states change faster than scripts
// run, those for states that have passed are left out; the latest state is always told.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "io/loop.h"
#include "io/process.h"
#include "keepalived/config.h"
#include "vrrp/types.h"

namespace agent {

// The state in keepalived's words; Initialize is what `notify_stop` is about.
std::string_view notify_word(vrrp::State state);
// What is to be run for a state, in order: the specific script, then the generic one with its four
// arguments. Pure.
std::vector<std::vector<std::string>> notify_commands(const keepalived::Notify& notify,
                                                      const std::string& instance,
                                                      vrrp::State state, vrrp::Priority priority);
// The same for a sync group, which has no priority: keepalived says 0.
std::vector<std::vector<std::string>> group_notify_commands(const keepalived::Notify& notify,
                                                            const std::string& group,
                                                            vrrp::State state);

class Notifier {
 public:
  explicit Notifier(io::Loop& loop) : loop_(loop) {}

  void tell(const std::string& instance, std::vector<std::vector<std::string>> commands);
  bool is_idle() const;
  void on_idle(std::function<void()> callback) { on_idle_ = std::move(callback); }

 private:
  struct Queue {
    std::deque<std::vector<std::string>> waiting;
    std::optional<io::Process> running;
    std::unique_ptr<io::Readable> end;
  };
  void run_next(const std::string& instance);
  void ended(const std::string& instance);

  io::Loop& loop_;
  std::map<std::string, Queue> queues_;
  std::function<void()> on_idle_;
};

}  // namespace agent
