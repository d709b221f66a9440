// The agents (holdfastd) that run on this machine, and asking one over its control socket.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/error.h"
#include "control/protocol.h"
#include "io/descriptor.h"
#include "json/value.h"

namespace cli {

class AgentConnection {
 public:
  // Unavailable where a socket is left over from an agent that was killed.
  static base::Result<AgentConnection> open(const std::string& path);

  // The lines of the answer up to the last; an error that the agent answers is an error here.
  base::Result<std::vector<json::Value>> ask(
      const control::Request& request,
      std::chrono::milliseconds at_most = std::chrono::seconds(10));

 private:
  explicit AgentConnection(io::Descriptor socket) : socket_(std::move(socket)) {}
  base::Result<std::string> read_line(std::chrono::steady_clock::time_point deadline);
  io::Descriptor socket_;
  std::string input_;
  std::size_t searched_ = 0;  // of input_, for a line's end
};

struct RunningAgent {
  std::string name;  // of its socket, without ".sock"
  std::string path;
  AgentConnection connection;
};

// All that answer, by name; or the one meant by `which`, a name or a path with a '/'. The error
// says why there is none and what to do.
base::Result<std::vector<RunningAgent>> running_agents(const std::string& which);
// The only one, for commands; Conflict names them all if there are more.
base::Result<RunningAgent> running_agent(const std::string& which);

}  // namespace cli
