#include "bosh/plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/text.h"
#include "bosh/calls.h"
#include "bosh/codes.h"
#include "bosh/placement.h"

namespace bosh {
namespace {

bool is_wanted(const Stemcell& wanted, const UploadedStemcell& stemcell) {
  const bool named = wanted.os.empty() ? wanted.name == stemcell.name : wanted.os == stemcell.os;
  return named && (wanted.version == "latest" || wanted.version == stemcell.version);
}

// "1.204" above "1.99": numbers compare as numbers.
bool is_older(const UploadedStemcell& a, const UploadedStemcell& b) {
  const auto parts = [](const std::string& version) {
    std::vector<std::uint64_t> numbers;
    for (const std::string& part : base::split(version, '.'))
      numbers.push_back(base::parse_number<std::uint64_t>(part).value_or(0));
    return numbers;
  };
  return parts(a.version) < parts(b.version);
}

// The keys in which two objects differ: "allowed_address_pairs, security_groups".
std::string differences(const json::Object& before, const json::Object& after) {
  std::vector<std::string> keys;
  for (const auto& [key, value] : after)
    if (const json::Value* old = before.find(key); old == nullptr || *old != value)
      keys.push_back(key);
  for (const auto& [key, value] : before)
    if (!after.contains(key)) keys.push_back(key);
  return base::join(keys, ", ");
}

std::string reason(const Instance& before, const Instance& after) {
  std::vector<std::string> reasons;
  if (before.cloud_properties != after.cloud_properties)
    reasons.push_back(fmt::format("cloud properties changed: {}",
                                  differences(before.cloud_properties, after.cloud_properties)));
  if (before.networks != after.networks)
    reasons.push_back(
        fmt::format("networks changed: {}", differences(before.networks, after.networks)));
  if (before.env != after.env) {
    const std::string keys = differences(before.env, after.env);
    reasons.push_back(keys == "holdfast" ? "jobs changed" : "env changed: " + keys);
  }
  if (before.stemcell_name != after.stemcell_name ||
      before.stemcell_version != after.stemcell_version)
    reasons.push_back(
        fmt::format("stemcell changed: {} {}", after.stemcell_name, after.stemcell_version));
  return base::join(reasons, "; ");
}

class Planner {
 public:
  Planner(const Manifest& manifest, const CloudConfig& cloud_config, const Situation& situation,
          Report& report)
      : manifest_(manifest),
        cloud_config_(cloud_config),
        situation_(situation),
        report_(report),
        placer_(cloud_config, situation, report) {}

  Plan make() {
    plan_.deployment = manifest_.name;
    plan_.stemcells = situation_.stemcells;
    offer_stemcell();
    remove_groups();
    for (const InstanceGroup& group : manifest_.groups) plan_group(group);
    for (auto* steps : {&creations_, &recreations_})
      plan_.steps.insert(plan_.steps.end(), steps->begin(), steps->end());
    return std::move(plan_);
  }

 private:
  void offer_stemcell() {
    if (!situation_.offered) return;
    const UploadedStemcell& offered = *situation_.offered;
    const auto known = std::ranges::find_if(plan_.stemcells, [&](const UploadedStemcell& have) {
      return have.name == offered.name && have.version == offered.version &&
             have.cloud_properties == offered.cloud_properties;
    });
    if (known == plan_.stemcells.end()) plan_.stemcell = offered;
  }

  void remove_groups() {
    for (const Deployed& deployed : situation_.deployed)
      if (std::ranges::find(manifest_.groups, deployed.instance.group, &InstanceGroup::name) ==
          manifest_.groups.end())
        remove(deployed, "its instance group is no longer in the manifest");
  }

  void remove(const Deployed& deployed, std::string why) {
    plan_.steps.push_back({.kind = Step::Kind::Delete,
                           .instance = deployed.instance,
                           .vm_cid = deployed.vm_cid,
                           .why = std::move(why)});
  }

  void plan_group(const InstanceGroup& group) {
    const UploadedStemcell* stemcell = choose_stemcell(group);
    Placement placement = placer_.place(group);
    for (const Deployed& deployed : placement.obsolete)
      remove(deployed, fmt::format("the group has {} instances now", group.instances));
    for (Instance& instance : placement.instances) {
      if (stemcell != nullptr) {
        instance.stemcell_name = stemcell->name;
        instance.stemcell_version = stemcell->version;
      }
      instance.cloud_properties = merged_cloud_properties(cloud_config_, group, instance.az);
      instance.networks = network_settings(cloud_config_, group, instance);
      instance.env = vm_environment(manifest_, group, instance, situation_.director_name);
      instance.tags = manifest_.tags;
      for (const auto& [key, value] : group.tags) instance.tags.set(key, value);
      plan_instance(std::move(instance));
    }
  }

