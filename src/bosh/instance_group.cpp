#include "bosh/instance_group.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "bosh/codes.h"
#include "bosh/jobs.h"

namespace bosh {
namespace {

constexpr std::size_t kMostStaticAddresses = 4096;
constexpr std::int64_t kMostInstances = 1000;

void merge_deep(json::Object& into, const json::Object& from) {
  for (const auto& [key, value] : from) {
    json::Value& there = into[key];
    if (there.as_object() != nullptr && value.as_object() != nullptr)
      merge_deep(*there.as_object(), *value.as_object());
    else
      there = value;
  }
}

class GroupReader {
 public:
  GroupReader(const yaml::Node& node, const GroupContext& context, Report& report)
      : fields_(node, name_of(node), report), context_(context), report_(report) {}

  InstanceGroup read() {
    if (!fields_.is_map()) return std::move(group_);
    group_.name = fields_.text("name");
    group_.mark = fields_.mark("name");
    read_lifecycle();
    read_jobs();
    refuse_disks();
    read_stemcell();
    read_vm();
    group_.env = fields_.object("env");
    group_.tags = fields_.object("tags");
    check_update(fields_, false, report_);
    read_instances();
    read_azs();
    read_networks();
    check_zone_coverage();
    for (const std::string_view key : {"migrated_from", "state", "instance_states"})
      fields_.unsupported(key);
    fields_.check_spelling();
    return std::move(group_);
  }

 private:
  static std::string name_of(const yaml::Node& node) {
    const yaml::Node* name = node.find("name");
    const auto text = name == nullptr ? std::nullopt : name->scalar_text();
    return text ? fmt::format("instance group \"{}\"", *text) : "an instance group";
  }

  void read_lifecycle() {
    const std::string lifecycle = fields_.optional_text("lifecycle").value_or("service");
    if (lifecycle == "errand")
      report_.unsupported(fields_.mark("lifecycle"), "an errand");
    else if (lifecycle != "service")
      report_.error(fields_.mark("lifecycle"), code::kJobInvalidLifecycle,
                    fmt::format("\"{}\" is no lifecycle", lifecycle),
                    "there are service and errand");
  }

  void read_jobs() {
    for (const std::string_view key : {"template", "templates"})
      fields_.refuse(key, code::kV1DeprecatedTemplate, "is now called \"jobs\"");
    const yaml::Node* group_properties = fields_.find("properties");
    for (const yaml::Node& node : fields_.required_list("jobs")) {
      Fields fields(node, fmt::format("a job of {}", name_of_group()), report_);
      Job job{.name = fields.text("name"),
              .release = fields.text("release"),
              .properties = fields.object("properties"),
              .mark = fields.mark("name"),
              .properties_node = {}};
      if (const yaml::Node* own = fields.find("properties"))
        job.properties_node = *own;
      else
        inherit_properties(job, group_properties);
      for (const std::string_view key : {"consumes", "provides", "custom_provider_definitions"})
        check_links(fields, key);
      fields.check_spelling();
      if (fields.is_map()) check_job(job, fields);
      group_.jobs.push_back(std::move(job));
    }
  }

  // The properties of the group over those of the manifest, key by key at every level.
  void inherit_properties(Job& job, const yaml::Node* group_properties) {
    for (const yaml::Node* node : {context_.global_properties, group_properties})
      if (node != nullptr && node->as_map() != nullptr) {
        merge_deep(job.properties, *yaml::to_json(*node).as_object());
        job.properties_node = *node;
      }
  }

  // Giving a link away under a name changes nothing for the jobs known here; taking one does.
  void check_links(Fields& fields, std::string_view key) {
    const yaml::Node* links = fields.find(key);
    if (links == nullptr || key == "provides") return;
    if ((links->as_map() != nullptr && !links->as_map()->empty()) ||
        (links->as_list() != nullptr && !links->as_list()->empty()))
      fields.unsupported(key);
  }

  void check_job(const Job& job, Fields& fields) {
    if (!job.release.empty() &&
        std::ranges::find(context_.releases, job.release) == context_.releases.end())
      report_.error(fields.mark("release"), code::kInstanceGroupUnknownRelease,
                    fmt::format("the job \"{}\" is of release \"{}\", which the manifest does not "
                                "list",
                                job.name, job.release));
    if (std::ranges::find(group_.jobs, job.name, &Job::name) != group_.jobs.end())
      report_.error(job.mark, code::kInstanceGroupInvalidJobs,
                    fmt::format("the job \"{}\" stands twice in {}", job.name, name_of_group()));
    check_job_properties(job, report_);
  }

