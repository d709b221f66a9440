// The OpenStack that up.sh has brought up, with what the CPI's calls need: a network, a security
// group that admits VRRP and echo requests, a key pair, an image and the reservation of 10.0.0.50.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "cpi_process.h"
#include "io/process.h"
#include "openstack/compute.h"
#include "openstack/image.h"
#include "openstack/network.h"
#include "openstack/volume.h"

namespace real {

// The folder that up.sh was given (HOLDFAST_REAL_OPENSTACK); empty: none runs.
std::string state_folder();

class Cloud {
 public:
  Cloud();
  ~Cloud();  // removes what it made, and the servers that a failed test left
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  cpi_process::Answer call(const std::string& method, json::Array arguments) const;
  cpi_process::Answer create_vm(const std::string& address, json::Object properties = {}) const;
  openstack::Port port_of(const json::Value& vm);

  template <typename T>
  T run(io::Task<openstack::Result<T>> task) {
    auto result = blocking_->run(std::move(task));
    if (!result) throw std::runtime_error(result.error().error.what);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }
  openstack::Session& session() { return blocking_->session(); }

  openstack::NetworkId network{""};
  openstack::SecurityGroupId group{""};
  openstack::ImageId image{""};

 private:
  void furnish();
  void clear();

  json::Value description_;
  std::string name_;  // of all that it makes
  std::unique_ptr<openstack::Blocking> blocking_;
};

}  // namespace real
