// Neutron: networks, subnets, ports, security groups. Addresses are parsed here, so that
// "2001:DB8::1" and "2001:db8:0::1" are the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "net/ip_address.h"
#include "net/mac_address.h"
#include "openstack/ids.h"
#include "openstack/session.h"

namespace openstack {

struct Network {
  NetworkId id;
  std::string name;
  std::string status;
  bool port_security_enabled = true;
  std::vector<SubnetId> subnets = {};
};

struct Subnet {
  SubnetId id;
  std::string name;
  NetworkId network;
  net::Prefix cidr;
  std::optional<net::IpAddress> gateway;
};

struct NewSubnet {
  std::string name = {};
  NetworkId network;
  net::Prefix cidr;
  std::optional<net::IpAddress> gateway = std::nullopt;  // nothing: Neutron takes the first address
  bool enable_dhcp = true;
};

struct FixedIp {
  SubnetId subnet;
  net::IpAddress address;
};

// What may be asked for: an address, a subnet, or both.
struct FixedIpRequest {
  std::optional<SubnetId> subnet = std::nullopt;
  std::optional<net::IpAddress> address = std::nullopt;
};

struct AddressPair {
  net::Prefix address;                                // sent without "/n" when it is one host
  std::optional<net::MacAddress> mac = std::nullopt;  // nothing: the port's own
  bool operator==(const AddressPair&) const = default;
};

struct Port {
  PortId id;
  NetworkId network;
  std::string name = {};
  std::string description = {};
  std::string status = {};        // ACTIVE, DOWN, BUILD
  std::string device_id = {};     // the server's id; empty: bound to nothing
  std::string device_owner = {};  // "compute:nova", "network:dhcp", …
  std::optional<net::MacAddress> mac = std::nullopt;
  std::vector<FixedIp> fixed_ips = {};
  std::vector<AddressPair> allowed_address_pairs = {};
  std::vector<SecurityGroupId> security_groups = {};
  bool port_security_enabled = true;
  std::string created_at = {};  // as Neutron writes it, "2026-11-20T22:51:09Z"
};

struct NewPort {
  NetworkId network;
  std::string name = {};
  std::string description = {};
  std::vector<FixedIpRequest> fixed_ips = {};
  std::optional<std::vector<SecurityGroupId>> security_groups = std::nullopt;  // nothing: default
  std::vector<AddressPair> allowed_address_pairs = {};
  std::optional<bool> port_security_enabled = std::nullopt;
  std::string device_owner = {};
};

struct PortChange {
  std::optional<std::string> name = std::nullopt;
  std::optional<std::string> description = std::nullopt;
  std::optional<std::vector<AddressPair>> allowed_address_pairs = std::nullopt;
  std::optional<std::vector<SecurityGroupId>> security_groups = std::nullopt;
};

struct SecurityGroupRule {
  std::string id;
  std::string direction;                // ingress, egress
  std::string ethertype;                // IPv4, IPv6
  std::optional<std::string> protocol;  // "tcp", "112", "vrrp"; nothing: any
  std::optional<std::int64_t> port_range_min;
  std::optional<std::int64_t> port_range_max;
  std::optional<net::Prefix> remote_prefix;
  std::optional<SecurityGroupId> remote_group;
};

struct SecurityGroup {
  SecurityGroupId id;
  std::string name;
  std::string description;
  std::vector<SecurityGroupRule> rules;
};

struct NewSecurityGroupRule {
  SecurityGroupId group;
  std::string direction = "ingress";
  std::string ethertype = "IPv4";
  std::optional<std::string> protocol = std::nullopt;
  std::optional<std::int64_t> port_range_min = std::nullopt;
  std::optional<std::int64_t> port_range_max = std::nullopt;
  std::optional<net::Prefix> remote_prefix = std::nullopt;
  std::optional<SecurityGroupId> remote_group = std::nullopt;
};

// Deleting what is gone already is a success.
io::Task<Result<std::vector<Network>>> list_networks(Session& session, Filters filters = {});
io::Task<Result<Network>> show_network(Session& session, NetworkId id);
io::Task<Result<Network>> create_network(Session& session, std::string name,
                                         bool has_port_security = true);
io::Task<Result<>> delete_network(Session& session, NetworkId id);

io::Task<Result<std::vector<Subnet>>> list_subnets(Session& session, Filters filters = {});
io::Task<Result<Subnet>> show_subnet(Session& session, SubnetId id);
io::Task<Result<Subnet>> create_subnet(Session& session, NewSubnet subnet);
io::Task<Result<>> delete_subnet(Session& session, SubnetId id);

io::Task<Result<std::vector<Port>>> list_ports(Session& session, Filters filters = {});
io::Task<Result<Port>> show_port(Session& session, PortId id);
io::Task<Result<Port>> create_port(Session& session, NewPort port);
io::Task<Result<Port>> update_port(Session& session, PortId id, PortChange change);
io::Task<Result<>> delete_port(Session& session, PortId id);

io::Task<Result<std::vector<SecurityGroup>>> list_security_groups(Session& session,
                                                                  Filters filters = {});
io::Task<Result<SecurityGroup>> show_security_group(Session& session, SecurityGroupId id);
io::Task<Result<SecurityGroup>> create_security_group(Session& session, std::string name,
                                                      std::string description = {});
io::Task<Result<>> delete_security_group(Session& session, SecurityGroupId id);
io::Task<Result<SecurityGroupRule>> create_security_group_rule(Session& session,
                                                               NewSecurityGroupRule rule);
io::Task<Result<>> delete_security_group_rule(Session& session, std::string id);

}  // namespace openstack
