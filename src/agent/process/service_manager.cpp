#include "agent/process/service_manager.h"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstdlib>

#include "base/text.h"

namespace agent::process {
namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

}  // namespace

ServiceManager::ServiceManager(io::Loop& loop) : feeding_(loop, [this] { feed(); }) {
  const std::string path = environment("NOTIFY_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.size() >= sizeof address.sun_path) return;
  path.copy(address.sun_path, path.size());
  if (address.sun_path[0] == '@') address.sun_path[0] = '\0';  // an abstract name
  socket_ = io::Descriptor(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + path.size());
  if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0)
    socket_.reset();
  const auto interval = base::parse_number<std::int64_t>(environment("WATCHDOG_USEC"));
  const auto pid = base::parse_number<pid_t>(environment("WATCHDOG_PID"));
  if (socket_ && interval && *interval > 0 && (!pid || *pid == getpid()))
    watchdog_ = std::chrono::microseconds(*interval);
}

void ServiceManager::ready(std::string_view text) {
  say(fmt::format("READY=1\nMAINPID={}\nSTATUS={}", getpid(), text));
  if (watchdog_ != io::Duration{}) feeding_.after(watchdog_ / 3);
}

void ServiceManager::reloading() {
  const auto now = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
  say(fmt::format("RELOADING=1\nMONOTONIC_USEC={}", now.count()));
}

void ServiceManager::stopping() {
  say("STOPPING=1");
}

void ServiceManager::status(std::string_view text) {
  say(fmt::format("STATUS={}", text));
}

void ServiceManager::say(const std::string& text) const {
  if (socket_) (void)send(socket_.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void ServiceManager::feed() {
  say("WATCHDOG=1");
  feeding_.after(watchdog_ / 3);
}

}  // namespace agent::process
