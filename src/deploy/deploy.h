// Carries a plan out through a CPI. Events tell what happens while it does; they come one at a
// time, though calls run together.
//
//   bosh::Report report;
//   const auto documents = deploy::load(files, report);
//   auto file = deploy::StateFile::open(path);
//   const auto plan = deploy::make_plan(documents, file->state, report);
//   if (!report.failed()) deploy::run(plan, *file, options, on_event);
#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "base/error.h"
#include "bosh/plan.h"
#include "bosh/report.h"
#include "deploy/cpi.h"
#include "deploy/load.h"
#include "deploy/state.h"

namespace deploy {

struct Options {
  std::vector<std::string> cpi;  // program and arguments
  json::Object cpi_context = {};
  std::string director_name = "holdfast";
  std::chrono::milliseconds call_deadline = std::chrono::minutes(15);
  std::size_t parallel = 8;  // VMs that are created, or deleted, at the same time
  // Asked between calls: true ends the run as soon as the calls under way are answered.
  std::function<bool()> is_interrupted = {};
};

struct Event {
  enum class Kind {
    StepStarted,   // subject is under way: "web/0", "stemcell …"
    CallFinished,  // one CPI call was answered: `method`, `took`, `error` (empty if it succeeded)
    Retry,         // create_vm failed and is repeated: `error`
    StepFinished,  // subject is done: `detail` is "created 2f0e…"
    StepFailed,    // `error`
    Note,          // `detail`
  };
  Kind kind = Kind::Note;
  std::string subject = {};
  std::string doing = {};  // "create", "recreate", "delete", "upload"
  std::string method = {};
  std::string detail = {};
  std::string error = {};
  std::chrono::milliseconds took{0};
};
using OnEvent = std::function<void(const Event&)>;

// What is deployed, as planning wants to know it.
bosh::Situation situation(const State& state);

// What is in `state` and what the documents want, as a plan.
bosh::Plan make_plan(const Documents& documents, const State& state, const Options& options,
                     bosh::Report& report);

// Stops at the first failure, after the calls that run beside it have ended; what exists is in the
// state file, so that the next run goes on from there.
base::Result<> run(const bosh::Plan& plan, StateFile& file, const Options& options,
                   const OnEvent& on_event);

// The calls that run() would make, in order, without ids that only the cloud can give.
struct PlannedCall {
  std::string subject;  // "web/0"
  CpiCall call;
};
std::vector<PlannedCall> planned_calls(const bosh::Plan& plan, const std::string& director_name);

}  // namespace deploy
