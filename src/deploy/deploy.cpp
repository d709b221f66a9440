#include "deploy/deploy.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <ctime>

#include "bosh/calls.h"
#include "deploy/runner.h"

namespace deploy {
namespace {

constexpr std::string_view kAgentId = "<new uuid>";
constexpr std::string_view kNow = "<now>";

const bosh::UploadedStemcell* stemcell_of(const bosh::Plan& plan, const bosh::Instance& instance) {
  const auto fits = [&](const bosh::UploadedStemcell& stemcell) {
    return stemcell.name == instance.stemcell_name && stemcell.version == instance.stemcell_version;
  };
  if (plan.stemcell && fits(*plan.stemcell)) return &*plan.stemcell;
  const auto found = std::ranges::find_if(plan.stemcells, fits);
  return found == plan.stemcells.end() ? nullptr : &*found;
}

void plan_creation(const bosh::Plan& plan, const bosh::Instance& instance,
                   const std::string& director, std::vector<PlannedCall>& out) {
  const bosh::UploadedStemcell* stemcell = stemcell_of(plan, instance);
  const bool is_known = stemcell != nullptr && !stemcell->cid.empty();
  const std::string cid = is_known ? stemcell->cid : "<cid of the stemcell>";
  const std::string vm = "<cid of the new VM>";
  out.push_back({instance.name(),
                 {.method = "create_vm",
                  .arguments = bosh::create_vm_arguments(instance, std::string(kAgentId), cid),
                  .stemcell_api_version = stemcell == nullptr ? 0 : stemcell->api_version}});
  out.push_back({instance.name(),
                 {.method = "set_vm_metadata",
                  .arguments = {vm, bosh::vm_metadata(instance, plan.deployment, director,
                                                      std::string(kNow))}}});
  out.push_back({instance.name(), {.method = "has_vm", .arguments = {vm}}});
}

}  // namespace

bosh::Situation situation(const State& state) {
  return {.deployed = state.instances,
          .stemcells = state.stemcells,
          .offered = std::nullopt,
          .new_id = new_uuid};
}

bosh::Plan make_plan(const Documents& documents, const State& state, const Options& options,
                     bosh::Report& report) {
  if (!state.deployment.empty() && state.deployment != documents.manifest.name)
    report.error(yaml::Mark{.source = nullptr, .line = 0},
                 fmt::format("the state file is of the deployment \"{}\", the manifest of \"{}\"",
                             state.deployment, documents.manifest.name),
                 "give each deployment a state file of its own with --state");
  return bosh::make_plan(documents.manifest, documents.cloud_config,
                         {.director_name = options.director_name,
                          .deployed = state.instances,
                          .stemcells = state.stemcells,
                          .offered = documents.stemcell,
                          .new_id = new_uuid},
                         report);
}

base::Result<> run(const bosh::Plan& plan, StateFile& file, const Options& options,
                   const OnEvent& on_event) {
  // io::run() switches this off and on around each child, which is not for several threads.
  std::signal(SIGPIPE, SIG_IGN);
  return Runner(plan, file, options, on_event).run();
}

std::vector<PlannedCall> planned_calls(const bosh::Plan& plan, const std::string& director_name) {
  std::vector<PlannedCall> out;
  if (plan.stemcell) out.push_back({"stemcell", stemcell_call(*plan.stemcell)});
  for (const bosh::Step& step : plan.steps) {
    if (!step.vm_cid.empty())
      out.push_back({step.instance.name(), {.method = "delete_vm", .arguments = {step.vm_cid}}});
    if (step.kind != bosh::Step::Kind::Delete)
      plan_creation(plan, step.instance, director_name, out);
  }
  return out;
}

}  // namespace deploy
