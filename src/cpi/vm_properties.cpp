#include "cpi/vm_properties.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "cpi/address_pairs.h"
#include "cpi/networks.h"

namespace cpi {
namespace {

Result<std::vector<std::string>> read_zones(const json::Value& properties, const Config& config) {
  const json::Value& one = properties["availability_zone"];
  const json::Value& many = properties["availability_zones"];
  if (!one.is_null() && !many.is_null())
    return cloud_error(
        "Only one property of 'availability_zone' and 'availability_zones' can be configured.");
  std::vector<std::string> zones;
  if (!one.is_null()) {
    if (!one.is_string()) return wrong_arguments("availability_zone must be a String");
    if (!one.as_string()->empty()) zones.push_back(*one.as_string());
    return zones;
  }
  if (many.is_null()) return zones;
  if (!config.ignore_server_availability_zone)
    return cloud_error("Cannot use multiple azs without openstack.ignore_server_availability_zone");
  const auto* array = many.as_array();
  if (array == nullptr) return wrong_arguments("availability_zones must be an Array of Strings");
  for (const json::Value& zone : *array) {
    if (!zone.is_string()) return wrong_arguments("availability_zones must be an Array of Strings");
    zones.push_back(*zone.as_string());
  }
  return zones;
}

// 13, 13.0 and "13" are all seen.
Result<std::optional<std::int64_t>> read_root_disk(const json::Value& properties) {
  const json::Value& size = properties["root_disk"]["size"];
  if (size.is_null()) return std::nullopt;
  auto number = size.as_integer();
  if (const auto* text = size.as_string()) {
    std::string_view digits = *text;
    if (digits.ends_with(".0")) digits.remove_suffix(2);
    number = base::parse_number<std::int64_t>(digits);
  }
  if (!number) return wrong_arguments("root_disk.size must be an Integer (GiB)");
  if (*number < 1) return wrong_arguments("Minimum root_disk size is 1 GiB");
  return number;
}

}  // namespace

Result<VmProperties> read_vm_properties(const json::Value& argument, const Config& config) {
  if (!argument.is_object()) return wrong_arguments("cloud_properties must be a Hash");
  VmProperties out{.instance_type = argument.text_or("instance_type", "")};
  if (out.instance_type.empty())
    return wrong_arguments("the cloud property 'instance_type' (the name of a flavor) is required");
  if (const auto* pools = argument["loadbalancer_pools"].as_array(); pools && !pools->empty())
    return not_supported("the cloud property 'loadbalancer_pools' is not supported yet");
  auto zones = read_zones(argument, config);
  if (!zones) return std::unexpected(zones.error());
  auto groups = read_security_groups(argument["security_groups"]);
  if (!groups) return std::unexpected(groups.error());
  auto root_disk = read_root_disk(argument);
  if (!root_disk) return std::unexpected(root_disk.error());
  auto pairs = read_address_pairs(argument["allowed_address_pairs"]);
  if (!pairs) return std::unexpected(pairs.error());
  if (const json::Value& hints = argument["scheduler_hints"]; !hints.is_null()) {
    if (!hints.is_object()) return wrong_arguments("scheduler_hints must be a Hash");
    out.scheduler_hints = hints;
  }
  out.availability_zones = std::move(*zones);
  out.security_groups = std::move(*groups);
  out.key_name = argument.text_or("key_name", config.default_key_name);
  const bool* from_volume = argument["boot_from_volume"].as_bool();
  out.boot_from_volume = from_volume == nullptr ? config.boot_from_volume : *from_volume;
  out.root_disk_gib = *root_disk;
  out.address_pairs = std::move(*pairs);
  const bool* check = argument["vrrp_port_check"].as_bool();
  out.checks_vrrp_port = check == nullptr || *check;
  return out;
}

Result<openstack::Flavor> find_flavor(const std::vector<openstack::Flavor>& flavors,
                                      const std::string& name) {
  const auto found = std::ranges::find(flavors, name, &openstack::Flavor::name);
  if (found == flavors.end()) return cloud_error(fmt::format("Flavor `{}' not found", name));
  const std::int64_t needed = found->ram_mib / 1024 * 2;
  if (found->ephemeral_gib > 0 && found->ephemeral_gib < needed)
    return cloud_error(
        fmt::format("Flavor `{}' should have at least {}Gb of ephemeral disk", name, needed));
  return *found;
}

Result<std::vector<openstack::SecurityGroup>> find_security_groups(
    const std::vector<openstack::SecurityGroup>& existing, const std::vector<std::string>& wanted) {
  std::vector<openstack::SecurityGroup> found;
  for (const std::string& name : wanted) {
    auto group = std::ranges::find(existing, name, &openstack::SecurityGroup::name);
    if (group == existing.end())
      group = std::ranges::find(existing, openstack::SecurityGroupId(name),
                                &openstack::SecurityGroup::id);
    if (group == existing.end())
      return cloud_error(fmt::format("Security group `{}' not found", name));
    const bool is_twice =
        std::ranges::find(found, group->id, &openstack::SecurityGroup::id) != found.end();
    if (!is_twice) found.push_back(*group);
  }
  return found;
}

Result<json::Value> boot_device(const VmProperties& properties, const openstack::Flavor& flavor,
                                const openstack::ImageId& image) {
  if (!properties.boot_from_volume) return json::Value{};
  const std::int64_t size = properties.root_disk_gib.value_or(flavor.disk_gib);
  if (size == 0)
    return cloud_error(fmt::format(
        "Flavor '{}' has a root disk size of 0. Either pick a different flavor or define "
        "root_disk.size in your VM cloud_properties",
        flavor.name));
  return json::Array{json::Object{{"uuid", image.value()},
                                  {"source_type", "image"},
                                  {"destination_type", "volume"},
                                  {"volume_size", size},
                                  {"boot_index", 0},
                                  {"delete_on_termination", true},
                                  {"device_name", "/dev/vda"}}};
}

}  // namespace cpi
