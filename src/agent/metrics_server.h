// Metrics over HTTP, on the agent's own loop: the text is made a little at a time between other
// work, and at most once a second however many ask.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "agent/agent.h"
#include "base/error.h"
#include "io/loop.h"

namespace agent {

class MetricsServer {
 public:
  // "9650", "127.0.0.1:9650", "[::]:9650"; without an address only this machine is served.
  static base::Result<std::unique_ptr<MetricsServer>> open(io::Loop& loop, Agent& agent,
                                                           const std::string& place);
  ~MetricsServer();
  std::uint16_t port() const;

 private:
  struct Impl;
  explicit MetricsServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace agent
