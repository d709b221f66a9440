// Everybody who wants to be told: scripts, FIFOs, people (mail). The agent says what has changed,
// here it is known who hears of it and in which words.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/notify/fifo.h"
#include "agent/notify/mailer.h"
#include "agent/notify/notifier.h"
#include "io/forker.h"
#include "io/loop.h"
#include "keepalived/config.h"

namespace agent::notify {

// What of a configuration all instances share.
struct NotificationSettings {
  keepalived::Fifo fifo = {};
  keepalived::Fifo vrrp_fifo = {};
  bool states_on_reload = false;  // fifo_write_vrrp_states_on_reload
  keepalived::Mail mail = {};
  std::string router_id = {};
};

class Notifications {
 public:
  Notifications(io::Loop& loop, io::Forker& forker);

  // At the start and at each reload: what did not change goes on.
  void configure(NotificationSettings settings);
  bool wants_states_on_reload() const { return settings_.states_on_reload; }

  // `sends_mail` is smtp_alert.
  void tell(const Subject& subject, const keepalived::Notify& notify, bool sends_mail, Told told);
  // Into the FIFOs only.
  void repeat(const Subject& subject, Told told);
  void tell_priority(const Subject& subject, bool is_active);
  // An active router has heard one of lower priority.
  void tell_lower_priority(const Subject& subject, const keepalived::Notify& notify);

  // Nothing waits and no script runs.
  bool is_idle() const;
  void on_idle(std::function<void()> callback);

 private:
  void check_idle();
  void write_line(const std::string& key, const Subject& subject, std::string_view state);

  io::Loop& loop_;
  io::Forker& forker_;
  NotificationSettings settings_;
  Notifier scripts_;
  Mailer mailer_;
  std::function<void()> on_idle_;
  std::unique_ptr<NotifyFifo> fifo_;
  std::unique_ptr<NotifyFifo> vrrp_fifo_;
};

// "INSTANCE "VI_1" MASTER 101\n".
std::string fifo_line(const Subject& subject, std::string_view state);

}  // namespace agent::notify
