#include "cloud/fabric/fabric.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <map>
#include <set>
#include <utility>

#include "cloud/fabric/drops.h"
#include "cloud/fabric/nft.h"
#include "cloud/fabric/rules.h"
#include "cloud/fabric/sources.h"
#include "io/descriptor.h"
#include "io/namespaces.h"
#include "netlink/control.h"

namespace cloud::fabric {
namespace {

base::Result<> set_sysctl(const char* path, const char* value) {
  const io::Descriptor file(open(path, O_WRONLY | O_CLOEXEC));
  if (!file || write(file.get(), value, 1) != 1)
    return std::unexpected(base::system_error(fmt::format("cannot set {}", path), errno));
  return {};
}

base::Result<> prepare_kernel() {
  for (const char* name : {"iptables", "ip6tables"}) {
    auto done =
        set_sysctl(fmt::format("/proc/sys/net/bridge/bridge-nf-call-{}", name).c_str(), "1");
    if (!done) {
      done.error().hint = "security groups need br_netfilter: as root, modprobe br_netfilter";
      return done;
    }
  }
  // The bridges only carry: this namespace has no addresses and forwards nothing by itself.
  // Failing is harmless: a kernel without IPv6 has none to switch off.
  std::ignore = set_sysctl("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
  std::ignore = set_sysctl("/proc/sys/net/ipv6/conf/all/disable_ipv6", "1");
  return set_sysctl("/proc/sys/net/ipv4/ip_forward", "0");
}

// Ids to numbers of 16 bits. A number that was used is used again only after all others, so that
// nothing old in the kernel (tracked connections, details of drops) speaks of a new thing.
template <typename Id>
class Numbers {
 public:
  base::Result<Number> give(const Id& id) {
    if (const auto known = by_id_.find(id); known != by_id_.end()) return known->second;
    if (by_id_.size() >= 0xffff)
      return base::fail(base::Kind::Conflict, "more than 65535 things of one kind on the fabric");
    do ++last_;
    while (last_ == 0 || by_number_.contains(last_));
    by_id_.emplace(id, last_);
    by_number_.emplace(last_, id);
    return last_;
  }
  std::optional<Number> find(const Id& id) const {
    const auto known = by_id_.find(id);
    return known == by_id_.end() ? std::nullopt : std::optional(known->second);
  }
  std::optional<Id> find(Number number) const {
    const auto known = by_number_.find(number);
    return known == by_number_.end() ? std::nullopt : std::optional(known->second);
  }
  void take(const Id& id) {
    if (const auto number = find(id)) by_number_.erase(*number);
    by_id_.erase(id);
  }

 private:
  std::map<Id, Number> by_id_;
  std::map<Number, Id> by_number_;
  Number last_ = 0;
};

class KernelFabric : public Fabric {
 public:
  KernelFabric(netlink::Control links, Nft nft) : links_(std::move(links)), nft_(std::move(nft)) {}

  base::Result<> add_network(const NetworkId& network) override;
  base::Result<> remove_network(const NetworkId& network) override;
  base::Result<> set_addresses(const AddressSetId& set,
                               const std::vector<net::Prefix>& addresses) override;
  base::Result<> remove_addresses(const AddressSetId& set) override;
  base::Result<> plug(const PortSpec& port, const GuestEnd& end) override;
  base::Result<> update(const PortSpec& port) override;
  base::Result<> unplug(const PortId& port) override;
  bool is_plugged(const PortId& port) const override { return plugged_.contains(port); }
  base::Result<> set_link(const PortId& port, bool is_up) override;
  void forget(const PortId& port) override;
  base::Result<std::vector<Drop>> read_drops() override;

 private:
  base::Result<Number> ensure_set(const AddressSetId& set);
  base::Result<> set_rules(Number number, const PortSpec& port);
  base::Result<> connect(Number number, const PortSpec& port, const GuestEnd& end);
  base::Result<> delete_link(const std::string& name);

  netlink::Control links_;
  Nft nft_;
  Numbers<NetworkId> networks_;
  std::map<NetworkId, netlink::InterfaceIndex> bridges_;
  Numbers<PortId> ports_;
  std::map<PortId, NetworkId> plugged_;
  Numbers<AddressSetId> sets_;
  std::map<Number, std::vector<net::Prefix>> set_contents_;
};

base::Result<> KernelFabric::add_network(const NetworkId& network) {
  if (bridges_.contains(network)) return {};
  const auto number = networks_.give(network);
  if (!number) return std::unexpected(number.error());
  const auto bridge = links_.create_bridge(bridge_name(*number), {});
  if (!bridge) return std::unexpected(bridge.error());
  if (auto up = links_.set_up(*bridge); !up) return up;
  if (auto done = nft_.run(add_network_script(*number)); !done) return done;
  bridges_.emplace(network, *bridge);
  return {};
}

base::Result<> KernelFabric::remove_network(const NetworkId& network) {
  const auto bridge = bridges_.find(network);
  if (bridge == bridges_.end()) return {};
  for (const auto& [port, of] : plugged_)
    if (of == network)
      return base::fail(base::Kind::Conflict, fmt::format("port {} is plugged into network {}",
                                                          port.value(), network.value()));
  if (auto done = links_.delete_link(bridge->second); !done) return done;
  bridges_.erase(bridge);
  const Number number = networks_.find(network).value();
  networks_.take(network);
  return nft_.run(remove_network_script(number));
}

base::Result<Number> KernelFabric::ensure_set(const AddressSetId& set) {
  if (const auto known = sets_.find(set)) return *known;
  const auto number = sets_.give(set);
  if (!number) return number;
  if (auto done = nft_.run(add_set_script(*number)); !done) {
    sets_.take(set);
    return std::unexpected(done.error());
  }
  set_contents_.emplace(*number, std::vector<net::Prefix>{});
  return number;
}

base::Result<> KernelFabric::set_addresses(const AddressSetId& set,
                                           const std::vector<net::Prefix>& addresses) {
  const auto number = ensure_set(set);
  if (!number) return std::unexpected(number.error());
  std::vector<net::Prefix> wanted = without_overlaps(addresses);
  std::vector<net::Prefix>& present = set_contents_.at(*number);
  if (auto done = nft_.run(change_set_script(*number, present, wanted)); !done) return done;
  present = std::move(wanted);
  return {};
}

base::Result<> KernelFabric::remove_addresses(const AddressSetId& set) {
  const auto number = sets_.find(set);
  if (!number) return {};
  if (auto done = nft_.run(remove_set_script(*number)); !done) return done;
  sets_.take(set);
  set_contents_.erase(*number);
  return {};
}

base::Result<> KernelFabric::set_rules(Number number, const PortSpec& port) {
  for (const Rule& rule : port.rules)
    if (const auto* set = std::get_if<AddressSetId>(&rule.remote))
      if (const auto there = ensure_set(*set); !there) return std::unexpected(there.error());
  return nft_.run(
      port_script(number, port, [&](const AddressSetId& set) { return sets_.find(set).value(); }));
}

base::Result<> KernelFabric::connect(Number number, const PortSpec& port, const GuestEnd& end) {
  const std::string name = port_name(number);
  const netlink::VethEnd near{.name = name};
  const netlink::VethEnd far{
      .name = end.interface, .mac = port.mac, .in = netlink::NamespaceFd{end.network_namespace}};
  if (auto done = links_.create_veth(near, far); !done) return done;
  const auto link = links_.link(name);
  if (!link) return std::unexpected(link.error());
  if (auto done = links_.set_master(link->index, bridges_.at(port.network)); !done) return done;
  return links_.set_up(link->index);
}

base::Result<> KernelFabric::plug(const PortSpec& port, const GuestEnd& end) {
  const std::string doing = fmt::format("cannot plug port {}", port.id.value());
  if (is_plugged(port.id)) return base::fail(base::Kind::Conflict, doing + ": it is plugged");
  if (!bridges_.contains(port.network))
    return base::fail(base::Kind::NotFound,
                      fmt::format("{}: no network {}", doing, port.network.value()));
  const auto number = ports_.give(port.id);
  if (!number) return base::in_context(doing, number.error());
  if (auto done = set_rules(*number, port); !done) {
    forget(port.id);
    return base::in_context(doing, done.error());
  }
  plugged_.emplace(port.id, port.network);
  if (auto done = connect(*number, port, end); !done) {
    std::ignore = unplug(port.id);  // the first error is the one that says why
    return base::in_context(doing, done.error());
  }
  return {};
}

base::Result<> KernelFabric::update(const PortSpec& port) {
  if (!is_plugged(port.id)) return {};
  if (auto done = set_rules(ports_.find(port.id).value(), port); !done)
    return base::in_context(fmt::format("cannot update port {}", port.id.value()), done.error());
  return {};
}

// A guest that ended takes its end of the link along, and with it ours.
base::Result<> KernelFabric::delete_link(const std::string& name) {
  const auto link = links_.link(name);
  if (!link) {
    if (link.error().kind == base::Kind::NotFound) return {};
    return std::unexpected(link.error());
  }
  auto done = links_.delete_link(link->index);
  if (!done && done.error().kind == base::Kind::NotFound) return {};
  return done;
}

base::Result<> KernelFabric::unplug(const PortId& port) {
  if (!is_plugged(port)) return {};
  const Number number = ports_.find(port).value();
  if (auto done = delete_link(port_name(number)); !done)
    return base::in_context(fmt::format("cannot unplug port {}", port.value()), done.error());
  plugged_.erase(port);
  return nft_.run(remove_port_script(number));
}

base::Result<> KernelFabric::set_link(const PortId& port, bool is_up) {
  if (!is_plugged(port))
    return base::fail(base::Kind::NotFound, fmt::format("port {} is not plugged", port.value()));
  const auto link = links_.link(port_name(ports_.find(port).value()));
  if (!link) return std::unexpected(link.error());
  return is_up ? links_.set_up(link->index) : links_.set_down(link->index);
}

void KernelFabric::forget(const PortId& port) {
  const auto number = ports_.find(port);
  if (!number || is_plugged(port)) return;
  std::ignore = nft_.run(remove_counters_script(*number));  // never made, if plug() failed
  ports_.take(port);
}

base::Result<std::vector<Drop>> KernelFabric::read_drops() {
  std::vector<std::string> listings;
  for (const char* family : {"bridge", "inet"})
    for (const char* what : {"counters", "sets"}) {
      auto listing = nft_.list(fmt::format("list {} table {} {}", what, family, kTable));
      if (!listing) return std::unexpected(listing.error());
      listings.push_back(std::move(*listing));
    }
  return drops_from(listings, [&](Number number) { return ports_.find(number); });
}

}  // namespace

base::Result<> enter_private_namespaces() {
  return io::enter_private_namespaces();
}

base::Result<std::unique_ptr<Fabric>> Fabric::make() {
  if (auto done = prepare_kernel(); !done) return std::unexpected(done.error());
  auto links = netlink::Control::open();
  if (!links) return std::unexpected(links.error());
  auto nft = Nft::open();
  if (!nft) return std::unexpected(nft.error());
  if (auto done = nft->run(base_script()); !done) return std::unexpected(done.error());
  return std::make_unique<KernelFabric>(std::move(*links), std::move(*nft));
}

}  // namespace cloud::fabric