  void refuse_disks() {
    for (const std::string_view key :
         {"persistent_disk", "persistent_disk_type", "persistent_disks"}) {
      const yaml::Node* node = fields_.find(key);
      const bool is_none = node != nullptr && node->as_integer() != nullptr &&
                           *node->as_integer() == 0;  // 0 is the Director's way to say none
      if (!is_none) fields_.unsupported(key);
    }
    fields_.refuse("persistent_disk_pool", code::kV1DeprecatedDiskPools,
                   "is of the first manifest version");
    fields_.refuse("resource_pool", code::kV1DeprecatedResourcePool,
                   "is of the first manifest version");
  }

  void read_stemcell() {
    group_.stemcell = fields_.text("stemcell");
    if (!group_.stemcell.empty() && std::ranges::find(context_.stemcells, group_.stemcell,
                                                      &Stemcell::alias) == context_.stemcells.end())
      report_.error(fields_.mark("stemcell"), code::kInstanceGroupUnknownStemcell,
                    fmt::format("{} uses the stemcell \"{}\", which the manifest does not list",
                                name_of_group(), group_.stemcell));
  }

  void read_vm() {
    const CloudConfig& config = context_.cloud_config;
    fields_.unsupported("vm_resources");
    if (fields_.find("vm_type") == nullptr && fields_.find("vm_resources") == nullptr)
      report_.error(group_.mark, code::kInstanceGroupBadVmConfiguration,
                    fmt::format("{} needs a \"vm_type\"", name_of_group()));
    group_.vm_type = fields_.optional_text("vm_type").value_or("");
    if (!group_.vm_type.empty() && find(config.vm_types, group_.vm_type) == nullptr)
      unknown("vm_type", fields_.mark("vm_type"), code::kInstanceGroupUnknownVmType, "VM type",
              group_.vm_type, config.vm_types);
    for (const auto& word : fields_.words("vm_extensions").value_or(std::vector<Fields::Word>{})) {
      if (find(config.vm_extensions, word.text) == nullptr) {
        // The Director has no code of its own for this one.
        unknown("vm_extension", word.mark, Code{"", 100}, "VM extension", word.text,
                config.vm_extensions);
        continue;
      }
      group_.vm_extensions.push_back(word.text);
    }
  }

  void unknown(std::string_view word, const yaml::Mark& mark, const Code& code,
               std::string_view what, const std::string& name,
               const std::vector<Properties>& known) {
    std::vector<std::string_view> names;
    names.reserve(known.size());
    for (const Properties& item : known) names.push_back(item.name);
    const std::string_view near = text::nearest(name, names);
    report_.error(mark, code,
                  fmt::format("the {} '{}' has not been configured in cloud-config", word, name),
                  near.empty() ? fmt::format("a {} is an entry of \"{}s\" there", what, word)
                               : fmt::format("did you mean \"{}\"?", near));
  }

  void read_instances() {
    group_.instances = fields_.integer("instances", 0);
    if (group_.instances <= kMostInstances) return;
    report_.unsupported(fields_.mark("instances"),
                        fmt::format("more than {} instances of a group", kMostInstances));
    group_.instances = 0;
  }

  void read_azs() {
    const yaml::Node* node = fields_.find("azs");
    if (node == nullptr) return;
    if (node->as_list() != nullptr && node->as_list()->empty())
      report_.error(node->mark(), code::kJobMissingAvailabilityZones,
                    fmt::format("\"azs\" of {} is empty", name_of_group()));
    for (const yaml::Node& item : fields_.list("azs")) {
      const std::string* name = item.as_text();
      if (name == nullptr)
        report_.error(item.mark(), code::kJobInvalidAvailabilityZone,
                      fmt::format("an availability zone of {} is a {}, not a text", name_of_group(),
                                  item.type_name()));
      else if (find(context_.cloud_config.azs, *name) == nullptr)
        report_.error(
            item.mark(), code::kJobUnknownAvailabilityZone,
            fmt::format("the availability zone \"{}\" is not in the cloud-config", *name));
      else if (std::ranges::find(group_.azs, *name) == group_.azs.end())
        group_.azs.push_back(*name);
    }
  }

  void read_networks() {
    for (const yaml::Node& node : fields_.required_list("networks"))
      group_.networks.push_back(read_network(node));
    if (group_.networks.empty()) {
      if (fields_.find("networks") != nullptr)
        report_.error(fields_.mark("networks"), code::kJobMissingNetwork,
                      fmt::format("{} has no network", name_of_group()));
      return;
    }
    if (group_.networks.size() == 1)
      for (const char* key : {"dns", "gateway"}) add_default(group_.networks[0], key);
    for (const std::string_view key : {"dns", "gateway"}) check_default(key);
    for (GroupNetwork& network : group_.networks) std::ranges::sort(network.defaults);
  }

