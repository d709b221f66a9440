#include "agent/notify/notifications.h"

#include <fmt/format.h>

#include <utility>

#include "base/log.h"

namespace agent::notify {

std::string fifo_line(const Subject& subject, std::string_view state) {
  return fmt::format("{} \"{}\" {} {}\n", name(subject.kind), subject.name, state,
                     subject.priority);
}

Notifications::Notifications(io::Loop& loop, io::Forker& forker)
    : loop_(loop), forker_(forker), scripts_(forker), mailer_(loop) {
  scripts_.on_idle([this] { check_idle(); });
  mailer_.on_idle([this] { check_idle(); });
}

void Notifications::configure(NotificationSettings settings) {
  const auto replace = [this](std::unique_ptr<NotifyFifo>& fifo, const keepalived::Fifo& wanted) {
    if (fifo && fifo->config() == wanted) return;
    fifo.reset();  // before the new one, which may have the same name
    if (!wanted.is_set()) return;
    auto opened = NotifyFifo::open(loop_, forker_, wanted);
    if (opened)
      fifo = std::move(*opened);
    else
      base::log::error("notify.fifo_failed", {{"error", base::to_string(opened.error())}});
  };
  replace(fifo_, settings.fifo);
  replace(vrrp_fifo_, settings.vrrp_fifo);
  mailer_.configure(settings.mail, settings.router_id);
  settings_ = std::move(settings);
}

void Notifications::tell(const Subject& subject, const keepalived::Notify& notify, bool sends_mail,
                         Told told) {
  // The old way of telling a deletion, which is the default.
  if (told == Told::Deleted && !notify.says_deleted && !notify.deleted) told = Told::Fault;
  scripts_.tell(fmt::format("{} {}", name(subject.kind), subject.name),
                notify_orders(notify, subject, told));
  repeat(subject, told);
  if (sends_mail) mailer_.tell(subject, told);
}

void Notifications::repeat(const Subject& subject, Told told) {
  write_line("state", subject, name(told));
}

void Notifications::tell_priority(const Subject& subject, bool is_active) {
  write_line("priority", subject, is_active ? "MASTER_PRIORITY" : "BACKUP_PRIORITY");
}

void Notifications::tell_lower_priority(const Subject& subject, const keepalived::Notify& notify) {
  if (const auto& command = notify.master_received_lower_priority)
    scripts_.tell(fmt::format("lower priority {}", subject.name),
                  {{.arguments = command->argv,
                    .runs_as = command->runs_as,
                    .after_us = io::Order::AfterUs::GoesOn}});
  write_line("event", subject, "MASTER_RX_LOWER_PRI");
}

void Notifications::write_line(const std::string& key, const Subject& subject,
                               std::string_view state) {
  const std::string line = fifo_line(subject, state);
  const std::string whole_key = fmt::format("{} {} {}", key, name(subject.kind), subject.name);
  for (NotifyFifo* fifo : {fifo_.get(), vrrp_fifo_.get()})
    if (fifo != nullptr) fifo->write(whole_key, line);
}

bool Notifications::is_idle() const {
  return scripts_.is_idle() && mailer_.is_idle();
}

void Notifications::on_idle(std::function<void()> callback) {
  on_idle_ = std::move(callback);
}

void Notifications::check_idle() {
  if (on_idle_ && is_idle()) on_idle_();
}

}  // namespace agent::notify
