// A unix socket on which JSON lines are asked and answered (src/control/protocol.h), on the agent's
// own loop without ever holding it up: an answer is made a few lines at a time, only as fast as its
// reader takes it, and whoever is slow, half, too long or one too many is cut off.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/error.h"
#include "control/protocol.h"
#include "io/loop.h"

namespace agent {

// Who asks, as the kernel says (SO_PEERCRED).
struct ControlPeer {
  int pid = 0;
  unsigned uid = 0;
  bool may_command = false;  // root, or the user whom the agent runs as
};

class ControlServer {
 public:
  // The answer, a line (without its line feed) at a time; nothing: that was the last one.
  using Lines = std::function<std::optional<std::string>()>;
  using Handler = std::function<Lines(const control::Request&, const ControlPeer&)>;

  struct Limits {
    std::size_t connections = 32;  // one more pushes out the one that is quiet the longest
    io::Duration idle = std::chrono::seconds(60);         // until the next request is whole
    io::Duration patience = std::chrono::seconds(5);      // for a part of an answer to be taken
    io::Duration slice = std::chrono::microseconds(200);  // of the loop, for making lines
  };

  // At this path; a socket that nobody listens on any more is replaced.
  static base::Result<std::unique_ptr<ControlServer>> open(io::Loop& loop, const std::string& path,
                                                           Handler handler, Limits limits);
  static base::Result<std::unique_ptr<ControlServer>> open(io::Loop& loop, const std::string& path,
                                                           Handler handler) {
    return open(loop, path, std::move(handler), Limits{});
  }
  // At NAME.sock in the first of control::directories() that can be written; NAME-2.sock and so on
  // where another agent has that.
  static base::Result<std::unique_ptr<ControlServer>> open_in_default_place(io::Loop& loop,
                                                                            const std::string& name,
                                                                            Handler handler);
  ~ControlServer();  // cuts off everybody and removes the socket

  const std::string& path() const;

 private:
  struct Impl;
  explicit ControlServer(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // shared with the connections' coroutines
};

}  // namespace agent
