#include "cpi/vm_lookups.h"

#include <fmt/format.h>

#include <set>

#include "base/log.h"
#include "cpi/address_pairs.h"
#include "cpi/vrrp_rules.h"
#include "io/wait.h"
#include "openstack/image.h"

namespace cpi {
namespace {

template <typename T>
using Slot = std::optional<openstack::Result<T>>;

struct Answers {
  Slot<std::vector<openstack::SecurityGroup>> security_groups;
  Slot<openstack::Image> image;
  Slot<std::vector<openstack::Flavor>> flavors;
  Slot<openstack::KeyPair> key_pair;
  std::vector<Slot<std::vector<openstack::Port>>> reservations;  // one for each address
  Slot<openstack::Network> network;  // of the pairs; asked for where no reservation tells of it
};

// The addresses whose reservation must exist. A network reserves nothing.
std::vector<net::IpAddress> addresses_to_check(const VmProperties& properties,
                                               const VmNetworks& networks) {
  const VmNetwork* network = networks.default_network();
  std::vector<net::IpAddress> out;
  if (network == nullptr || !network->checks_vrrp_port || !properties.checks_vrrp_port) return out;
  for (const auto& pair : properties.address_pairs)
    if (pair.address.is_host()) out.push_back(pair.address.address());
  return out;
}

std::vector<std::string> wanted_groups(const Call& call, const VmProperties& properties,
                                       const VmNetworks& networks) {
  if (!properties.security_groups.empty()) return properties.security_groups;
  if (!networks.security_groups.empty()) return networks.security_groups;
  return call.config.default_security_groups;
}

Result<> check_image(const openstack::ImageId& id,
                     const openstack::Result<openstack::Image>& image) {
  if (!image && image.error().status == 404)
    return cloud_error(fmt::format("Image `{}' not found", id.value()));
  if (!image) return failed(image.error());
  if (image->status != "active")
    return cloud_error(fmt::format("Image `{}' is not active but {}", id.value(), image->status));
  return {};
}

Result<> check_key(const std::string& name, const Slot<openstack::KeyPair>& key) {
  if (!key || *key) return {};
  if (key->error().status == 404) return cloud_error(fmt::format("Key-pair `{}' not found", name));
  return failed(key->error());
}

// What was found is a port of that network, which says how ports there are made.
struct Reservations {
  bool have_port_security = true;
};

Result<Reservations> check_reservations(const std::vector<net::IpAddress>& addresses,
                                        const openstack::NetworkId& network,
                                        const Answers& answers) {
  Reservations found;
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    const auto& ports = *answers.reservations[i];
    if (!ports) return failed(ports.error());
    const auto reservation = find_reservation(*ports, network, addresses[i]);
    if (!reservation) return std::unexpected(reservation.error());
    found.have_port_security &= reservation->port_security_enabled;
    base::log::info("cpi.vrrp_reservation", {{"address", net::to_string(addresses[i])},
                                             {"port", reservation->id.value()},
                                             {"name", reservation->name},
                                             {"network", network.value()}});
  }
  return found;
}

// Neutron refuses pairs on a port without port security, where every address passes anyway. Said
// before anything is made.
Result<> check_port_security(const openstack::Result<openstack::Network>& network) {
  if (!network) return failed(network.error());
  if (network->port_security_enabled) return {};
  return cloud_error(fmt::format(
      "Port security is switched off in network '{0}', and allowed_address_pairs need it: switch "
      "it "
      "on (openstack network set --enable-port-security {0}), or leave the property away: without "
      "port security every address passes",
      network->id.value()));
}

// What VRRP comes from, once for each family that is shared.
std::set<net::IpAddress> vrrp_peers(const VmProperties& properties, const VmNetworks& networks) {
  std::set<net::IpAddress> peers;
  const VmNetwork* network = networks.default_network();
  if (network == nullptr || !network->address) return peers;
  std::set<net::Family> families;
  for (const auto& pair : properties.address_pairs)
    if (families.insert(pair.address.address().family()).second)
      peers.insert(peer_source(pair.address.address(), *network->address));
  return peers;
}

// A VM that shares an address but cannot hear its peers makes every one of them active. The log
// says so; the rule is added where the configuration asks for it.
io::Task<> see_to_vrrp_rule(const Call& call, const std::vector<openstack::SecurityGroup>& groups,
                            net::IpAddress peer) {
  if (admits_vrrp(groups, peer)) co_return;
  const auto family = peer.family();
  const openstack::SecurityGroup& group = groups.front();
  if (call.config.adds_vrrp_rule) {
    const auto rule = rule_for_vrrp(group, family);
    const auto added = co_await openstack::create_security_group_rule(call.cloud, rule);
    if (added || added.error().status == 409) {  // 409: another call was quicker
      base::log::info("cpi.vrrp_rule_added", {{"security_group", group.name}});
      co_return;
    }
    base::log::warning("cpi.vrrp_rule_not_added", {{"reason", added.error().error.what}});
  }
  base::log::warning("cpi.vrrp_not_admitted", {{"security_group", group.name},
                                               {"problem",
                                                "no rule admits IP protocol 112 from the "
                                                "VM's peers"},
                                               {"mend", command_for_vrrp(group, family)}});
}

}  // namespace

