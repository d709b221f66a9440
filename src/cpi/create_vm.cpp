#include <fmt/format.h>

#include <algorithm>

#include "base/log.h"
#include "base/text.h"
#include "cpi/address_pairs.h"
#include "cpi/call.h"
#include "cpi/stemcell_id.h"
#include "cpi/user_data.h"
#include "cpi/uuid.h"
#include "cpi/vm_lookups.h"
#include "cpi/vm_parts.h"
#include "io/wait.h"

namespace cpi {
namespace {

namespace log = base::log;

struct Plan {
  std::string agent_id;
  openstack::ImageId image;
  VmProperties properties;
  VmNetworks networks;
  json::Value environment;
};

Result<> check_api_versions(const Call& call) {
  const auto stemcell = call.request.stemcell_api_version();
  if (call.request.api_version >= 2 && stemcell >= 2) return {};
  return wrong_arguments(
      fmt::format("the registry is not supported: the CPI API version is {} and the stemcell API "
                  "version is {}, both must be at least 2",
                  call.request.api_version, stemcell));
}

// allowed_address_pairs go to the port of the default network; said before anything is made.
Result<> check_pairs(const VmProperties& properties, const VmNetworks& networks) {
  if (properties.address_pairs.empty()) return {};
  const VmNetwork* network = networks.default_network();
  if (network == nullptr)
    return cloud_error(
        "allowed_address_pairs: the VM has several networks, and none of them has 'gateway' among "
        "its 'default', so it is not known which one the address belongs to");
  if (network->type == VmNetwork::Type::Dynamic)
    return cloud_error(fmt::format(
        "Network with id '{}' is a dynamic network. VRRP is not supported for dynamic networks",
        network->network ? network->network->value() : network->name));
  for (const auto& pair : properties.address_pairs)
    if (pair.address.is_host() && pair.address.address() == *network->address)
      return cloud_error(
          fmt::format("The VM's own address {} in network '{}' is also in its "
                      "allowed_address_pairs: list the VRRP address under 'reserved' of the subnet "
                      "in the cloud-config, so that no VM gets it",
                      net::to_string(*network->address), network->network->value()));
  return {};
}

Result<Plan> read_plan(const Call& call) {
  if (const auto ok = check_api_versions(call); !ok) return std::unexpected(ok.error());
  const auto agent_id = text_argument(call, 0, "agent_id");
  if (!agent_id) return std::unexpected(agent_id.error());
  const auto stemcell = text_argument(call, 1, "stemcell_id");
  if (!stemcell) return std::unexpected(stemcell.error());
  auto properties = read_vm_properties(call.request.argument(2), call.config);
  if (!properties) return std::unexpected(properties.error());
  if (call.config.use_nova_networking)
    return not_supported("openstack.use_nova_networking is not supported; Neutron is needed");
  auto networks = read_networks(call.request.argument(3), call.config);
  if (!networks) return std::unexpected(networks.error());
  for (const VmNetwork& network : networks->all)
    if (network.type == VmNetwork::Type::Vip)
      return not_supported(fmt::format(
          "network `{}': floating IPs (networks of type vip) are not supported yet", network.name));
  if (const auto ok = check_pairs(*properties, *networks); !ok) return std::unexpected(ok.error());
  const json::Value& environment = call.request.argument(5);
  if (!environment.is_null() && !environment.is_object())
    return wrong_arguments("env must be a Hash");
  return Plan{.agent_id = *agent_id,
              .image = StemcellId::parse(*stemcell).image,
              .properties = std::move(*properties),
              .networks = std::move(*networks),
              .environment = environment};
}

openstack::NewPort port_for(const VmNetwork& network, const Plan& plan, const VmFacts& facts) {
  openstack::NewPort port{.network = *network.network,
                          .fixed_ips = {{.subnet = std::nullopt, .address = network.address}}};
  std::vector<openstack::SecurityGroupId> groups;
  groups.reserve(facts.security_groups.size());
  for (const auto& group : facts.security_groups) groups.push_back(group.id);
  if (!groups.empty()) port.security_groups = std::move(groups);
  if (&network == plan.networks.default_network())
    port.allowed_address_pairs = plan.properties.address_pairs;
  return port;
}

struct Vm {
  openstack::ServerId id;
  json::Object networks;
};

// Makes ports and server in one zone; what was made is in `made`, whatever the answer.
io::Task<Result<Vm>> build(const Call& call, const Plan& plan, const VmFacts& facts,
                           std::string zone, Made& made) {
  openstack::NewServer server{.name = made.mark.vm_name,
                              .flavor = facts.flavor.id,
                              .key_name = plan.properties.key_name,
                              .availability_zone = zone,
                              .config_drive = call.config.config_drive.has_value(),
                              .scheduler_hints = plan.properties.scheduler_hints};
  MacAddresses macs;
  for (const VmNetwork& network : plan.networks.all) {
    if (network.type == VmNetwork::Type::Dynamic) {
      if (network.network) server.networks.push_back(*network.network);
      for (const auto& group : facts.security_groups) server.security_groups.push_back(group.name);
      continue;
    }
    auto port = co_await make_port(call, port_for(network, plan, facts), made);
    if (!port) co_return std::unexpected(port.error());
    server.ports.push_back(port->id);
    if (port->mac) macs[network.name] = net::to_string(*port->mac);
  }
  Vm vm{.id = openstack::ServerId(""),
        .networks = network_settings(plan.networks, macs, call.config.use_dhcp)};
  auto data = user_data({.vm_name = made.mark.vm_name,
                         .agent_id = plan.agent_id,
                         .networks = vm.networks,
                         .has_ephemeral_disk = facts.flavor.ephemeral_gib > 0,
                         .environment = plan.environment},
                        call.config);
  if (!data) co_return std::unexpected(data.error());
  server.user_data = std::move(*data);
  auto device = boot_device(plan.properties, facts.flavor, plan.image);
  if (!device) co_return std::unexpected(device.error());
  if (device->is_null()) server.image = plan.image;
  server.block_device_mapping = std::move(*device);

  const auto id = co_await make_server(call, std::move(server), made);
  if (!id) co_return std::unexpected(id.error());
  const auto until = std::chrono::steady_clock::now() + call.config.state_timeout;
  const auto active = co_await openstack::wait_for_status(call.cloud, *id, "ACTIVE", until);
  if (!active)
    co_return vm_creation_failed(
        fmt::format("{} (flavor '{}'{})", active.error().error.what, facts.flavor.name,
                    zone.empty() ? "" : fmt::format(", availability zone '{}'", zone)),
        true);
  vm.id = *id;
  co_return vm;
}

PortMark new_mark(const Call& call, const Plan& plan) {
  const json::Value* director = call.request.context.find("director_uuid");
  return {.vm_name = "vm-" + new_uuid(),
          .agent_id = plan.agent_id,
          .director = director != nullptr && director->is_string() ? *director->as_string() : ""};
}

// One zone after the other, at random as the Ruby CPI; without zones Nova chooses.
std::vector<std::string> zones_to_try(const VmProperties& properties) {
  std::vector<std::string> zones = properties.availability_zones;
  if (zones.empty()) zones.emplace_back();
  const auto random = static_cast<std::size_t>(new_uuid().front());
  std::ranges::rotate(zones, zones.begin() + static_cast<std::ptrdiff_t>(random % zones.size()));
  return zones;
}

}  // namespace

io::Task<Result<json::Value>> create_vm(const Call& call) {
  const auto plan = read_plan(call);
  if (!plan) co_return std::unexpected(plan.error());
  const auto facts = co_await look_up(call, plan->image, plan->properties, plan->networks);
  if (!facts) co_return std::unexpected(facts.error());
  Error last;
  for (const std::string& zone : zones_to_try(plan->properties)) {
    call.cloud.set_deadline(std::chrono::steady_clock::now() + call.config.cloud.total);
    Made made{.mark = new_mark(call, *plan)};
    auto vm = co_await build(call, *plan, *facts, zone, made);
    if (vm) {
      log::info("cpi.vm_created", {{"server", vm->id.value()}, {"name", made.mark.vm_name}});
      json::Array answer;
      answer.emplace_back(vm->id.value());
      answer.emplace_back(std::move(vm->networks));
      co_return json::Value(std::move(answer));
    }
    last = vm.error();
    log::error("cpi.vm_failed",
               {{"name", made.mark.vm_name}, {"zone", zone}, {"error", last.message}});
    const auto problems = co_await take_apart(call, std::move(made));
    if (!problems.empty()) {
      last.message += "\nCleaning up failed: " + base::join(problems, "; ");
      last.ok_to_retry = false;
      break;
    }
  }
  co_return std::unexpected(last);
}

}  // namespace cpi
