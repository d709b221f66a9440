#include "agent/track/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <utility>

#include "base/log.h"

namespace agent::track {
namespace {

using namespace std::chrono_literals;

constexpr auto kGrace = 2s;  // between SIGTERM and SIGKILL for a script past its timeout

}  // namespace

ScriptVerdict::ScriptVerdict(unsigned rise, unsigned fall, bool starts_failed)
    : rise_(std::max(rise, 1U)), fall_(std::max(fall, 1U)) {
  if (starts_failed) is_up_ = false;
}

std::optional<bool> ScriptVerdict::add(bool succeeded) {
  if (!is_up_) {
    is_up_ = succeeded;
    return is_up_;
  }
  if (succeeded == *is_up_) {
    in_a_row_ = 0;
    return std::nullopt;
  }
  if (++in_a_row_ < (succeeded ? rise_ : fall_)) return std::nullopt;
  in_a_row_ = 0;
  is_up_ = succeeded;
  return is_up_;
}

unsigned ScriptVerdict::result() const {
  if (!is_up_) return rise_ - 1;
  return *is_up_ ? rise_ + fall_ - 1 - in_a_row_ : in_a_row_;
}

ScriptRunner::ScriptRunner(io::Loop& loop, io::Forker& forker, keepalived::Script script,
                           Changed changed)
    : forker_(forker),
      script_(std::move(script)),
      changed_(std::move(changed)),
      verdict_(script_.rise, script_.fall, script_.starts_failed),
      next_(loop, [this] { run(); }),
      patience_(loop, [this] { overdue(); }) {}

ScriptRunner::~ScriptRunner() {
  if (child_) child_->send_to_group(SIGKILL);
}

void ScriptRunner::start() {
  if (const auto known = verdict_.is_up()) changed_(*known, "init_fail");
  run();
}

void ScriptRunner::run() {
  next_.after(script_.interval);
  if (child_) return;  // still at it; its timeout will end it
  is_overdue_ = false;
  child_ = forker_.start({.arguments = script_.command.argv, .runs_as = script_.command.runs_as},
                         [this](const io::Ended& how) { ended(how); });
  patience_.after(script_.timeout);
}

void ScriptRunner::ended(const io::Ended& how) {
  patience_.cancel();
  child_.reset();
  std::string why = how.why_not.empty() ? io::to_string(how.exit) : how.why_not;
  if (is_overdue_) why = "no result within the timeout";
  add(how.exit.succeeded() && !is_overdue_, why);
}

void ScriptRunner::overdue() {
  if (!child_) return;
  child_->send_to_group(is_overdue_ ? SIGKILL : SIGTERM);
  is_overdue_ = true;
  patience_.after(kGrace);
}

void ScriptRunner::add(bool succeeded, const std::string& why) {
  const auto changed = verdict_.add(succeeded);
  if (!changed) return;
  base::log::info("script.changed",
                  {{"script", script_.name}, {"up", *changed ? "yes" : "no"}, {"result", why}});
  changed_(*changed, why);
}

}  // namespace agent::track
