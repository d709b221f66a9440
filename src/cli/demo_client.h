// The client of the demo: a host on the tenant network that sends a probe to the VRRP address every
// millisecond and listens to what passes on the wire.
#pragma once

#include <string>

#include "base/error.h"
#include "cli/demo/observation.h"
#include "cli/demo_cloud.h"

namespace cli {

class DemoClient {
 public:
  // A shell host in the cloud's network, and holdfast-cloud guest-probe in it, writing to `file`.
  static base::Result<DemoClient> start(DemoCloud& cloud, const DemoTenant& tenant,
                                        const std::string& programs, const net::IpAddress& target,
                                        const std::string& file);
  DemoClient(DemoClient&& other) noexcept;
  DemoClient& operator=(DemoClient&&) = delete;
  ~DemoClient();

  const std::string& address() const { return address_; }
  // Everything seen so far.
  base::Result<demo::Observation> observe() const;
  // Ends the probe and removes the host.
  base::Result<> stop();

 private:
  DemoClient(DemoCloud& cloud, std::string shell, std::string address, std::string file)
      : cloud_(&cloud),
        shell_(std::move(shell)),
        address_(std::move(address)),
        file_(std::move(file)) {}
  DemoCloud* cloud_;
  std::string shell_;  // its id
  std::string address_;
  std::string file_;
  pid_t pid_ = -1;           // the process that waits for the probe
  io::Descriptor lifeline_;  // the probe's standard input: it ends when this closes
};

demo::Micros now();  // on the clock of the observations

}  // namespace cli
