// The networks of create_vm, with the Ruby CPI's rules: which are private, which one carries the
// default gateway, which security groups they name. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpi/config.h"
#include "cpi/error.h"
#include "json/value.h"
#include "net/ip_address.h"
#include "openstack/ids.h"

namespace cpi {

struct VmNetwork {
  enum class Type { Manual, Dynamic, Vip };
  std::string name;
  Type type = Type::Manual;
  std::optional<openstack::NetworkId> network = std::nullopt;  // always there for manual
  std::optional<net::IpAddress> address = std::nullopt;        // always there for manual
  bool has_gateway = false;                                    // "default" holds "gateway"
  bool checks_vrrp_port = true;
  json::Object spec = {};  // as the Director sent it
};

struct VmNetworks {
  std::vector<VmNetwork> all;                // in the order of the request
  std::optional<std::size_t> gateway;        // index of the network with the default gateway
  std::vector<std::string> security_groups;  // that the networks name; sorted, nothing twice

  const VmNetwork* default_network() const { return gateway ? &all[*gateway] : nullptr; }
};

Result<VmNetworks> read_networks(const json::Value& argument, const Config& config);

// A list of security group names or ids; null is an empty one.
Result<std::vector<std::string>> read_security_groups(const json::Value& property);

}  // namespace cpi
