#include "cpi/user_data.h"

#include <fmt/format.h>

namespace cpi {
namespace {

constexpr std::size_t kLargest = 65535;  // of the base64 text (Nova)

// Those of the last network that has some, as the Ruby CPI.
const json::Value* name_servers(const json::Object& networks) {
  const json::Value* found = nullptr;
  for (const auto& [name, spec] : networks)
    if (const json::Value& dns = spec["dns"]; dns.is_array()) found = &dns;
  return found;
}

}  // namespace

json::Object network_settings(const VmNetworks& networks, const MacAddresses& macs, bool use_dhcp) {
  json::Object out;
  for (const VmNetwork& network : networks.all) {
    json::Object spec = network.spec;
    if (network.type != VmNetwork::Type::Vip) spec.set("use_dhcp", use_dhcp);
    if (const auto mac = macs.find(network.name); mac != macs.end()) spec.set("mac", mac->second);
    out.set(network.name, std::move(spec));
  }
  return out;
}

Result<std::string> user_data(const VmSettings& settings, const Config& config) {
  json::Object out{
      {"server", json::Object{{"name", settings.vm_name}}},
      {"networks", settings.networks},
      {"vm", json::Object{{"name", settings.vm_name}}},
      {"agent_id", settings.agent_id},
      {"disks", json::Object{{"system", "/dev/sda"},
                             {"ephemeral", settings.has_ephemeral_disk ? json::Value("/dev/sdb")
                                                                       : json::Value()},
                             {"persistent", json::Object{}}}},
      {"env", settings.environment.is_null() ? json::Value(json::Object{}) : settings.environment}};
  if (const json::Value* servers = name_servers(settings.networks))
    out.set("dns", json::Object{{"nameserver", *servers}});
  for (const auto& [key, value] : config.agent) out.set(key, value);
  std::string text = json::dump(out);
  const std::size_t encoded = (text.size() + 2) / 3 * 4;
  if (encoded > kLargest)
    return cloud_error(fmt::format(
        "The user data of the VM would be {} bytes in base64, and Nova takes {}: the environment "
        "(certificates, blobstores, tags) is too large",
        encoded, kLargest));
  return text;
}

}  // namespace cpi
