// The hypervisor of the embedded cloud: makes the data plane what the state says, and boots guests.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "cloud/api/hypervisor.h"
#include "cloud/fabric/fabric.h"
#include "cloud/guest/guest.h"

namespace cloud::api {

// A port as the data plane wants it.
fabric::PortSpec spec_of(const model::State& state, const model::Port& port);

class ComputeHost final : public Hypervisor {
 public:
  ComputeHost(fabric::Fabric& fabric, guest::Guests& guests, std::string console_directory);

  void follow(const model::State& state) override;
  base::Result<> boot(const model::State& state, const Machine& machine) override;
  base::Result<> stop(const std::string& machine_id) override;
  base::Result<> power_off(const std::string& machine_id) override;
  base::Result<> freeze(const std::string& machine_id) override;
  base::Result<> thaw(const std::string& machine_id) override;
  base::Result<> set_links(const std::string& machine_id, bool are_up) override;
  bool is_running(const std::string& machine_id) const override;
  bool is_frozen(const std::string& machine_id) const override;
  std::optional<pid_t> pid(const std::string& machine_id) const override;
  base::Result<json::Value> drops(const model::State& state) override;
  base::Result<std::string> console(const std::string& machine_id, std::size_t limit) override;
  void forget_console(const std::string& machine_id) override;

 private:
  struct Applied {            // what the data plane was told about a port
    std::string description;  // of its rules
    bool is_up = true;
  };

  void add_networks(const model::State& state);
  void set_groups(const model::State& state);
  void update_ports(const model::State& state);
  void remove_leftovers(const model::State& state);
  std::string console_path(const std::string& machine_id) const;

  fabric::Fabric& fabric_;
  guest::Guests& guests_;
  std::string console_directory_;
  std::set<std::string> networks_;
  std::map<std::string, std::vector<net::Prefix>> groups_;
  std::map<std::string, Applied> ports_;
};

}  // namespace cloud::api
