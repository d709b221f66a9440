// smtp_alert: letters about changes of state. One connection at a time on the loop; a server that
// is slow, dead or full costs nothing but letters, of which the latest are kept.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/notify/notifier.h"
#include "io/loop.h"
#include "keepalived/globals.h"

namespace agent::notify {

class Mailer {
 public:
  explicit Mailer(io::Loop& loop);
  ~Mailer();
  Mailer(const Mailer&) = delete;
  Mailer& operator=(const Mailer&) = delete;

  void configure(const keepalived::Mail& mail, const std::string& router_id);
  void tell(const Subject& subject, Told told);
  bool is_idle() const;
  void on_idle(std::function<void()> callback);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the delivery that goes on
};

// keepalived's words: "[router] VRRP Instance VI_1 - Entering MASTER state", and a line of text.
struct Alert {
  std::string subject;
  std::string body;
};
Alert alert_for(const std::string& router_id, const Subject& subject, Told told);

}  // namespace agent::notify