  // The newest that fits, known or offered.
  const UploadedStemcell* choose_stemcell(const InstanceGroup& group) {
    const auto wanted = std::ranges::find(manifest_.stemcells, group.stemcell, &Stemcell::alias);
    if (wanted == manifest_.stemcells.end()) return nullptr;  // reported by the reader
    const UploadedStemcell* best = nullptr;
    const auto consider = [&](const UploadedStemcell& stemcell) {
      if (is_wanted(*wanted, stemcell) && (best == nullptr || is_older(*best, stemcell)))
        best = &stemcell;
    };
    std::ranges::for_each(situation_.stemcells, consider);
    if (situation_.offered) consider(*situation_.offered);
    if (best == nullptr) report_missing(*wanted);
    return best;
  }

  void report_missing(const Stemcell& wanted) {
    const std::string& name = wanted.os.empty() ? wanted.name : wanted.os;
    std::string hint = "give the light stemcell with --stemcell PATH";
    if (situation_.offered)
      hint = fmt::format("the one given with --stemcell is {} (os {}) {}", situation_.offered->name,
                         situation_.offered->os, situation_.offered->version);
    report_.error(
        wanted.mark, code::kStemcellNotFound,
        fmt::format("no stemcell \"{}\" of version {} has been uploaded", name, wanted.version),
        std::move(hint));
  }

  void plan_instance(Instance instance) {
    const auto found = std::ranges::find_if(situation_.deployed, [&](const Deployed& deployed) {
      return deployed.instance.id == instance.id;
    });
    if (found == situation_.deployed.end() || found->vm_cid.empty()) {
      creations_.push_back(
          {.kind = Step::Kind::Create, .instance = std::move(instance), .vm_cid = {}, .why = {}});
      return;
    }
    std::string why = reason(found->instance, instance);
    if (why.empty() && !found->has_metadata) why = "the last run ended before it was complete";
    if (why.empty()) {
      plan_.unchanged.push_back(std::move(instance));
      return;
    }
    recreations_.push_back({.kind = Step::Kind::Recreate,
                            .instance = std::move(instance),
                            .vm_cid = found->vm_cid,
                            .why = std::move(why)});
  }

  const Manifest& manifest_;
  const CloudConfig& cloud_config_;
  const Situation& situation_;
  Report& report_;
  Placer placer_;
  Plan plan_;
  std::vector<Step> creations_;
  std::vector<Step> recreations_;
};

bool fits(const Instance& instance, std::string_view name) {
  return name.empty() || name == instance.group || name == instance.name() ||
         name == instance.group + "/" + instance.id;
}

}  // namespace

Plan make_plan(const Manifest& manifest, const CloudConfig& cloud_config,
               const Situation& situation, Report& report) {
  return Planner(manifest, cloud_config, situation, report).make();
}

Plan plan_recreate(const std::string& deployment, const Situation& situation,
                   std::string_view name) {
  Plan plan{.deployment = deployment,
            .stemcell = std::nullopt,
            .stemcells = situation.stemcells,
            .steps = {},
            .unchanged = {}};
  std::vector<Deployed> deployed = situation.deployed;
  std::ranges::sort(deployed, {}, [](const Deployed& d) {
    return std::tuple(d.instance.group, !d.instance.is_bootstrap, d.instance.index);
  });
  for (const Deployed& one : deployed) {
    if (!fits(one.instance, name)) {
      plan.unchanged.push_back(one.instance);
      continue;
    }
    plan.steps.push_back({.kind = one.vm_cid.empty() ? Step::Kind::Create : Step::Kind::Recreate,
                          .instance = one.instance,
                          .vm_cid = one.vm_cid,
                          .why = "asked for"});
  }
  return plan;
}

Plan plan_delete(const std::string& deployment, const Situation& situation) {
  Plan plan{.deployment = deployment,
            .stemcell = std::nullopt,
            .stemcells = situation.stemcells,
            .steps = {},
            .unchanged = {}};
  for (const Deployed& one : situation.deployed)
    plan.steps.push_back({.kind = Step::Kind::Delete,
                          .instance = one.instance,
                          .vm_cid = one.vm_cid,
                          .why = "the deployment is deleted"});
  return plan;
}

}  // namespace bosh
