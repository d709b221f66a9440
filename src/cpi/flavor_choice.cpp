#include "cpi/flavor_choice.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "base/text.h"

namespace cpi {
namespace {

using openstack::Flavor;
constexpr std::int64_t kOperatingSystemGib = 3;

std::int64_t to_gib(std::int64_t mib) {
  return mib / 1024 + (mib % 1024 == 0 ? 0 : 1);
}

const Flavor* smallest(const std::vector<const Flavor*>& fitting) {
  const auto size = [](const Flavor* flavor) {
    return std::tuple(flavor->vcpus, flavor->ram_mib, flavor->disk_gib + flavor->ephemeral_gib,
                      flavor->disk_gib);
  };
  const auto least = std::ranges::min_element(fitting, {}, size);
  return least == fitting.end() ? nullptr : *least;
}

std::unexpected<Error> nothing_fits(const VmNeeds& needs, const std::vector<Flavor>& flavors) {
  std::vector<std::string> offered;
  offered.reserve(flavors.size());
  for (const Flavor& flavor : flavors)
    offered.push_back(fmt::format("{}: {} vcpus, {} MiB, disk {} GiB, ephemeral {} GiB",
                                  flavor.name, flavor.vcpus, flavor.ram_mib, flavor.disk_gib,
                                  flavor.ephemeral_gib));
  return cloud_error(fmt::format(
      "Unable to meet requested VM requirements: {} CPU, {} MB RAM, {} GB Disk.\nAvailable "
      "flavors:\n{}",
      needs.cpu, needs.ram_mib, to_gib(needs.ephemeral_mib), base::join(offered, "\n")));
}

}  // namespace

Result<VmNeeds> read_vm_needs(const json::Value& argument) {
  std::vector<std::string> missing;
  const auto read = [&](const char* key) {
    const auto number = argument[key].as_integer();
    if (!number || *number < 0) missing.push_back(fmt::format("'{}'", key));
    return number.value_or(0);
  };
  const VmNeeds needs{
      .cpu = read("cpu"), .ram_mib = read("ram"), .ephemeral_mib = read("ephemeral_disk_size")};
  if (!missing.empty())
    return cloud_error("Missing VM cloud properties: " + base::join(missing, ", "));
  return needs;
}

Result<json::Value> choose_flavor(const VmNeeds& needs, const std::vector<Flavor>& flavors,
                                  bool boot_from_volume) {
  const std::int64_t disk = to_gib(needs.ephemeral_mib);
  const auto fitting = [&](auto has_disk) {
    std::vector<const Flavor*> out;
    for (const Flavor& flavor : flavors)
      if (!flavor.is_disabled && flavor.vcpus >= needs.cpu && flavor.ram_mib >= needs.ram_mib &&
          has_disk(flavor))
        out.push_back(&flavor);
    return smallest(out);
  };
  const auto shares_the_root_disk = [](const Flavor& flavor) { return flavor.ephemeral_gib == 0; };
  const Flavor* chosen = nullptr;
  if (boot_from_volume) {
    chosen = fitting(shares_the_root_disk);
  } else {
    chosen = fitting([&](const Flavor& flavor) {
      return flavor.ephemeral_gib > 0 && flavor.ephemeral_gib >= disk &&
             flavor.disk_gib >= kOperatingSystemGib;
    });
    if (chosen == nullptr)
      chosen = fitting([&](const Flavor& flavor) {
        return shares_the_root_disk(flavor) && flavor.disk_gib >= disk + kOperatingSystemGib;
      });
  }
  if (chosen == nullptr) return nothing_fits(needs, flavors);
  json::Object properties{{"instance_type", chosen->name}};
  if (boot_from_volume && chosen->disk_gib < disk + kOperatingSystemGib)
    properties.set("root_disk", json::Object{{"size", disk + kOperatingSystemGib}});
  return properties;
}

}  // namespace cpi
