// holdfast plan and holdfast deploy: the same files, the second one does it.
#include <fmt/format.h>

#include <algorithm>

#include "cli/deployment.h"

namespace cli {
namespace {

constexpr std::string_view kFooter = R"(Files:
  MANIFEST and the cloud-config are those of a BOSH Director, version 2. A light stemcell is a
  folder with a stemcell.MF, the file itself, or the .tgz; a Director would have it uploaded
  earlier (bosh upload-stemcell), here it is uploaded when it is first used.

Example:
  holdfast plan manifest.yml --cloud-config cloud-config.yml -v net_id=2f0e1c… \
    --stemcell light-stemcell -v image_id=77aa… )";

struct Asked {
  deploy::Files files;
  std::string state;
  bool as_json = false;
  CpiChoice cpi;
};

std::optional<int> parse(Asked& asked, std::string_view program, std::string_view about,
                         const Arguments& arguments) {
  Options options(program, about);
  options.argument("MANIFEST", asked.files.manifest, "the deployment manifest");
  options.value("--cloud-config", asked.files.cloud_config, "FILE", "the cloud-config");
  options.required("--cloud-config");
  options.values("-v,--var", asked.files.variables, "NAME=VALUE",
                 "a value for ((NAME)); repeatable");
  options.values("-l,--vars-file", asked.files.variable_files, "FILE",
                 "a YAML file of values; repeatable");
  options.values("-o,--ops-file", asked.files.ops_files, "OPSFILE",
                 "changes to the manifest; repeatable");
  options.value("--stemcell", asked.files.stemcell, "PATH", "a light stemcell to upload");
  options.value("--state", asked.state, "FILE",
                "what exists is kept here; MANIFEST-state.json unless given");
  options.flag("--json", asked.as_json, "for programs");
  asked.cpi.declare(options);
  options.footer(kFooter);
  return options.parse(arguments);
}

std::string_view verb(bosh::Step::Kind kind) {
  switch (kind) {
    case bosh::Step::Kind::Create:
      return "create";
    case bosh::Step::Kind::Recreate:
      return "recreate";
    case bosh::Step::Kind::Delete:
      return "delete";
  }
  return "";
}

Style style(bosh::Step::Kind kind) {
  switch (kind) {
    case bosh::Step::Kind::Create:
      return Style::Green;
    case bosh::Step::Kind::Recreate:
      return Style::Yellow;
    case bosh::Step::Kind::Delete:
      return Style::Red;
  }
  return Style::Plain;
}

std::string addresses(const bosh::Instance& instance) {
  std::vector<std::string> out;
  out.reserve(instance.addresses.size());
  for (const auto& reservation : instance.addresses) out.push_back(to_string(reservation.address));
  return fmt::format("{}", fmt::join(out, ", "));
}

std::string summary(const bosh::Plan& plan) {
  const auto count = [&](bosh::Step::Kind kind) {
    return std::ranges::count(plan.steps, kind, &bosh::Step::kind);
  };
  return fmt::format("{}: {} to create, {} to recreate, {} to delete, {} unchanged",
                     plan.deployment, count(bosh::Step::Kind::Create),
                     count(bosh::Step::Kind::Recreate), count(bosh::Step::Kind::Delete),
                     plan.unchanged.size());
}

void show_steps(const bosh::Plan& plan) {
  fmt::print("{}\n", paint(Style::Bold, summary(plan)));
  if (plan.steps.empty()) return;
  Table table({"INSTANCE", "STEP", "AZ", "ADDRESS", "WHY"});
  for (const bosh::Step& step : plan.steps)
    table.row({step.instance.name(), paint(style(step.kind), verb(step.kind)),
               step.instance.az.empty() ? "-" : step.instance.az, addresses(step.instance),
               step.why});
  fmt::print("\n{}", table.render());
}

void show_calls(const std::vector<deploy::PlannedCall>& calls) {
  if (calls.empty()) return;
  fmt::print("\n{}\n", paint(Style::Bold, "Calls of the CPI, each after an info:"));
  for (std::size_t i = 0; i < calls.size(); ++i)
    fmt::print("\n{}. {} {}\n{}\n", i + 1, paint(Style::Cyan, calls[i].call.method),
               calls[i].subject, json::dump_pretty(calls[i].call.arguments));
}

json::Value as_json(const bosh::Plan& plan, const std::vector<deploy::PlannedCall>& calls,
                    const bosh::Report& report) {
  json::Array steps;
  for (const bosh::Step& step : plan.steps)
    steps.push_back(json::Object{{"instance", step.instance.name()},
                                 {"step", verb(step.kind)},
                                 {"az", step.instance.az},
                                 {"why", step.why}});
  json::Array listed;
  for (const auto& [subject, call] : calls)
    listed.push_back(json::Object{
        {"instance", subject}, {"method", call.method}, {"arguments", call.arguments}});
  json::Array warnings;
  for (const auto& diagnostic : report.list())
    warnings.push_back(json::Object{{"place", text::to_string(diagnostic.place)},
                                    {"what", diagnostic.what},
                                    {"hint", diagnostic.hint}});
  return json::Object{{"deployment", plan.deployment},
                      {"steps", std::move(steps)},
                      {"unchanged", plan.unchanged.size()},
                      {"calls", std::move(listed)},
                      {"warnings", std::move(warnings)}};
}

int show_plan(const Asked& asked) {
  bosh::Report report;
  const auto documents = deploy::load(asked.files, report);
  auto state = deploy::StateFile::read(asked.state);
  if (!state && state.error().kind != base::Kind::NotFound) {
    complain(state.error());
    return kFailed;
  }
  const deploy::Options options;
  bosh::Plan plan;
  if (!report.failed())
    plan = deploy::make_plan(documents, state.value_or(deploy::State{}), options, report);
  if (!show(report)) return kFailed;
  const auto calls = deploy::planned_calls(plan, options.director_name);
  if (asked.as_json) {
    fmt::print("{}\n", json::dump_pretty(as_json(plan, calls, report)));
    return 0;
  }
  show_steps(plan);
  show_calls(calls);
  return 0;
}

int do_plan(const Asked& asked) {
  bosh::Report report;
  const auto documents = deploy::load(asked.files, report);
  if (report.failed()) {
    show(report);
    return kFailed;
  }
  auto options = asked.cpi.choose();
  auto file = deploy::StateFile::open(asked.state);
  if (!options || !file) {
    complain(options ? file.error() : options.error());
    return kFailed;
  }
  const auto plan = deploy::make_plan(documents, file->state, *options, report);
  if (!show(report)) return kFailed;
  if (!asked.as_json) show_steps(plan);
  const int status =
      carry_out(plan, *file, *options, asked.as_json ? Telling::Nothing : Telling::Account);
  if (asked.as_json)
    fmt::print("{}\n", json::dump_pretty(as_json(
                           plan, deploy::planned_calls(plan, options->director_name), report)));
  return status;
}

}  // namespace

int plan(const Arguments& arguments) {
  Asked asked;
  if (const auto status = parse(
          asked, "holdfast plan",
          "Shows what `holdfast deploy` would call, and what would go wrong. Changes nothing.",
          arguments))
    return *status;
  if (asked.state.empty()) asked.state = deploy::default_state_path(asked.files.manifest);
  return show_plan(asked);
}

int deploy(const Arguments& arguments) {
  Asked asked;
  if (const auto status =
          parse(asked, "holdfast deploy",
                "Creates or updates the VMs of a BOSH manifest through a CPI. Deploying the same "
                "files again changes nothing.",
                arguments))
    return *status;
  if (asked.state.empty()) asked.state = deploy::default_state_path(asked.files.manifest);
  return do_plan(asked);
}

}  // namespace cli
