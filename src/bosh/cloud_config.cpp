#include "bosh/cloud_config.h"

#include <fmt/format.h>

#include <algorithm>

#include "bosh/codes.h"
#include "bosh/fields.h"
#include "bosh/networks.h"

namespace bosh {
namespace {

std::vector<Properties> read_properties(const yaml::List& list, std::string_view what,
                                        const Code& duplicate, Report& report) {
  std::vector<Properties> out;
  for (const yaml::Node& node : list) {
    Fields fields(node, fmt::format("{} {}", what.starts_with('a') ? "an" : "a", what), report);
    Properties item{.name = fields.text("name"),
                    .cloud_properties = fields.object("cloud_properties"),
                    .mark = fields.mark("name")};
    fields.unsupported("cpi");  // of an availability zone: a CPI of its own
    fields.check_spelling();
    if (find(out, item.name) != nullptr && !item.name.empty())
      report.error(item.mark, duplicate,
                   fmt::format("the {} \"{}\" is defined twice", what, item.name));
    out.push_back(std::move(item));
  }
  return out;
}

// Disk types are checked, though no instance group can use one yet.
void check_disk_types(const yaml::List& list, Report& report) {
  std::vector<std::string> names;
  for (const yaml::Node& node : list) {
    Fields fields(node, "a disk type", report);
    const std::string name = fields.text("name");
    const yaml::Node* size = fields.find("disk_size");
    if (size == nullptr || size->as_integer() == nullptr)
      fields.integer("disk_size", 0);
    else if (*size->as_integer() < 0)
      report.error(size->mark(), code::kDiskTypeInvalidDiskSize,
                   fmt::format("the size of disk type \"{}\" is negative", name));
    fields.object("cloud_properties");
    if (std::ranges::find(names, name) != names.end())
      report.error(fields.mark("name"), code::kDeploymentDuplicateDiskTypeName,
                   fmt::format("the disk type \"{}\" is defined twice", name));
    names.push_back(name);
  }
}

void check_compilation_zone(Fields& fields, const CloudConfig& config, const Network* network,
                            Report& report) {
  const auto az = fields.optional_text("az");
  if (!az) return;
  if (find(config.azs, *az) == nullptr) {
    report.error(fields.mark("az"), code::kCompilationConfigInvalidAvailabilityZone,
                 fmt::format("compilation uses the unknown availability zone \"{}\"", *az));
    return;
  }
  if (network != nullptr && !network->subnets.empty() &&
      std::ranges::none_of(network->subnets, [&](const Subnet& subnet) {
        return std::ranges::find(subnet.azs, *az) != subnet.azs.end();
      }))
    report.error(fields.mark("az"), code::kJobNetworkMissingRequiredAvailabilityZone,
                 fmt::format("the compilation network \"{}\" has no subnet in the zone \"{}\"",
                             network->name, *az));
}

// Nothing is compiled here, but a Director insists on this section, and the files are its files.
void check_compilation(const yaml::Node& node, const CloudConfig& config, Report& report) {
  Fields fields(node, "compilation", report);
  if (!fields.is_map()) return;
  fields.integer("workers", 1);
  const std::string name = fields.text("network");
  const Network* network = find(config.networks, name);
  if (network == nullptr && !name.empty())
    report.error(fields.mark("network"), code::kCompilationConfigUnknownNetwork,
                 fmt::format("compilation uses the unknown network \"{}\"", name));
  check_compilation_zone(fields, config, network, report);
  fields.boolean("reuse_compilation_vms", false);
  fields.boolean("orphan_workers", false);
  fields.object("cloud_properties");
  fields.object("env");
  const auto vm_type = fields.optional_text("vm_type");
  if (vm_type && find(config.vm_types, *vm_type) == nullptr)
    report.error(fields.mark("vm_type"), code::kCompilationConfigInvalidVmType,
                 fmt::format("compilation uses the unknown VM type \"{}\"", *vm_type));
  for (const auto& extension : fields.words("vm_extensions").value_or(std::vector<Fields::Word>{}))
    if (find(config.vm_extensions, extension.text) == nullptr)
      report.error(extension.mark, code::kCompilationConfigInvalidVmExtension,
                   fmt::format("compilation uses the unknown VM extension \"{}\"", extension.text));
  fields.check_spelling({"vm_resources"});
}

}  // namespace

const Properties* find(const std::vector<Properties>& list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &Properties::name);
  return found == list.end() ? nullptr : &*found;
}

const Network* find(const std::vector<Network>& list, std::string_view name) {
  const auto found = std::ranges::find(list, name, &Network::name);
  return found == list.end() ? nullptr : &*found;
}

std::string canonical(std::string_view name) {
  std::string out;
  for (const char c : name) {
    if (c >= 'A' && c <= 'Z') out += static_cast<char>(c - 'A' + 'a');
    if (c == '_' || c == '-') out += '-';
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

CloudConfig read_cloud_config(const yaml::Node& root, Report& report) {
  CloudConfig config;
  Fields fields(root, "the cloud-config", report);
  if (!fields.is_map()) return config;
  config.azs = read_properties(fields.list("azs"), "availability zone",
                               code::kDeploymentDuplicateAvailabilityZoneName, report);
  config.networks = read_networks(fields, config.azs, report);
  config.vm_types = read_properties(fields.list("vm_types"), "VM type",
                                    code::kDeploymentDuplicateVmTypeName, report);
  config.vm_extensions = read_properties(fields.list("vm_extensions"), "VM extension",
                                         code::kDeploymentDuplicateVmExtensionName, report);
  check_disk_types(fields.list("disk_types"), report);
  if (const yaml::Node* compilation = fields.find("compilation"))
    check_compilation(*compilation, config, report);
  else
    report.error(root.mark(), code::kValidationMissingField,
                 "the cloud-config needs the key \"compilation\", a map",
                 "holdfast compiles nothing, but a BOSH Director refuses the file without it");
  fields.check_spelling();
  return config;
}

}  // namespace bosh
