// track_process, the pure part: which process is meant, and when there are enough of them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "keepalived/config.h"
#include "vrrp/types.h"

namespace agent::track {

// `comm` is the kernel's name of the process (15 bytes at most), `command_line` its arguments, each
// with a NUL behind it.
bool matches(const keepalived::TrackedProcess& wanted, std::string_view comm,
             std::string_view command_line);
bool needs_command_line(const keepalived::TrackedProcess& wanted);

// Up while the number is within quorum and quorum_max. A change that more processes make counts
// after fork_delay, one that fewer make after terminate_delay, if it lasts for so long.
class Quorum {
 public:
  explicit Quorum(const keepalived::TrackedProcess& process);
  void set_count(unsigned count, vrrp::Instant now);
  void advance(vrrp::Instant now);
  std::optional<vrrp::Instant> deadline() const { return change_at_; }
  std::optional<bool> is_up() const { return is_up_; }  // nothing before the first count
  unsigned count() const { return count_; }

 private:
  unsigned least_;
  std::optional<unsigned> most_;
  vrrp::Duration fork_delay_;
  vrrp::Duration terminate_delay_;
  unsigned count_ = 0;
  std::optional<bool> is_up_;
  std::optional<vrrp::Instant> change_at_;
};

}  // namespace agent::track
