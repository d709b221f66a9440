// What a Director accepts and the cloud then refuses, or drops without a word. The virtual address
// is stated twice, as allowed_address_pairs in the cloud-config and as keepalived.vip in the
// manifest, and nobody else compares the two.
#include <fmt/format.h>

#include <algorithm>

#include "bosh/calls.h"
#include "bosh/jobs.h"
#include "bosh/plan.h"

namespace bosh {
namespace {

constexpr std::string_view kPairs = "allowed_address_pairs";

// The prefixes that an allowed_address_pairs value names: one text, or a list of texts or
// {ip_address, mac_address}.
std::vector<net::Prefix> pairs_of(const json::Value& value) {
  std::vector<net::Prefix> out;
  const auto add = [&](const json::Value& item) {
    const json::Value& text = item.as_object() != nullptr ? item["ip_address"] : item;
    if (text.as_string() == nullptr) return;
    if (const auto prefix = net::Prefix::parse(*text.as_string())) out.push_back(*prefix);
  };
  if (const json::Array* list = value.as_array())
    std::ranges::for_each(*list, add);
  else
    add(value);
  return out;
}

class Lint {
 public:
  Lint(const CloudConfig& cloud_config, Report& report)
      : cloud_config_(cloud_config), report_(report) {}

  void group(const InstanceGroup& group) {
    check_overwritten(group);
    const json::Object merged =
        merged_cloud_properties(cloud_config_, group, group.azs.empty() ? "" : group.azs.front());
    const json::Value* pairs = merged.find(kPairs);
    if (pairs != nullptr) check_dynamic(group);
    const auto vip = virtual_address(group);
    if (!vip) return;
    check_match(*vip, pairs);
    check_networks(group, *vip);
  }

 private:
  // Extensions are merged at the first level only; the last one wins.
  void check_overwritten(const InstanceGroup& group) {
    std::vector<std::pair<std::string, std::string>> seen;  // key, extension
    for (const std::string& name : group.vm_extensions) {
      const Properties* extension = find(cloud_config_.vm_extensions, name);
      if (extension == nullptr) continue;
      for (const auto& [key, value] : extension->cloud_properties) {
        const auto earlier =
            std::ranges::find(seen, key, [](const auto& pair) { return pair.first; });
        if (earlier != seen.end() && earlier->second != name)
          report_.warning(group.mark,
                          fmt::format("\"{}\" of extension \"{}\" replaces that of \"{}\"", key,
                                      name, earlier->second),
                          "extensions are merged key by key, the last one wins; nothing is "
                          "joined");
        seen.emplace_back(key, name);
      }
    }
  }

  void check_dynamic(const InstanceGroup& group) {
    for (const GroupNetwork& use : group.networks) {
      const Network* network = find(cloud_config_.networks, use.name);
      if (network != nullptr && network->type == NetworkType::Dynamic)
        report_.warning(
            use.mark,
            fmt::format("{} does not work on the dynamic network \"{}\"", kPairs, use.name),
            "use a manual network; the CPI refuses this one");
    }
  }

  void check_match(const VirtualAddress& vip, const json::Value* pairs) {
    const std::string shown = to_string(vip.address);
    if (pairs == nullptr) {
      report_.warning(
          vip.mark,
          fmt::format("the cloud will drop packets from {}: no vm_extension of this "
                      "group sets {}",
                      shown, kPairs),
          fmt::format("add a vm_extension with cloud_properties {{{}: {}}}", kPairs, shown));
      return;
    }
    const auto prefixes = pairs_of(*pairs);
    if (std::ranges::none_of(prefixes,
                             [&](const net::Prefix& pair) { return pair.contains(vip.address); }))
      report_.warning(vip.mark,
                      fmt::format("keepalived.vip {} is not what {} permits: {}", shown, kPairs,
                                  json::dump(*pairs)),
                      "the cloud drops packets from an address that is not permitted; write the "
                      "same one in both places");
  }

  void check_networks(const InstanceGroup& group, const VirtualAddress& vip) {
    for (const GroupNetwork& use : group.networks) {
      const Network* network = find(cloud_config_.networks, use.name);
      if (network == nullptr) continue;
      for (const Subnet& subnet : network->subnets)
        if (subnet.range.contains(vip.address)) check_subnet(*network, subnet, vip);
    }
  }

  void check_subnet(const Network& network, const Subnet& subnet, const VirtualAddress& vip) {
    const std::string shown = to_string(vip.address);
    if (subnet.gateway == vip.address)
      report_.warning(vip.mark, fmt::format("keepalived.vip {} is the gateway of network \"{}\"",
                                            shown, network.name));
    else if (!subnet.reserved.contains(vip.address))
      report_.warning(
          vip.mark,
          fmt::format("{} may be given to a VM: it is not reserved in network \"{}\"", shown,
                      network.name),
          fmt::format("add {} to \"reserved\" of the subnet {}", shown, to_string(subnet.range)));
  }

  const CloudConfig& cloud_config_;
  Report& report_;
};

}  // namespace

void lint(const Manifest& manifest, const CloudConfig& cloud_config, Report& report) {
  Lint lint(cloud_config, report);
  for (const InstanceGroup& group : manifest.groups) lint.group(group);
}

}  // namespace bosh