io::Task<Result<VmFacts>> look_up(const Call& call, openstack::ImageId image,
                                  const VmProperties& properties, const VmNetworks& networks) {
  auto& cloud = call.cloud;
  const auto groups = wanted_groups(call, properties, networks);
  const auto addresses = addresses_to_check(properties, networks);
  Answers answers;
  answers.reservations.resize(addresses.size());
  std::vector<io::Task<>> tasks;
  if (!groups.empty()) {
    openstack::Filters fields;
    for (const char* field : {"id", "name"}) fields.emplace_back("fields", field);
    if (!properties.address_pairs.empty()) fields.emplace_back("fields", "security_group_rules");
    tasks.push_back(into(answers.security_groups, openstack::list_security_groups(cloud, fields)));
  }
  tasks.push_back(into(answers.image, openstack::show_image(cloud, image)));
  tasks.push_back(into(answers.flavors, openstack::list_flavors(cloud)));
  if (!properties.key_name.empty())
    tasks.push_back(into(answers.key_pair, openstack::show_key_pair(cloud, properties.key_name)));
  for (std::size_t i = 0; i < addresses.size(); ++i) {
    openstack::Filters filters;
    filters.emplace_back("network_id", networks.default_network()->network->value());
    filters.emplace_back("fixed_ips", "ip_address=" + net::to_string(addresses[i]));
    tasks.push_back(into(answers.reservations[i], openstack::list_ports(cloud, filters)));
  }
  if (!properties.address_pairs.empty() && addresses.empty())
    tasks.push_back(into(answers.network,
                         openstack::show_network(cloud, *networks.default_network()->network)));
  co_await io::all(cloud.loop(), std::move(tasks));

  // Always in this order, so that one mistake has one message.
  std::vector<openstack::SecurityGroup> existing;
  if (answers.security_groups) {
    if (!*answers.security_groups) co_return failed(answers.security_groups->error());
    existing = **answers.security_groups;
  }
  auto found = find_security_groups(existing, groups);
  if (!found) co_return std::unexpected(found.error());
  if (const auto ok = check_image(image, *answers.image); !ok)
    co_return std::unexpected(ok.error());
  if (!*answers.flavors) co_return failed(answers.flavors->error());
  auto flavor = find_flavor(**answers.flavors, properties.instance_type);
  if (!flavor) co_return std::unexpected(flavor.error());
  if (const auto ok = check_key(properties.key_name, answers.key_pair); !ok)
    co_return std::unexpected(ok.error());
  if (!addresses.empty()) {
    const auto& network = *networks.default_network()->network;
    const auto reserved = check_reservations(addresses, network, answers);
    if (!reserved) co_return std::unexpected(reserved.error());
    // Only then is there anything to ask: the reservation alone may have been made without it.
    if (!reserved->have_port_security)
      answers.network = co_await openstack::show_network(cloud, network);
  }
  if (answers.network)
    if (const auto ok = check_port_security(*answers.network); !ok)
      co_return std::unexpected(ok.error());
  const auto peers = vrrp_peers(properties, networks);
  for (const net::IpAddress& peer : peers)
    if (!found->empty()) co_await see_to_vrrp_rule(call, *found, peer);
  co_return VmFacts{.security_groups = std::move(*found), .flavor = std::move(*flavor)};
}

}  // namespace cpi
