#include "agent/notify/notifier.h"

#include <algorithm>
#include <utility>

#include "base/log.h"

namespace agent::notify {
namespace {

const std::optional<keepalived::Command>& specific(const keepalived::Notify& notify, Told told) {
  switch (told) {
    case Told::Backup:
      return notify.backup;
    case Told::Master:
      return notify.master;
    case Told::Fault:
      return notify.fault;
    case Told::Stop:
      return notify.stop;
    case Told::Deleted:
      return notify.deleted;
  }
  return notify.fault;
}

// It may outlive us: what it was told to do about the state is still to be done.
io::Order order(const keepalived::Command& command) {
  return {.arguments = command.argv,
          .runs_as = command.runs_as,
          .after_us = io::Order::AfterUs::GoesOn};
}

}  // namespace

std::string_view name(Told told) {
  switch (told) {
    case Told::Backup:
      return "BACKUP";
    case Told::Master:
      return "MASTER";
    case Told::Fault:
      return "FAULT";
    case Told::Stop:
      return "STOP";
    case Told::Deleted:
      return "DELETED";
  }
  return "FAULT";
}

Told told_of(vrrp::State state) {
  switch (state) {
    case vrrp::State::Initialize:
      return Told::Stop;
    case vrrp::State::Backup:
      return Told::Backup;
    case vrrp::State::Active:
      return Told::Master;
    case vrrp::State::Fault:
      return Told::Fault;
  }
  return Told::Fault;
}

std::string_view name(Subject::Kind kind) {
  return kind == Subject::Kind::Instance ? "INSTANCE" : "GROUP";
}

std::vector<io::Order> notify_orders(const keepalived::Notify& notify, const Subject& subject,
                                     Told told) {
  std::vector<io::Order> orders;
  if (const auto& command = specific(notify, told)) orders.push_back(order(*command));
  if (notify.any) {
    orders.push_back(order(*notify.any));
    for (const std::string& argument : {std::string(name(subject.kind)), subject.name,
                                        std::string(name(told)), std::to_string(subject.priority)})
      orders.back().arguments.push_back(argument);
  }
  return orders;
}

void Notifier::tell(const std::string& key, std::vector<io::Order> orders) {
  if (orders.empty()) return;
  Queue& queue = queues_[key];
  queue.waiting.assign(std::make_move_iterator(orders.begin()),
                       std::make_move_iterator(orders.end()));
  if (!queue.running) run_next(key);
}

bool Notifier::is_idle() const {
  return std::ranges::all_of(queues_, [](const auto& entry) {
    return !entry.second.running && entry.second.waiting.empty();
  });
}

void Notifier::run_next(const std::string& key) {
  Queue& queue = queues_[key];
  if (queue.waiting.empty()) {
    if (on_idle_ && is_idle()) on_idle_();
    return;
  }
  const io::Order next = std::move(queue.waiting.front());
  queue.waiting.pop_front();
  queue.running = forker_.start(next, [this, key](const io::Ended& how) { ended(key, how); });
}

void Notifier::ended(const std::string& key, const io::Ended& how) {
  if (!how.exit.succeeded())
    base::log::warning(
        "notify.failed",
        {{"of", key}, {"error", how.why_not.empty() ? io::to_string(how.exit) : how.why_not}});
  queues_[key].running.reset();
  run_next(key);
}

}  // namespace agent::notify
