// Servers of the embedded cloud. A guest is a process, network, mount, IPC and UTS namespace of its
// own under the cloud's, booted in milliseconds: `holdfast-cloud guest-init` is its process 1,
// configures the interfaces and runs the jobs that its user data carry (user_data.h).
//
//   guest::Guests guests(loop, fabric);
//   guests.on_end([](const guest::Ended& ended) { … });
//   auto pid = guests.boot({.server = …, .name = …, .ports = {…}, .user_data = …, .console_path =
//   …});
//
// Guests die with the thread that booted them (PR_SET_PDEATHSIG), however it ends.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/error.h"
#include "base/strong.h"
#include "cloud/fabric/fabric.h"
#include "io/loop.h"

namespace cloud::guest {

using ServerId = base::StrongId<struct ServerTag>;

struct GuestSpec {
  ServerId server;
  std::string name;                          // becomes the host name, as far as it can be one
  std::vector<fabric::PortSpec> ports = {};  // eth0, eth1, … in this order
  std::string user_data = {};                // the text, not its base64; "" when there is none
  std::string console_path = {};             // appended to, created 0600; "" for no console
};

enum class Cause {
  ByItself,    // process 1 ended or was killed from outside
  Stopped,     // stop() was asked for
  PoweredOff,  // power_off() was asked for
};

struct Ended {
  ServerId server;
  Cause cause = Cause::ByItself;
  std::string how;  // "exit status 0", "killed by signal 9 (Killed)"
};

class Guests {
 public:
  // `program`: holdfast-cloud, which run_hidden_mode() turns into the guest's process 1; by default
  // this very executable.
  Guests(io::Loop& loop, fabric::Fabric& fabric, std::string program = "/proc/self/exe");
  ~Guests();  // power_off() for all
  Guests(const Guests&) = delete;
  Guests& operator=(const Guests&) = delete;

  // Called from the loop once a guest has ended for whatever reason, its ports already unplugged.
  // It may be booted again from within.
  void on_end(std::function<void(const Ended&)> callback);

  // Plugs the ports, starts process 1 and waits, some milliseconds, until it has configured its
  // interfaces; the jobs start after that. Returns its pid as the host sees it. On an error nothing
  // is left.
  base::Result<pid_t> boot(const GuestSpec& spec);

  // The rest is Kind::NotFound for a server that is not running.
  // Graceful: jobs get SIGTERM in reverse order. After `patience` it is powered off. Returns at
  // once, on_end() tells the end.
  base::Result<> stop(const ServerId& server, std::chrono::milliseconds patience);
  // As when a host loses power: all processes and links are gone when this returns; on_end()
  // follows.
  base::Result<> power_off(const ServerId& server);
  base::Result<> freeze(const ServerId& server);  // SIGSTOP for every process of the guest
  base::Result<> thaw(const ServerId& server);
  base::Result<> set_links(const ServerId& server, bool are_up);  // all its cables

  bool is_running(const ServerId& server) const;
  bool is_frozen(const ServerId& server) const;
  std::optional<pid_t> pid(const ServerId& server) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// For main() of holdfast-cloud, before anything else: runs `guest-init`, `guest-web` and
// `guest-probe` and returns their exit status; nothing when the arguments ask for none of these.
std::optional<int> run_hidden_mode(int argc, char** argv);

}  // namespace cloud::guest
