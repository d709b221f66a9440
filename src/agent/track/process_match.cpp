#include "agent/track/process_match.h"

#include <cstddef>

namespace agent::track {
namespace {

constexpr std::size_t kCommSize = 15;  // TASK_COMM_LEN without its NUL

}  // namespace

bool needs_command_line(const keepalived::TrackedProcess& wanted) {
  return wanted.full_command || wanted.match != keepalived::TrackedProcess::Match::NameOnly;
}

bool matches(const keepalived::TrackedProcess& wanted, std::string_view comm,
             std::string_view command_line) {
  if (wanted.argv.empty()) return false;
  const std::string_view name = wanted.argv.front();
  const std::size_t end = command_line.find('\0');
  if (wanted.full_command ? command_line.substr(0, end) != name : comm != name.substr(0, kCommSize))
    return false;
  std::string parameters;
  for (std::size_t i = 1; i < wanted.argv.size(); ++i) parameters += wanted.argv[i] + '\0';
  const std::string_view given =
      end == std::string_view::npos ? std::string_view() : command_line.substr(end + 1);
  using Match = keepalived::TrackedProcess::Match;
  switch (wanted.match) {
    case Match::NameOnly:
      return true;
    case Match::Exact:
      return given == parameters;
    case Match::Partial:
      return given.starts_with(parameters);
    case Match::Initial:  // of the last parameter only the beginning is wanted
      if (!parameters.empty()) parameters.pop_back();
      return given.starts_with(parameters);
  }
  return false;
}

Quorum::Quorum(const keepalived::TrackedProcess& process)
    : least_(process.quorum),
      most_(process.quorum_max),
      fork_delay_(process.fork_delay),
      terminate_delay_(process.terminate_delay) {}

void Quorum::set_count(unsigned count, vrrp::Instant now) {
  const bool is_more = count > count_;
  const bool is_change = count != count_;
  count_ = count;
  const bool is_enough = count >= least_ && (!most_ || count <= *most_);
  if (!is_up_) {
    is_up_ = is_enough;
    return;
  }
  if (is_enough == *is_up_)
    change_at_.reset();
  else if (is_change && !change_at_)
    change_at_ = now + (is_more ? fork_delay_ : terminate_delay_);
  advance(now);
}

void Quorum::advance(vrrp::Instant now) {
  if (!change_at_ || now < *change_at_) return;
  change_at_.reset();
  is_up_ = !*is_up_;
}

}  // namespace agent::track
