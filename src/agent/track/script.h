// Check scripts: run again and again, never waited for. The verdict (rise, fall) is pure; the
// runner starts processes and limits their time.
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "io/forker.h"
#include "io/loop.h"
#include "keepalived/config.h"

namespace agent::track {

// Counts results. At the start one success is enough, and one failure is too, so that an instance
// need not wait for `rise` intervals before it can take part (as keepalived has it).
class ScriptVerdict {
 public:
  ScriptVerdict(unsigned rise, unsigned fall, bool starts_failed);
  // The new state if this result changed it (or is the first one known).
  std::optional<bool> add(bool succeeded);
  std::optional<bool> is_up() const { return is_up_; }
  // As keepalived counts: from 0 to rise + fall - 1, and good from `rise` on.
  unsigned result() const;

 private:
  unsigned rise_;
  unsigned fall_;
  unsigned in_a_row_ = 0;  // results against the present state
  std::optional<bool> is_up_;
};

class ScriptRunner {
 public:
  using Changed = std::function<void(bool is_up, const std::string& why)>;
  ScriptRunner(io::Loop& loop, io::Forker& forker, keepalived::Script script, Changed changed);
  ~ScriptRunner();  // kills what still runs

  void start();
  const keepalived::Script& script() const { return script_; }
  std::optional<bool> is_up() const { return verdict_.is_up(); }
  bool is_running() const { return child_ != nullptr; }
  unsigned result() const { return verdict_.result(); }

 private:
  void run();
  void ended(const io::Ended& ended);
  void overdue();
  void add(bool succeeded, const std::string& why);

  io::Forker& forker_;
  keepalived::Script script_;
  Changed changed_;
  ScriptVerdict verdict_;
  io::Timer next_;
  io::Timer patience_;
  std::unique_ptr<io::Forker::Child> child_;
  bool is_overdue_ = false;
};

}  // namespace agent::track
