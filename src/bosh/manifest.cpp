#include "bosh/manifest.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "bosh/codes.h"
#include "bosh/fields.h"
#include "bosh/instance_group.h"

namespace bosh {
namespace {

void refuse_cloud_keys(Fields& fields) {
  constexpr std::string_view kElsewhere = "belongs in the cloud-config";
  for (const std::string_view key : {"vm_types", "azs", "disk_types", "compilation"})
    fields.refuse(key, code::kDeploymentInvalidProperty, kElsewhere);
  fields.refuse("networks", code::kV1DeprecatedNetworks, kElsewhere);
  fields.refuse("disk_pools", code::kV1DeprecatedDiskPools, "is of the first manifest version");
  fields.refuse("jobs", code::kV1DeprecatedJob, "is now called \"instance_groups\"");
  fields.refuse("resource_pools", code::kV1DeprecatedResourcePools,
                "is of the first manifest version");
}

std::vector<std::string> read_releases(Fields& manifest, Report& report) {
  std::vector<std::string> names;
  if (manifest.find("release") != nullptr && manifest.find("releases") != nullptr)
    report.error(manifest.mark("release"), code::kDeploymentAmbiguousReleaseSpec,
                 "a manifest has either \"release\" or \"releases\"");
  for (const yaml::Node& node : manifest.required_list("releases")) {
    Fields fields(node, "a release", report);
    const std::string name = fields.text("name");
    fields.text("version");
    fields.check_spelling({"url", "sha1", "stemcell", "exported_from"});
    if (std::ranges::find(names, name) != names.end() && !name.empty())
      report.error(fields.mark("name"), code::kDeploymentDuplicateReleaseName,
                   fmt::format("the release \"{}\" is listed twice", name));
    names.push_back(name);
  }
  return names;
}

std::vector<Stemcell> read_stemcells(Fields& manifest, Report& report) {
  std::vector<Stemcell> stemcells;
  for (const yaml::Node& node : manifest.list("stemcells")) {
    Fields fields(node, "a stemcell", report);
    Stemcell stemcell{.alias = fields.text("alias"),
                      .os = fields.optional_text("os").value_or(""),
                      .name = fields.optional_text("name").value_or(""),
                      .version = fields.text("version"),
                      .mark = fields.mark("alias")};
    fields.check_spelling();
    if (fields.is_map() && stemcell.os.empty() && stemcell.name.empty())
      report.error(
          stemcell.mark, code::kValidationMissingField,
          fmt::format("the stemcell \"{}\" needs an \"os\" or a \"name\"", stemcell.alias));
    if (std::ranges::find(stemcells, stemcell.alias, &Stemcell::alias) != stemcells.end())
      report.error(stemcell.mark, code::kStemcellAliasAlreadyExists,
                   fmt::format("the stemcell alias \"{}\" is defined twice", stemcell.alias));
    stemcells.push_back(std::move(stemcell));
  }
  if (stemcells.empty() && manifest.is_map())
    report.error(manifest.mark("stemcells"), code::kDeploymentInvalidResourceSpecification,
                 "the manifest lists no stemcell");
  return stemcells;
}

void check_variables(Fields& manifest, Report& report) {
  for (const yaml::Node& node : manifest.list("variables")) {
    if (node.as_map() == nullptr || node.find("name") == nullptr || node.find("type") == nullptr) {
      report.error(node.mark(), code::kVariablesInvalidFormat,
                   "an entry of \"variables\" is a map with a \"name\" and a \"type\"");
      continue;
    }
    // Interpolation has already failed if one was used and not given; an unused one is harmless.
  }
}

void refuse_what_changes_meaning(Fields& fields, Report& report) {
  if (!fields.list("addons").empty()) fields.unsupported("addons");
  if (const yaml::Node* features = fields.find("features"); features != nullptr) {
    const yaml::Node* randomize = features->find("randomize_az_placement");
    if (randomize != nullptr && randomize->as_bool() != nullptr && *randomize->as_bool())
      report.unsupported(randomize->mark(), "\"randomize_az_placement\" of features");
  }
}

}  // namespace

Manifest read_manifest(const yaml::Node& root, const CloudConfig& cloud_config, Report& report) {
  Manifest manifest;
  if (root.as_map() == nullptr || root.as_map()->empty()) {
    report.error(root.mark(), code::kBadManifest, "the manifest is empty or no map");
    return manifest;
  }
  Fields fields(root, "the manifest", report);
  refuse_cloud_keys(fields);
  manifest.name = fields.text("name");
  const auto releases = read_releases(fields, report);
  manifest.stemcells = read_stemcells(fields, report);
  check_update(fields, true, report);
  check_variables(fields, report);
  manifest.tags = fields.object("tags");
  fields.object("properties");
  refuse_what_changes_meaning(fields, report);
  const GroupContext context{.cloud_config = cloud_config,
                             .releases = releases,
                             .stemcells = manifest.stemcells,
                             .global_properties = fields.find("properties")};
  std::set<std::string> names;
  for (const yaml::Node& node : fields.required_list("instance_groups")) {
    InstanceGroup group = read_instance_group(node, context, report);
    if (!names.insert(canonical(group.name)).second)
      report.error(group.mark, code::kDeploymentCanonicalJobNameTaken,
                   fmt::format("the instance group name \"{}\" is taken", group.name));
    manifest.groups.push_back(std::move(group));
  }
  fields.check_spelling({"director_uuid", "release"});
  return manifest;
}

}  // namespace bosh
