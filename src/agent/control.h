// What the control socket's requests do: status from snapshots, commands to the engine, and the
// program's own reload.
#pragma once

#include <functional>
#include <string>

#include "agent/agent.h"
#include "agent/control_server.h"

namespace agent {

struct Reloaded {
  bool is_done = false;          // false: nothing has changed
  std::size_t instances = 0;     // now
  std::string diagnostics = {};  // what is wrong with the file, rendered
};

class Control {
 public:
  Control(Agent& agent, std::function<Reloaded()> reload)
      : agent_(agent), reload_(std::move(reload)) {}

  ControlServer::Lines handle(const control::Request& request, const ControlPeer& peer);

 private:
  ControlServer::Lines status(const control::Request& request);
  std::string command(const control::Request& request);

  Agent& agent_;
  std::function<Reloaded()> reload_;
};

}  // namespace agent
