#include "bosh/calls.h"

#include <fmt/format.h>

#include <algorithm>

#include "bosh/jobs.h"

namespace bosh {
namespace {

void merge(json::Object& into, const json::Object& from) {
  for (const auto& [key, value] : from) into.set(key, value);
}

// The Director writes an IPv6 mask in full, and every address in short.
std::string netmask(const net::Prefix& range) {
  const net::IpAddress mask = range.netmask();
  if (mask.is_v4()) return to_string(mask);
  std::string out;
  for (std::size_t i = 0; i < 16; i += 2)
    out += fmt::format("{}{:02x}{:02x}", i == 0 ? "" : ":", mask.bytes()[i], mask.bytes()[i + 1]);
  return out;
}

json::Array texts(const std::vector<std::string>& list) {
  return json::Array(list.begin(), list.end());
}

json::Array texts(const std::vector<net::IpAddress>& list) {
  json::Array out;
  for (const net::IpAddress& address : list) out.push_back(to_string(address));
  return out;
}

json::Object manual_settings(const Subnet& subnet, const GroupNetwork& use,
                             const net::IpAddress& address) {
  json::Object out{{"type", "manual"},
                   {"ip", to_string(address)},
                   {"prefix", std::to_string(address.bits())},
                   {"netmask", netmask(subnet.range)},
                   {"cloud_properties", subnet.cloud_properties}};
  if (!use.defaults.empty()) out.set("default", texts(use.defaults));
  if (!subnet.dns.empty()) out.set("dns", texts(subnet.dns));
  if (subnet.gateway) out.set("gateway", to_string(*subnet.gateway));
  return out;
}

json::Object dynamic_settings(const Network& network, const GroupNetwork& use) {
  json::Object out{
      {"type", "dynamic"}, {"cloud_properties", network.cloud_properties}, {"prefix", "32"}};
  if (!network.dns.empty()) out.set("dns", texts(network.dns));
  if (!use.defaults.empty()) out.set("default", texts(use.defaults));
  return out;
}

json::Object bosh_environment(const Manifest& manifest, const InstanceGroup& group,
                              const std::string& director) {
  json::Object bosh;
  if (const json::Value* given = group.env.find("bosh"); given != nullptr && given->as_object())
    bosh = *given->as_object();
  json::Object tags = manifest.tags;
  merge(tags, group.tags);
  if (!tags.empty()) bosh.set("tags", tags);
  const std::string d = canonical(director);
  const std::string n = canonical(manifest.name);
  const std::string g = canonical(group.name);
  bosh.set("group", fmt::format("{}-{}-{}", d, n, g));
  bosh.set("groups", texts({d, n, g, d + "-" + n, n + "-" + g, d + "-" + n + "-" + g}));
  return bosh;
}

}  // namespace

json::Array create_vm_arguments(const Instance& instance, const std::string& agent_id,
                                const std::string& stemcell_cid) {
  return {agent_id,          stemcell_cid,  instance.cloud_properties,
          instance.networks, json::Array{}, instance.env};
}

json::Object vm_metadata(const Instance& instance, const std::string& deployment,
                         const std::string& director, const std::string& created_at) {
  json::Object metadata = instance.tags;  // the fixed keys win over tags of the same name
  merge(metadata, {{"director", director},
                   {"deployment", deployment},
                   {"id", instance.id},
                   {"job", instance.group},
                   {"instance_group", instance.group},
                   {"index", std::to_string(instance.index)},
                   {"name", instance.group + "/" + instance.id},
                   {"created_at", created_at}});
  return metadata;
}

json::Object merged_cloud_properties(const CloudConfig& cloud_config, const InstanceGroup& group,
                                     const std::string& az) {
  json::Object out;
  if (const Properties* zone = find(cloud_config.azs, az)) merge(out, zone->cloud_properties);
  if (const Properties* type = find(cloud_config.vm_types, group.vm_type))
    merge(out, type->cloud_properties);
  for (const std::string& name : group.vm_extensions)
    if (const Properties* extension = find(cloud_config.vm_extensions, name))
      merge(out, extension->cloud_properties);
  return out;
}

json::Object network_settings(const CloudConfig& cloud_config, const InstanceGroup& group,
                              const Instance& instance) {
  json::Object out;
  for (const GroupNetwork& use : group.networks) {
    const Network* network = find(cloud_config.networks, use.name);
    if (network == nullptr) continue;
    if (network->type == NetworkType::Dynamic) {
      out.set(use.name, dynamic_settings(*network, use));
      continue;
    }
    const auto reservation = std::ranges::find(instance.addresses, use.name, &Reservation::network);
    if (reservation == instance.addresses.end()) continue;
    for (const Subnet& subnet : network->subnets)
      if (subnet.range.contains(reservation->address))
        out.set(use.name, manual_settings(subnet, use, reservation->address));
  }
  return out;
}

json::Object vm_environment(const Manifest& manifest, const InstanceGroup& group,
                            const Instance& instance, const std::string& director) {
  json::Object env = group.env;
  env.set("bosh", bosh_environment(manifest, group, director));
  env.set("holdfast", guest_environment(group.jobs, instance, manifest.name));
  return env;
}

}  // namespace bosh
