// The data plane of the embedded cloud: a Neutron network is a Linux bridge, a port is a veth pair
// whose guest end lives in the server's network namespace, and port security is nftables on the
// real packets. Everything lives in the process's own user and network namespaces: no root, and
// nothing of the host's network is touched.
//
//   if (auto done = fabric::enter_private_namespaces(); !done) …     // once, before any thread
//   auto fabric = fabric::Fabric::make();
//   (*fabric)->add_network(network);
//   (*fabric)->set_addresses(group, {prefixes of its members});      // for rules by remote group
//   guests.boot({… .ports = {port}});                                // plugs; see guest/guest.h
//   (*fabric)->update(port);                                         // pairs, rules, port security
//   (*fabric)->read_drops();
//
// All calls are synchronous, take from one to a few milliseconds and belong on one thread. A change
// of a port or of an address set is one nftables transaction: packets see the old rules or the new.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/error.h"
#include "base/strong.h"
#include "net/ip_address.h"
#include "net/mac_address.h"

namespace cloud::fabric {

using NetworkId = base::StrongId<struct NetworkTag>;
using PortId = base::StrongId<struct PortTag>;
// What a rule's remote group resolves to; the API takes the security group's id.
using AddressSetId = base::StrongId<struct AddressSetTag>;

// Moves the process into a user, network, mount, IPC and UTS namespace of its own, where it is root
// over these only. Sockets that are open keep working in the host's network. Call once, while the
// process has one thread; the error says what the host must allow.
base::Result<> enter_private_namespaces();

struct FixedAddress {
  net::Prefix address;  // 10.0.0.11/24: the address with the length of its subnet
  std::optional<net::IpAddress> gateway = std::nullopt;
};

// allowed_address_pairs: what the port may send from besides its fixed addresses.
struct AllowedPair {
  net::Prefix addresses;
  std::optional<net::MacAddress> mac = std::nullopt;  // nothing: the port's own
};

enum class Direction { Ingress, Egress };  // as seen by the server: ingress is what it receives

struct AnyRemote {};
// One rule of a security group: what matches passes, and so do its replies.
struct Rule {
  Direction direction = Direction::Ingress;
  net::Family family = net::Family::Ipv4;
  std::optional<std::uint8_t> protocol = std::nullopt;   // IP protocol number; nothing: any
  std::optional<std::uint16_t> port_min = std::nullopt;  // for ICMP and ICMPv6 the type …
  std::optional<std::uint16_t> port_max = std::nullopt;  // … and the code, as Neutron has it
  std::variant<AnyRemote, net::Prefix, AddressSetId> remote = AnyRemote{};
};

struct PortSpec {
  PortId id;
  NetworkId network;
  net::MacAddress mac;
  std::vector<FixedAddress> fixed = {};
  std::vector<AllowedPair> pairs = {};
  bool port_security_enabled = true;  // false: no anti-spoofing and no security groups
  std::vector<Rule> rules = {};  // of all its groups; both directions deny what no rule lets pass
};

// Where the guest's end of a port goes.
struct GuestEnd {
  int network_namespace = -1;  // a descriptor of /proc/PID/ns/net
  std::string interface = "eth0";
};

enum class Reason {
  MacSpoof,              // Ethernet source is neither the port's MAC nor a pair's
  IpSpoof,               // IPv4 or IPv6 source is not the port's
  ArpSpoof,              // ARP sender is not the port's
  NdSpoof,               // a neighbour advertisement for an address that is not the port's
  DhcpServer,            // a guest must not answer DHCP
  RouterAdvertisement,   // … nor advertise itself as a router
  EtherType,             // neither IPv4, IPv6 nor ARP
  SecurityGroupIngress,  // no rule of the receiving port lets it in
  SecurityGroupEgress,   // no rule of the sending port lets it out
  InvalidState,          // belongs to no connection that could exist
};
// "mac-spoof", "ip-spoof", "arp-spoof", "nd-spoof", "dhcp-server", "ra", "ethertype",
// "security-group-ingress", "security-group-egress", "invalid-state".
std::string_view name(Reason reason);

// What exactly was dropped, as far as the kernel remembers it: the last hour, the first few hundred
// different ones.
struct DropDetail {
  // The one that is not permitted: the forged source, or for security groups the other side.
  std::optional<net::IpAddress> address = std::nullopt;
  std::optional<net::MacAddress> mac = std::nullopt;             // mac-spoof only
  std::optional<std::uint8_t> protocol = std::nullopt;           // security groups only
  std::optional<std::uint16_t> destination_port = std::nullopt;  // TCP, UDP and such only
  std::uint64_t packets = 0;
  std::uint64_t bytes = 0;

  bool operator==(const DropDetail&) const = default;
};

struct Drop {
  PortId port;
  Reason reason;
  std::uint64_t packets = 0;  // never 0
  std::uint64_t bytes = 0;
  std::vector<DropDetail> details = {};  // most packets first
};

class Fabric {
 public:
  // Prepares the private namespaces. The error names what the kernel lacks.
  static base::Result<std::unique_ptr<Fabric>> make();
  virtual ~Fabric() = default;

  virtual base::Result<> add_network(const NetworkId& network) = 0;
  // Kind::Conflict while ports are plugged; a network that is not there is no error.
  virtual base::Result<> remove_network(const NetworkId& network) = 0;

  // Creates or replaces the set that rules with this remote refer to: the members' fixed addresses
  // and allowed pairs. A rule whose set does not exist yet matches nothing until it does.
  virtual base::Result<> set_addresses(const AddressSetId& set,
                                       const std::vector<net::Prefix>& addresses) = 0;
  // For when no plugged port's rules refer to it any more.
  virtual base::Result<> remove_addresses(const AddressSetId& set) = 0;

  // Rules first, then the link: no packet passes unchecked. Plugging what is plugged is
  // Kind::Conflict.
  virtual base::Result<> plug(const PortSpec& port, const GuestEnd& end) = 0;
  // The new rules of a plugged port; does nothing when it is not plugged. The MAC address and the
  // guest's own configuration of its interface stay.
  virtual base::Result<> update(const PortSpec& port) = 0;
  // The link disappears with both ends. Its drop counters stay until forget(). No error when it is
  // not plugged.
  virtual base::Result<> unplug(const PortId& port) = 0;
  virtual bool is_plugged(const PortId& port) const = 0;
  // The cable: down takes the carrier from the guest.
  virtual base::Result<> set_link(const PortId& port, bool is_up) = 0;
  // The Neutron port is deleted: its counters go.
  virtual void forget(const PortId& port) = 0;

  virtual base::Result<std::vector<Drop>> read_drops() = 0;
};

}  // namespace cloud::fabric
