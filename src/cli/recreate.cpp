// holdfast recreate and holdfast delete-deployment: what needs the state file alone.
#include <fmt/format.h>

#include "cli/deployment.h"

namespace cli {
namespace {

struct Asked {
  std::string state;
  CpiChoice cpi;
};

struct Opened {
  deploy::StateFile file;
  deploy::Options options;
};

base::Result<Opened> open(const Asked& asked) {
  auto options = asked.cpi.choose();
  if (!options) return std::unexpected(options.error());
  const auto path = find_state(asked.state);
  if (!path) return std::unexpected(path.error());
  // Opening makes what is not there; a wrong name must not.
  if (const auto there = deploy::StateFile::read(*path); !there)
    return std::unexpected(there.error());
  auto file = deploy::StateFile::open(*path);
  if (!file) return std::unexpected(file.error());
  return Opened{std::move(*file), std::move(*options)};
}

void declare(Options& options, Asked& asked) {
  options.value("--state", asked.state, "FILE", "the state file; the only one here unless given");
  asked.cpi.declare(options);
}

}  // namespace

int recreate(const Arguments& arguments) {
  Asked asked;
  std::string name;
  Options options("holdfast recreate",
                  "Deletes and creates VMs again, one after the other, as they were deployed: same "
                  "addresses, same properties. A VM that is gone already is only created.");
  options.optional_argument("INSTANCE", name, "web/0, or a whole group: web; all unless given");
  declare(options, asked);
  if (const auto status = options.parse(arguments)) return *status;
  auto opened = open(asked);
  if (!opened) {
    complain(opened.error());
    return kFailed;
  }
  const deploy::State& state = opened->file.state;
  const auto plan = bosh::plan_recreate(state.deployment, deploy::situation(state), name);
  if (plan.steps.empty()) {
    complain({base::Kind::NotFound,
              name.empty() ? "the deployment has no instances"
                           : fmt::format("no instance is called \"{}\"", name),
              "`holdfast instances` lists them"});
    return kFailed;
  }
  return carry_out(plan, opened->file, opened->options);
}

int delete_deployment(const Arguments& arguments) {
  Asked asked;
  Options options("holdfast delete-deployment",
                  "Deletes all VMs of a deployment, and its state file. Stemcells and the reserved "
                  "address stay.");
  declare(options, asked);
  if (const auto status = options.parse(arguments)) return *status;
  auto opened = open(asked);
  if (!opened) {
    complain(opened.error());
    return kFailed;
  }
  const deploy::State& state = opened->file.state;
  const auto plan = bosh::plan_delete(state.deployment, deploy::situation(state));
  if (const int status = carry_out(plan, opened->file, opened->options); status != 0) return status;
  if (auto removed = opened->file.remove(); !removed) {
    complain(removed.error());
    return kFailed;
  }
  return 0;
}

}  // namespace cli
