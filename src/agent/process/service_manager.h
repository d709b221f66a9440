// What systemd wants to hear (sd_notify's protocol, a datagram to $NOTIFY_SOCKET): that we are
// ready, reload, stop, how we are, and that we are alive. Nothing is said where nobody listens.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "io/descriptor.h"
#include "io/loop.h"

namespace agent::process {

class ServiceManager {
 public:
  // From NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID.
  explicit ServiceManager(io::Loop& loop);

  void ready(std::string_view status);
  void reloading();
  void stopping();
  void status(std::string_view text);

 private:
  void say(const std::string& text) const;
  void feed();

  io::Descriptor socket_;
  io::Duration watchdog_{};  // zero: nobody waits for us
  io::Timer feeding_;
};

}  // namespace agent::process
