// holdfast instances: what the state file knows.
#include <fmt/format.h>

#include "cli/deployment.h"

namespace cli {
namespace {

std::string condition(const bosh::Deployed& deployed) {
  if (deployed.vm_cid.empty()) return "no VM";
  return deployed.has_metadata ? "created" : "incomplete";
}

json::Value as_json(const deploy::State& state) {
  json::Array instances;
  for (const bosh::Deployed& deployed : state.instances) {
    json::Array addresses;
    for (const auto& reservation : deployed.instance.addresses)
      addresses.push_back(to_string(reservation.address));
    instances.push_back(json::Object{{"instance", deployed.instance.name()},
                                     {"id", deployed.instance.id},
                                     {"az", deployed.instance.az},
                                     {"bootstrap", deployed.instance.is_bootstrap},
                                     {"addresses", std::move(addresses)},
                                     {"vm_cid", deployed.vm_cid},
                                     {"state", condition(deployed)}});
  }
  return json::Object{{"deployment", state.deployment}, {"instances", std::move(instances)}};
}

void show(const deploy::State& state) {
  Table table({"INSTANCE", "STATE", "AZ", "ADDRESS", "VM CID"});
  for (const bosh::Deployed& deployed : state.instances) {
    std::string addresses;
    for (const auto& reservation : deployed.instance.addresses)
      addresses += (addresses.empty() ? "" : ", ") + to_string(reservation.address);
    const bosh::Instance& instance = deployed.instance;
    table.row({instance.name() + (instance.is_bootstrap ? "*" : ""), condition(deployed),
               instance.az.empty() ? "-" : instance.az, addresses,
               deployed.vm_cid.empty() ? "-" : deployed.vm_cid});
  }
  fmt::print("Deployment {}\n\n{}\n* the bootstrap instance\n", state.deployment, table.render());
}

}  // namespace

int instances(const Arguments& arguments) {
  std::string state_path;
  bool is_json = false;
  Options options("holdfast instances", "Lists the instances of a deployment, as recorded.");
  options.value("--state", state_path, "FILE", "the state file; the only one here unless given");
  options.flag("--json", is_json, "for programs");
  if (const auto status = options.parse(arguments)) return *status;
  const auto path = find_state(state_path);
  const auto state = path ? deploy::StateFile::read(*path) : std::unexpected(path.error());
  if (!state) {
    complain(state.error());
    return kFailed;
  }
  if (is_json)
    fmt::print("{}\n", json::dump_pretty(as_json(*state)));
  else
    show(*state);
  return 0;
}

}  // namespace cli
