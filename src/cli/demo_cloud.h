// The embedded cloud of one run of the demo, and what an operator prepares in it before BOSH comes:
// a network, a security group, a key pair, an image, the reservation of the VRRP address.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "base/error.h"
#include "cli/cloud_access.h"
#include "io/process.h"
#include "openstack/compute.h"
#include "openstack/network.h"

namespace cli {

// What the operator made, by the ids that cloud-config and cpi.json refer to.
struct DemoTenant {
  openstack::NetworkId network;
  openstack::SubnetId subnet;
  openstack::SecurityGroupId group;
  openstack::ImageId image;
};

class DemoCloud {
 public:
  // Starts holdfast-cloud from `programs` with its state below `folder`; ready when it returns.
  static base::Result<DemoCloud> start(const std::string& programs, const std::string& folder);

  const CloudAccess& access() const { return access_; }
  CloudAdmin& admin() { return *admin_; }

  base::Result<DemoTenant> prepare_tenant();
  base::Result<openstack::Port> reserve(const DemoTenant& tenant, const net::IpAddress& address);
  base::Result<> release(const openstack::PortId& reservation);

  // cpi.json as the BOSH job renders it.
  base::Result<> write_cpi_configuration(const std::string& path) const;

  base::Result<std::vector<openstack::Port>> ports(const DemoTenant& tenant);
  base::Result<std::vector<openstack::Server>> servers();
  base::Result<std::string> console(const openstack::ServerId& server);
  base::Result<> stop_server(const openstack::ServerId& server);  // graceful, as an ACPI shutdown
  base::Result<> power_off(const openstack::ServerId& server);    // as when its host loses power

  // Ends it as `holdfast cloud down` would; an error if it did not end well.
  base::Result<> stop();

 private:
  DemoCloud(io::Process process, io::Descriptor lifeline, CloudAccess access);
  io::Process process_;
  io::Descriptor lifeline_;  // the cloud's standard input: it ends when this closes
  CloudAccess access_;
  std::unique_ptr<CloudAdmin> admin_;
  std::unique_ptr<openstack::Blocking> api_;
};

}  // namespace cli
