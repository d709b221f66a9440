// The embedded cloud as a process of its own, with what the CPI's calls need: a network, a security
// group, a key pair, an image and the reservation of 10.0.0.50.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "http/client.h"
#include "io/process.h"
#include "json/value.h"
#include "openstack/compute.h"
#include "openstack/image.h"
#include "openstack/network.h"

namespace embedded {

class Cloud {
 public:
  Cloud();
  ~Cloud();
  Cloud(const Cloud&) = delete;
  Cloud& operator=(const Cloud&) = delete;

  // Why there is no cloud on this machine; nothing when it runs.
  const std::optional<std::string>& problem() const { return problem_; }

  json::Object credentials() const;  // as properties of cpi.json
  std::string auth_url() const;
  openstack::Session& session() { return blocking_->session(); }

  // The result of a call that the test cannot do without.
  template <typename T>
  T run(io::Task<openstack::Result<T>> task) {
    auto result = blocking_->run(std::move(task));
    if (!result) throw std::runtime_error(result.error().error.what);
    if constexpr (!std::is_void_v<T>) return std::move(*result);
  }

  // With 10.0.0.0/24.
  openstack::NetworkId make_network(const std::string& name, bool has_port_security = true);
  openstack::Port reserve(const openstack::NetworkId& network, const std::string& address);
  std::vector<openstack::Port> ports(const openstack::NetworkId& network);
  std::size_t servers();

  // What its operator's API answers: faults on demand, what was asked.
  json::Value operate(const std::string& method, const std::string& path, json::Value body = {});

  openstack::NetworkId network{""};
  openstack::ImageId image{""};

 private:
  std::optional<std::string> start();
  void furnish();

  std::filesystem::path folder_;
  io::Descriptor lifeline_;
  std::optional<io::Process> process_;
  json::Value description_;
  std::unique_ptr<openstack::Blocking> blocking_;
  std::optional<std::string> problem_;
};

}  // namespace embedded