  GroupNetwork read_network(const yaml::Node& node) {
    Fields fields(node, fmt::format("a network of {}", name_of_group()), report_);
    GroupNetwork network{
        .name = fields.text("name"), .static_ips = {}, .defaults = {}, .mark = fields.mark("name")};
    const Network* known = find(context_.cloud_config.networks, network.name);
    if (known == nullptr && !network.name.empty())
      report_.error(network.mark, code::kJobUnknownNetwork,
                    fmt::format("{} uses the network \"{}\", which is not in the cloud-config",
                                name_of_group(), network.name));
    read_static(fields, network, known);
    for (const auto& word : fields.words("default").value_or(std::vector<Fields::Word>{})) {
      if (word.text == "dns" || word.text == "gateway" || word.text == "addressable")
        add_default(network, word.text);
      else
        report_.error(word.mark, code::kJobNetworkInvalidDefault,
                      fmt::format("a network cannot be the default for \"{}\"", word.text),
                      "there are dns, gateway and addressable");
    }
    fields.unsupported("nic_group");
    fields.check_spelling();
    return network;
  }

  static void add_default(GroupNetwork& network, const std::string& key) {
    if (std::ranges::find(network.defaults, key) == network.defaults.end())
      network.defaults.push_back(key);
  }

  void read_static(Fields& fields, GroupNetwork& network, const Network* known) {
    const auto words = fields.words("static_ips");
    if (!words) return;
    const yaml::Mark mark = fields.mark("static_ips");
    if (known != nullptr && known->type == NetworkType::Dynamic) {
      report_.error(
          mark, code::kJobStaticIPNotSupportedOnDynamicNetwork,
          fmt::format("the dynamic network \"{}\" has no static addresses", network.name));
      return;
    }
    std::set<net::IpAddress> seen;
    for (const auto& word : *words) {
      const auto range = parse_range(word.text);
      const auto addresses =
          range ? expand(*range, kMostStaticAddresses) : std::unexpected(range.error());
      if (!addresses) {
        report_.error(word.mark, code::kNetworkInvalidIpRangeFormat, addresses.error().what,
                      addresses.error().hint);
        continue;
      }
      for (const net::IpAddress& address : *addresses) {
        if (!seen.insert(address).second)
          report_.error(word.mark, code::kJobInvalidStaticIPs,
                        fmt::format("{} is listed twice", to_string(address)));
        network.static_ips.push_back(address);
      }
    }
    if (network.static_ips.size() != static_cast<std::size_t>(group_.instances))
      report_.error(
          mark, code::kInstanceGroupNetworkInstanceIpMismatch,
          fmt::format("{} has {} instances and {} static addresses in network \"{}\"",
                      name_of_group(), group_.instances, network.static_ips.size(), network.name));
  }

  void check_default(std::string_view key) {
    const auto count = std::ranges::count_if(group_.networks, [&](const GroupNetwork& network) {
      return std::ranges::find(network.defaults, key) != network.defaults.end();
    });
    if (count > 1)
      report_.error(
          group_.networks[0].mark, code::kJobNetworkMultipleDefaults,
          fmt::format("{} has more than one default network for {}", name_of_group(), key));
    if (count == 0)
      report_.error(group_.networks[0].mark, code::kJobNetworkMissingDefault,
                    fmt::format("{} has several networks and none is the default for {}",
                                name_of_group(), key),
                    fmt::format("give one of them default: [{}]", key));
  }

  // Every manual network must have a subnet in every zone of the group.
  void check_zone_coverage() {
    for (const GroupNetwork& used : group_.networks) {
      const Network* network = find(context_.cloud_config.networks, used.name);
      if (network == nullptr || network->type != NetworkType::Manual || network->subnets.empty())
        continue;
      const bool has_zones = !network->subnets[0].azs.empty();
      if (has_zones && group_.azs.empty()) {
        report_.error(used.mark, code::kJobInvalidAvailabilityZone,
                      fmt::format("the subnets of network \"{}\" have availability zones and {} "
                                  "has none",
                                  used.name, name_of_group()),
                      "add \"azs\" to the instance group");
        continue;
      }
      for (const std::string& az : group_.azs)
        if (std::ranges::none_of(network->subnets, [&](const Subnet& subnet) {
              return std::ranges::find(subnet.azs, az) != subnet.azs.end();
            }))
          report_.error(used.mark, code::kJobNetworkMissingRequiredAvailabilityZone,
                        fmt::format("network \"{}\" has no subnet in the availability zone \"{}\"",
                                    used.name, az));
    }
  }

  std::string name_of_group() const { return fmt::format("instance group \"{}\"", group_.name); }

  Fields fields_;
  const GroupContext& context_;
  Report& report_;
  InstanceGroup group_;
};

}  // namespace

InstanceGroup read_instance_group(const yaml::Node& node, const GroupContext& context,
                                  Report& report) {
  return GroupReader(node, context, report).read();
}

}  // namespace bosh
