#include "agent/script.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <tuple>
#include <utility>

#include "base/log.h"

namespace agent {
namespace {

using namespace std::chrono_literals;

constexpr int kNotStarted = 127;  // as shells have it, and io::Process
constexpr auto kGrace = 2s;       // between SIGTERM and SIGKILL for a script past its timeout

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

bool is_same(const keepalived::Script& a, const keepalived::Script& b) {
  const auto all = [](const keepalived::Script& s) {
    return std::tie(s.name, s.command.argv, s.command.user, s.command.group, s.interval, s.timeout,
                    s.rise, s.fall, s.starts_failed);
  };
  return all(a) == all(b);
}

ScriptRunner::ScriptRunner(io::Loop& loop, keepalived::Script script, Changed changed)
    : loop_(loop),
      script_(std::move(script)),
      changed_(std::move(changed)),
      verdict_(script_.rise, script_.fall, script_.starts_failed),
      next_(loop, [this] { run(); }),
      patience_(loop, [this] { overdue(); }) {}

ScriptRunner::~ScriptRunner() {
  if (!process_) return;
  process_->send_to_group(SIGKILL);
  process_->wait(1s);
}

void ScriptRunner::start() {
  if (const auto known = verdict_.is_up()) changed_(*known, "init_fail");
  run();
}

void ScriptRunner::run() {
  next_.after(script_.interval);
  if (process_) return;  // still at it; its timeout will end it
  auto process = io::Process::start(
      {.arguments = script_.command.argv, .own_group = true, .waits_for_exec = false});
  if (!process) return add(false, process.error().what);
  process_ = std::move(*process);
  is_overdue_ = false;
  end_ = std::make_unique<io::Readable>(loop_, process_->pidfd(), [this] { ended(); });
  patience_.after(script_.timeout);
}

void ScriptRunner::ended() {
  const auto exit = process_->wait(0ms);
  if (!exit) return;
  patience_.cancel();
  end_.reset();  // before its descriptor is closed
  process_.reset();
  std::string why = io::to_string(*exit);
  if (exit->code == kNotStarted) why += ": is there such a program, and may it be executed?";
  if (is_overdue_) why = "no result within the timeout";
  add(exit->succeeded() && !is_overdue_, why);
}

void ScriptRunner::overdue() {
  if (!process_) return;
  process_->send_to_group(is_overdue_ ? SIGKILL : SIGTERM);
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

}  // namespace agent
