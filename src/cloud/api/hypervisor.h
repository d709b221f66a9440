// What the API asks of the world of packets and processes. The real one is compute_host.h; tests
// and the fuzzer have doubles.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>

#include "base/error.h"
#include "cloud/model/state.h"
#include "json/value.h"

namespace cloud::api {

// A server, or a shell host, which is a server without jobs that Nova does not know.
struct Machine {
  std::string id;
  std::string name;
  model::Texts port_ids;
  std::string user_data;  // decoded
};

class Hypervisor {
 public:
  virtual ~Hypervisor() = default;

  // Networks, ports and security groups may have changed: bring the data plane in line.
  virtual void follow(const model::State& state) = 0;

  // Synchronous and quick. The end of a machine, for whatever reason, is told to Api::on_end().
  virtual base::Result<> boot(const model::State& state, const Machine& machine) = 0;
  virtual base::Result<> stop(const std::string& machine_id) = 0;  // gracefully, in the background
  virtual base::Result<> power_off(const std::string& machine_id) = 0;  // gone when it returns
  virtual base::Result<> freeze(const std::string& machine_id) = 0;
  virtual base::Result<> thaw(const std::string& machine_id) = 0;
  virtual base::Result<> set_links(const std::string& machine_id, bool are_up) = 0;
  virtual bool is_running(const std::string& machine_id) const = 0;
  virtual bool is_frozen(const std::string& machine_id) const = 0;
  virtual std::optional<pid_t> pid(const std::string& machine_id) const = 0;

  virtual base::Result<json::Value> drops(const model::State& state) = 0;
  // The last `limit` bytes of what the machine wrote; empty when it wrote nothing.
  virtual base::Result<std::string> console(const std::string& machine_id, std::size_t limit) = 0;
  virtual void forget_console(const std::string& machine_id) = 0;
};

}  // namespace cloud::api
