#include "cpi/networks.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"

namespace cpi {
namespace {

using Type = VmNetwork::Type;

bool is_private(const VmNetwork& network) {
  return network.type != Type::Vip;
}

// Ruby's truth: everything but false and nothing. A key that is null was not given.
bool is_true(const json::Value& value) {
  const bool* flag = value.as_bool();
  return flag == nullptr || *flag;
}

Result<Type> read_type(const json::Value& spec) {
  const std::string type = spec.text_or("type", "manual");
  if (type == "manual") return Type::Manual;
  if (type == "dynamic") return Type::Dynamic;
  if (type == "vip") return Type::Vip;
  return cloud_error(
      fmt::format("Invalid network type `{}': OpenStack CPI can only handle `dynamic', `manual' or "
                  "`vip' network types",
                  base::printable(type.substr(0, 80))));
}

Result<VmNetwork> read_network(const std::string& name, const json::Value& spec) {
  if (!spec.is_object()) return wrong_arguments(fmt::format("network `{}' is not a Hash", name));
  const auto type = read_type(spec);
  if (!type) return std::unexpected(type.error());
  const json::Value& properties = spec["cloud_properties"];
  VmNetwork network{.name = name,
                    .type = *type,
                    .checks_vrrp_port = is_true(properties["vrrp_port_check"]),
                    .spec = *spec.as_object()};
  if (const std::string id = properties.text_or("net_id", ""); !id.empty())
    network.network.emplace(id);
  if (*type == Type::Manual && !network.network)
    return cloud_error("Manual network must have net_id");
  if (*type == Type::Manual) {
    const auto address = net::IpAddress::parse(spec.text_or("ip", ""));
    if (!address)
      return cloud_error(
          fmt::format("Manual network `{}' has no valid ip: {}", name, address.error().what));
    network.address = *address;
  }
  if (const auto* defaults = spec["default"].as_array())
    network.has_gateway = std::ranges::find(*defaults, json::Value("gateway")) != defaults->end();
  return network;
}

Result<> check_together(const std::vector<VmNetwork>& networks, const Config& config) {
  std::vector<std::string> ids;
  for (const VmNetwork& network : networks) {
    if (network.type != Type::Manual) continue;
    if (std::ranges::find(ids, network.network->value()) != ids.end())
      return cloud_error(
          fmt::format("Manual network with id {} is already defined", network.network->value()));
    ids.push_back(network.network->value());
  }
  const auto count = [&](Type type) {
    return std::ranges::count(networks, type, &VmNetwork::type);
  };
  if (count(Type::Dynamic) > 1)
    return cloud_error("Only one dynamic network per instance should be defined");
  if (count(Type::Vip) > 1)
    return cloud_error("Only one VIP network per instance should be defined");
  const auto privates = std::ranges::count_if(networks, is_private);
  if (privates == 0) return cloud_error("At least one dynamic or manual network should be defined");
  if (privates > 1 && (config.use_dhcp || !config.config_drive))
    return vm_creation_failed(
        "Multiple manual networks can only be used with 'openstack.use_dhcp=false' and "
        "'openstack.config_drive=cdrom|disk'",
        false);
  return {};
}

std::optional<std::size_t> find_gateway(const std::vector<VmNetwork>& networks) {
  std::optional<std::size_t> only;
  std::size_t privates = 0;
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (!is_private(networks[i])) continue;
    ++privates;
    only = i;
  }
  if (privates == 1) return only;
  for (std::size_t i = 0; i < networks.size(); ++i)
    if (is_private(networks[i]) && networks[i].has_gateway) return i;
  return std::nullopt;
}

}  // namespace

Result<std::vector<std::string>> read_security_groups(const json::Value& property) {
  std::vector<std::string> names;
  if (property.is_null()) return names;
  const auto* array = property.as_array();
  if (array == nullptr) return wrong_arguments("security groups must be an Array");
  for (const json::Value& name : *array) {
    if (!name.is_string()) return wrong_arguments("security groups must be an Array of Strings");
    names.push_back(*name.as_string());
  }
  return names;
}

Result<VmNetworks> read_networks(const json::Value& argument, const Config& config) {
  const auto* specs = argument.as_object();
  if (specs == nullptr) return wrong_arguments("networks must be a Hash");
  VmNetworks out;
  for (const auto& [name, spec] : *specs) {
    auto network = read_network(base::printable(name), spec);
    if (!network) return std::unexpected(network.error());
    network->name = name;
    auto groups = read_security_groups(spec["cloud_properties"]["security_groups"]);
    if (!groups) return std::unexpected(groups.error());
    out.security_groups.insert(out.security_groups.end(), groups->begin(), groups->end());
    out.all.push_back(std::move(*network));
  }
  std::ranges::sort(out.security_groups);
  const auto [first, last] = std::ranges::unique(out.security_groups);
  out.security_groups.erase(first, last);
  if (const auto ok = check_together(out.all, config); !ok) return std::unexpected(ok.error());
  out.gateway = find_gateway(out.all);
  return out;
}

}  // namespace cpi
