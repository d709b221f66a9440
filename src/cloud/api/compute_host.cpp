#include "cloud/api/compute_host.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>

#include "base/log.h"
#include "cloud/model/address_pairs.h"
#include "cloud/model/security.h"
#include "io/descriptor.h"

namespace cloud::api {

namespace {

// How long jobs have for their farewell before the power goes (Nova's default is 60 s).
constexpr std::chrono::seconds kPatience(60);

fabric::Rule rule_of(const model::SecurityGroupRule& rule) {
  fabric::Rule out;
  out.direction =
      rule.direction == "ingress" ? fabric::Direction::Ingress : fabric::Direction::Egress;
  out.family = rule.ethertype == "IPv6" ? net::Family::Ipv6 : net::Family::Ipv4;
  if (!rule.protocol.empty()) out.protocol = model::protocol_number(rule.protocol, rule.ethertype);
  if (rule.port_range_min) out.port_min = static_cast<std::uint16_t>(*rule.port_range_min);
  if (rule.port_range_max) out.port_max = static_cast<std::uint16_t>(*rule.port_range_max);
  if (!rule.remote_group_id.empty())
    out.remote = fabric::AddressSetId(rule.remote_group_id);
  else if (const auto prefix = net::Prefix::parse(rule.remote_ip_prefix))
    out.remote = *prefix;
  return out;
}

std::string describe(const fabric::Rule& rule) {
  std::string remote = "any";
  if (const auto* prefix = std::get_if<net::Prefix>(&rule.remote)) remote = net::to_string(*prefix);
  if (const auto* set = std::get_if<fabric::AddressSetId>(&rule.remote)) remote = set->value();
  return fmt::format("{} {} {} {}-{} {};", static_cast<int>(rule.direction),
                     static_cast<int>(rule.family), rule.protocol ? int{*rule.protocol} : -1,
                     rule.port_min ? int{*rule.port_min} : -1,
                     rule.port_max ? int{*rule.port_max} : -1, remote);
}

// Two descriptions are equal when there is nothing to tell the data plane.
std::string describe(const fabric::PortSpec& spec) {
  std::string text = fmt::format("{} {};", net::to_string(spec.mac), spec.port_security_enabled);
  for (const auto& fixed : spec.fixed) text += net::to_string(fixed.address) + ";";
  for (const auto& pair : spec.pairs)
    text += fmt::format("{} {};", net::to_string(pair.addresses),
                        pair.mac ? net::to_string(*pair.mac) : "");
  for (const auto& rule : spec.rules) text += describe(rule);
  return text;
}

void complain(std::string_view event, const std::string& id, const base::Result<>& done) {
  if (!done) base::log::error(event, {{"id", id}, {"why", base::to_string(done.error())}});
}

json::Value detail_view(const fabric::DropDetail& detail) {
  json::Object view{{"packets", detail.packets}, {"bytes", detail.bytes}};
  if (detail.address) view.set("address", net::to_string(*detail.address));
  if (detail.mac) view.set("mac", net::to_string(*detail.mac));
  if (detail.protocol) view.set("protocol", *detail.protocol);
  if (detail.destination_port) view.set("destination_port", *detail.destination_port);
  return view;
}

}  // namespace

fabric::PortSpec spec_of(const model::State& state, const model::Port& port) {
  fabric::PortSpec spec{.id = fabric::PortId(port.id),
                        .network = fabric::NetworkId(port.network_id),
                        .mac = port.mac_address};
  for (const model::FixedIp& fixed : port.fixed_ips) {
    const model::Subnet* subnet = state.subnets.find(fixed.subnet_id);
    if (subnet == nullptr) continue;
    spec.fixed.push_back({.address = *net::Prefix::from(fixed.address, subnet->cidr.length()),
                          .gateway = subnet->gateway_ip});
  }
  for (const model::AddressPair& pair : port.allowed_address_pairs) {
    const auto mac = net::MacAddress::parse(pair.mac_address);
    spec.pairs.push_back(
        {.addresses = model::prefix_of(pair), .mac = mac ? std::optional(*mac) : std::nullopt});
  }
  spec.port_security_enabled = port.port_security_enabled;
  for (const model::SecurityGroupRule* rule : model::rules_of(state, port))
    spec.rules.push_back(rule_of(*rule));
  return spec;
}

ComputeHost::ComputeHost(fabric::Fabric& fabric, guest::Guests& guests,
                         std::string console_directory)
    : fabric_(fabric), guests_(guests), console_directory_(std::move(console_directory)) {}

// Sets before the ports whose rules name them; networks before the ports on them, and after them
// when they go.
void ComputeHost::follow(const model::State& state) {
  add_networks(state);
  set_groups(state);
  update_ports(state);
  remove_leftovers(state);
}

void ComputeHost::add_networks(const model::State& state) {
  for (const auto& [id, network] : state.networks) {
    if (networks_.contains(id)) continue;
    const auto added = fabric_.add_network(fabric::NetworkId(id));
    complain("network.not-added", id, added);
    if (added) networks_.insert(id);
  }
}

void ComputeHost::set_groups(const model::State& state) {
  for (const std::string& id : model::remote_groups(state)) {
    std::vector<net::Prefix> addresses = model::member_addresses(state, id);
    const auto known = groups_.find(id);
    if (known != groups_.end() && known->second == addresses) continue;
    const auto set = fabric_.set_addresses(fabric::AddressSetId(id), addresses);
    complain("security-group.not-set", id, set);
    if (set) groups_[id] = std::move(addresses);
  }
}

void ComputeHost::update_ports(const model::State& state) {
  for (auto& [id, applied] : ports_) {
    const model::Port* port = state.ports.find(id);
    if (port == nullptr || !fabric_.is_plugged(fabric::PortId(id))) continue;
    const fabric::PortSpec spec = spec_of(state, *port);
    if (const std::string wanted = describe(spec); wanted != applied.description) {
      const auto updated = fabric_.update(spec);
      complain("port.not-updated", id, updated);
      if (updated) applied.description = wanted;
    }
    if (port->admin_state_up == applied.is_up) continue;
    complain("port.link", id, fabric_.set_link(fabric::PortId(id), port->admin_state_up));
    applied.is_up = port->admin_state_up;
  }
}

void ComputeHost::remove_leftovers(const model::State& state) {
  for (auto it = ports_.begin(); it != ports_.end();) {
    if (state.ports.contains(it->first)) {
      ++it;
      continue;
    }
    complain("port.not-unplugged", it->first, fabric_.unplug(fabric::PortId(it->first)));
    fabric_.forget(fabric::PortId(it->first));
    it = ports_.erase(it);
  }
  for (auto it = networks_.begin(); it != networks_.end();) {
    if (state.networks.contains(*it)) {
      ++it;
      continue;
    }
    complain("network.not-removed", *it, fabric_.remove_network(fabric::NetworkId(*it)));
    it = networks_.erase(it);
  }
  const std::set<std::string> in_use = model::remote_groups(state);
  for (auto it = groups_.begin(); it != groups_.end();) {
    if (in_use.contains(it->first)) {
      ++it;
      continue;
    }
    complain("security-group.not-removed", it->first,
             fabric_.remove_addresses(fabric::AddressSetId(it->first)));
    it = groups_.erase(it);
  }
}

base::Result<> ComputeHost::boot(const model::State& state, const Machine& machine) {
  add_networks(state);  // a port of this request may be the first on its network
  set_groups(state);
  guest::GuestSpec spec{.server = guest::ServerId(machine.id),
                        .name = machine.name,
                        .ports = {},
                        .user_data = machine.user_data,
                        .console_path = console_path(machine.id)};
  for (const std::string& id : machine.port_ids)
    if (const model::Port* port = state.ports.find(id)) spec.ports.push_back(spec_of(state, *port));
  if (const auto pid = guests_.boot(spec); !pid)
    return base::in_context(fmt::format("cannot boot {}", machine.name), pid.error());
  for (const fabric::PortSpec& port : spec.ports) {
    const bool is_up = state.ports.find(port.id.value())->admin_state_up;
    ports_[port.id.value()] = {.description = describe(port), .is_up = is_up};
    if (!is_up) complain("port.link", port.id.value(), fabric_.set_link(port.id, false));
  }
  return {};
}

base::Result<> ComputeHost::stop(const std::string& machine_id) {
  // Who is frozen hears no SIGTERM.
  if (is_frozen(machine_id)) (void)guests_.thaw(guest::ServerId(machine_id));
  return guests_.stop(guest::ServerId(machine_id), kPatience);
}
base::Result<> ComputeHost::power_off(const std::string& machine_id) {
  return guests_.power_off(guest::ServerId(machine_id));
}
base::Result<> ComputeHost::freeze(const std::string& machine_id) {
  return guests_.freeze(guest::ServerId(machine_id));
}
base::Result<> ComputeHost::thaw(const std::string& machine_id) {
  return guests_.thaw(guest::ServerId(machine_id));
}
base::Result<> ComputeHost::set_links(const std::string& machine_id, bool are_up) {
  return guests_.set_links(guest::ServerId(machine_id), are_up);
}
bool ComputeHost::is_running(const std::string& machine_id) const {
  return guests_.is_running(guest::ServerId(machine_id));
}
bool ComputeHost::is_frozen(const std::string& machine_id) const {
  return guests_.is_frozen(guest::ServerId(machine_id));
}
std::optional<pid_t> ComputeHost::pid(const std::string& machine_id) const {
  return guests_.pid(guest::ServerId(machine_id));
}

base::Result<json::Value> ComputeHost::drops(const model::State& state) {
  auto drops = fabric_.read_drops();
  if (!drops) return std::unexpected(drops.error());
  json::Array rows;
  for (const fabric::Drop& drop : *drops) {
    const model::Port* port = state.ports.find(drop.port.value());
    const model::Server* server = port == nullptr ? nullptr : state.servers.find(port->device_id);
    json::Array details;
    for (const fabric::DropDetail& detail : drop.details) details.push_back(detail_view(detail));
    rows.push_back(json::Object{{"port_id", drop.port.value()},
                                {"name", port == nullptr ? "" : port->name},
                                {"network_id", port == nullptr ? "" : port->network_id},
                                {"server_id", server == nullptr ? "" : server->id},
                                {"server", server == nullptr ? "" : server->name},
                                {"address", port == nullptr || port->fixed_ips.empty()
                                                ? ""
                                                : net::to_string(port->fixed_ips.front().address)},
                                {"reason", fabric::name(drop.reason)},
                                {"packets", drop.packets},
                                {"bytes", drop.bytes},
                                {"details", std::move(details)}});
  }
  return rows;
}

std::string ComputeHost::console_path(const std::string& machine_id) const {
  return console_directory_ + "/" + machine_id + ".log";
}

base::Result<std::string> ComputeHost::console(const std::string& machine_id, std::size_t limit) {
  const std::string path = console_path(machine_id);
  const io::Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd) {
    if (errno == ENOENT) return std::string();
    return std::unexpected(base::system_error("cannot read " + path, errno));
  }
  struct stat about {};
  ::fstat(fd.get(), &about);
  const auto size = static_cast<std::size_t>(about.st_size);
  std::string text(std::min(size, limit), '\0');
  const ssize_t count =
      ::pread(fd.get(), text.data(), text.size(), static_cast<off_t>(size - text.size()));
  if (count < 0) return std::unexpected(base::system_error("cannot read " + path, errno));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

void ComputeHost::forget_console(const std::string& machine_id) {
  ::unlink(console_path(machine_id).c_str());
}

}  // namespace cloud::api
