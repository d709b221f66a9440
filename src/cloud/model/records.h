// What the embedded cloud knows: one plain struct a resource, with OpenStack's own words. Ids are
// the texts that the API shows; which table they point into is said by their names (network_id).
// Times are seconds since 1970, UTC.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "json/value.h"
#include "net/ip_address.h"
#include "net/mac_address.h"

namespace cloud::model {

using Time = std::int64_t;
using Texts = std::vector<std::string>;

// ---- identity

struct Project {
  std::string id;
  std::string name;
  std::string description;
};

struct Grant {  // roles of a user on a project
  std::string project_id;
  Texts roles;
};

struct User {
  std::string id;
  std::string name;
  std::string password;  // as in cloud.json beside the state, readable by its owner only
  std::vector<Grant> grants;
};

struct ApplicationCredential {
  std::string id;
  std::string name;
  std::string description;
  std::string user_id;
  std::string project_id;
  std::string secret;
  Texts roles;
  std::optional<Time> expires_at;
};

struct Token {
  std::string id;  // the secret itself
  std::string user_id;
  std::string project_id;  // empty: unscoped
  std::string application_credential_id;
  Texts methods;
  std::string audit_id;
  Time issued_at = 0;
  Time expires_at = 0;
};

// ---- network

struct Network {
  std::string id;
  std::string project_id;
  std::string name;
  std::string description;
  Texts tags;
  Time created_at = 0;
  Time updated_at = 0;
  std::int64_t revision_number = 0;
  bool admin_state_up = true;
  bool shared = false;
  bool port_security_enabled = true;
  std::int64_t mtu = 1500;
};

struct AddressRange {
  net::IpAddress first = net::IpAddress::v4(0);
  net::IpAddress last = net::IpAddress::v4(0);
  bool operator==(const AddressRange&) const = default;
};

struct HostRoute {
  net::Prefix destination = *net::Prefix::from(net::IpAddress::v4(0), 0);
  net::IpAddress nexthop = net::IpAddress::v4(0);
};

struct Subnet {
  std::string id;
  std::string project_id;
  std::string name;
  std::string description;
  Texts tags;
  Time created_at = 0;
  Time updated_at = 0;
  std::int64_t revision_number = 0;
  std::string network_id;
  net::Prefix cidr = *net::Prefix::from(net::IpAddress::v4(0), 0);
  std::optional<net::IpAddress> gateway_ip;
  std::vector<AddressRange> allocation_pools;
  std::vector<net::IpAddress> dns_nameservers;
  std::vector<HostRoute> host_routes;
  bool enable_dhcp = true;
};

struct FixedIp {
  std::string subnet_id;
  net::IpAddress address = net::IpAddress::v4(0);
  bool operator==(const FixedIp&) const = default;
};

// The text of the address is kept as it was sent, as Neutron keeps it.
struct AddressPair {
  std::string ip_address;
  std::string mac_address;
  bool operator==(const AddressPair&) const = default;
};

struct Port {
  std::string id;
  std::string project_id;
  std::string name;
  std::string description;
  Texts tags;
  Time created_at = 0;
  Time updated_at = 0;
  std::int64_t revision_number = 0;
  std::string network_id;
  net::MacAddress mac_address = net::MacAddress({0, 0, 0, 0, 0, 0});
  std::vector<FixedIp> fixed_ips;
  std::vector<AddressPair> allowed_address_pairs;
  Texts security_group_ids;
  std::string device_id;
  std::string device_owner;
  std::string status = "DOWN";
  bool admin_state_up = true;
  bool port_security_enabled = true;
  std::string binding_host_id;
  std::string binding_vnic_type = "normal";
  std::string dns_name;
  // Nova made it for a server and deletes it with the server.
  bool is_owned_by_server = false;
};

struct SecurityGroup {
  std::string id;
  std::string project_id;
  std::string name;
  std::string description;
  Texts tags;
  Time created_at = 0;
  Time updated_at = 0;
  std::int64_t revision_number = 0;
};

struct SecurityGroupRule {
  std::string id;
  std::string project_id;
  std::string description;
  Time created_at = 0;
  Time updated_at = 0;
  std::int64_t revision_number = 0;
  std::string security_group_id;
  std::string direction;  // "ingress", "egress"
  std::string ethertype;  // "IPv4", "IPv6"
  std::string protocol;   // as sent: "tcp", "vrrp", "112"; empty for any
  std::optional<std::int64_t> port_range_min;
  std::optional<std::int64_t> port_range_max;
  std::string remote_ip_prefix;  // empty for none
  std::string remote_group_id;   // empty for none
};

// ---- compute

struct Flavor {
  std::string id;
  std::string name;
  std::string description;
  std::int64_t vcpus = 1;
  std::int64_t ram = 0;        // MiB
  std::int64_t disk = 0;       // GiB
  std::int64_t ephemeral = 0;  // GiB
  std::int64_t swap = 0;       // MiB
  bool is_public = true;
  std::map<std::string, std::string> extra_specs;
};

struct Keypair {
  std::string id;  // user_id + "/" + name: names are unique to their user
  std::string user_id;
  std::string name;
  std::string type;
  std::string public_key;
  std::string fingerprint;
  Time created_at = 0;
};

struct Fault {
  std::int64_t code = 500;
  std::string message;
  std::string details;
  Time created = 0;
};

struct Server {
  std::string id;
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string description;
  Texts tags;
  Time created_at = 0;
  Time updated_at = 0;
  std::optional<Time> launched_at;
  std::string status = "BUILD";  // BUILD ACTIVE SHUTOFF REBOOT HARD_REBOOT ERROR
  std::string task_state;        // empty: none
  std::string flavor_id;
  std::string image_id;  // empty: booted from a volume
  std::string key_name;
  std::string availability_zone;
  std::string user_data;  // base64, as sent
  std::string config_drive;
  std::string hostname;
  std::string root_device_name = "/dev/vda";
  std::map<std::string, std::string> metadata;
  Texts port_ids;  // in the order of the request: eth0, eth1, …
  Texts security_group_names;
  std::string server_group_id;  // empty: none
  std::optional<Fault> fault;
  bool locked = false;
};

// A host may run one server of a group that has the policy "anti-affinity". Each server of the
// embedded cloud counts as on a host of its own.
struct ServerGroup {
  std::string id;
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string policy;  // affinity anti-affinity soft-affinity soft-anti-affinity
  Texts server_ids;
};

// ---- volume

struct VolumeAttachment {
  std::string id;
  std::string server_id;
  std::string device;  // /dev/vdb
  Time attached_at = 0;
  bool delete_on_termination = false;
};

struct Volume {
  std::string id;
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string description;
  Time created_at = 0;
  Time updated_at = 0;
  std::int64_t size = 1;  // GiB
  // creating available attaching in-use detaching extending retyping deleting error
  std::string status = "creating";
  std::string volume_type;
  std::string availability_zone;
  std::string snapshot_id;    // made from; empty: none
  std::string source_volume;  // made from; empty: none
  std::string image_id;       // made from, and then bootable; empty: none
  std::map<std::string, std::string> metadata;
  std::vector<VolumeAttachment> attachments;
};

struct VolumeType {
  std::string id;
  std::string name;
  std::string description;
  bool is_public = true;
};

struct VolumeSnapshot {
  std::string id;
  std::string project_id;
  std::string user_id;
  std::string name;
  std::string description;
  Time created_at = 0;
  Time updated_at = 0;
  std::string volume_id;
  std::int64_t size = 1;            // GiB
  std::string status = "creating";  // creating available deleting error
  std::map<std::string, std::string> metadata;
};

// ---- image

struct Image {
  std::string id;
  std::string project_id;  // "owner" in the API
  std::string name;
  Texts tags;
  Time created_at = 0;
  Time updated_at = 0;
  std::string status = "queued";      // queued saving active
  std::string visibility = "shared";  // shared private public community
  std::string disk_format;
  std::string container_format;
  std::int64_t min_disk = 0;
  std::int64_t min_ram = 0;
  bool is_protected = false;
  bool os_hidden = false;
  std::optional<std::int64_t> size;
  std::string checksum;
  std::string sha512;
  json::Object properties;  // whatever else was sent; texts
};

}  // namespace cloud::model
