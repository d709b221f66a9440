#include "agent/notifier.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "base/log.h"

namespace agent {

using namespace std::chrono_literals;

std::string_view notify_word(vrrp::State state) {
  switch (state) {
    case vrrp::State::Initialize:
      return "STOP";
    case vrrp::State::Backup:
      return "BACKUP";
    case vrrp::State::Active:
      return "MASTER";
    case vrrp::State::Fault:
      return "FAULT";
  }
  return "FAULT";
}

static const std::optional<keepalived::Command>& specific(const keepalived::Notify& notify,
                                                          vrrp::State state) {
  switch (state) {
    case vrrp::State::Initialize:
      return notify.stop;
    case vrrp::State::Backup:
      return notify.backup;
    case vrrp::State::Active:
      return notify.master;
    case vrrp::State::Fault:
      return notify.fault;
  }
  return notify.fault;
}

static std::vector<std::vector<std::string>> commands_for(const keepalived::Notify& notify,
                                                          vrrp::State state,
                                                          const std::string& kind,
                                                          const std::string& name,
                                                          unsigned priority) {
  std::vector<std::vector<std::string>> commands;
  if (const auto& command = specific(notify, state)) commands.push_back(command->argv);
  if (notify.any) {
    commands.push_back(notify.any->argv);
    for (const std::string& argument :
         {kind, name, std::string(notify_word(state)), std::to_string(priority)})
      commands.back().push_back(argument);
  }
  return commands;
}

std::vector<std::vector<std::string>> notify_commands(const keepalived::Notify& notify,
                                                      const std::string& instance,
                                                      vrrp::State state, vrrp::Priority priority) {
  return commands_for(notify, state, "INSTANCE", instance, priority.value());
}

std::vector<std::vector<std::string>> group_notify_commands(const keepalived::Notify& notify,
                                                            const std::string& group,
                                                            vrrp::State state) {
  return commands_for(notify, state, "GROUP", group, 0);
}

void Notifier::tell(const std::string& instance, std::vector<std::vector<std::string>> commands) {
  if (commands.empty()) return;
  Queue& queue = queues_[instance];
  queue.waiting.assign(commands.begin(), commands.end());
  if (!queue.running) run_next(instance);
}

bool Notifier::is_idle() const {
  return std::ranges::all_of(queues_, [](const auto& entry) {
    return !entry.second.running && entry.second.waiting.empty();
  });
}

void Notifier::run_next(const std::string& instance) {
  Queue& queue = queues_[instance];
  while (!queue.waiting.empty() && !queue.running) {
    const std::vector<std::string> arguments = std::move(queue.waiting.front());
    queue.waiting.pop_front();
    // It may outlive us: what it was told to do about the state is still to be done.
    auto process = io::Process::start({.arguments = arguments,
                                       .own_group = true,
                                       .waits_for_exec = false,
                                       .dies_with_us = false});
    if (!process) {
      base::log::warning("notify.failed",
                         {{"instance", instance}, {"error", base::to_string(process.error())}});
      continue;
    }
    queue.running = std::move(*process);
    queue.end = std::make_unique<io::Readable>(loop_, queue.running->pidfd(),
                                               [this, instance] { ended(instance); });
  }
  if (on_idle_ && is_idle()) on_idle_();
}

void Notifier::ended(const std::string& instance) {
  Queue& queue = queues_[instance];
  const auto exit = queue.running->wait(0ms);
  if (!exit) return;
  if (!exit->succeeded())
    base::log::warning("notify.failed", {{"instance", instance}, {"error", io::to_string(*exit)}});
  queue.end.reset();  // before its descriptor is closed
  queue.running.reset();
  run_next(instance);
}

}  // namespace agent
