#include "deploy/runner.h"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>
#include <thread>

#include "bosh/calls.h"

namespace deploy {
namespace {

using bosh::Step;

constexpr int kMostCreateTries = 5;  // the Director's max_vm_create_tries

std::string now() {
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)));
}

std::string_view verb(Step::Kind kind) {
  switch (kind) {
    case Step::Kind::Create:
      return "create";
    case Step::Kind::Recreate:
      return "recreate";
    case Step::Kind::Delete:
      return "delete";
  }
  return "";
}

// Version 2 answers [cid, networks], version 1 only the cid.
std::string cid_of(const json::Value& result) {
  const json::Value& cid = result.as_array() == nullptr ? result : result.at(0);
  return cid.as_string() == nullptr ? "" : *cid.as_string();
}

// The instance stays, with its addresses; its VM is known to be gone.
void forget_vm(bosh::Deployed& deployed) {
  deployed.vm_cid.clear();
  deployed.agent_id.clear();
  deployed.has_metadata = false;
}

bool is_type(const CpiError& error, std::string_view type) {
  return error.type == type;
}

}  // namespace

CpiCall stemcell_call(const bosh::UploadedStemcell& stemcell) {
  return {.method = "create_stemcell", .arguments = {"/dev/null", stemcell.cloud_properties}};
}

Runner::Runner(const bosh::Plan& plan, StateFile& file, const Options& options,
               const OnEvent& on_event)
    : plan_(plan),
      file_(file),
      options_(options),
      on_event_(on_event),
      cpi_({.command = options.cpi,
            .director_uuid = file.state.director_uuid,
            .context = options.cpi_context,
            .deadline = options.call_deadline}) {}

base::Result<> Runner::run() {
  if (!plan_.stemcell && plan_.steps.empty()) return {};
  if (auto saved = update([&](State& state) { state.deployment = plan_.deployment; }); !saved)
    return saved;
  if (auto uploaded = upload_stemcell(); !uploaded) return uploaded;
  // The plan has deletions first, then creations, then recreations.
  const std::span<const Step> steps(plan_.steps);
  for (auto from = steps.begin(); from != steps.end();) {
    const auto to =
        std::find_if(from, steps.end(), [&](const Step& step) { return step.kind != from->kind; });
    // While an instance is recreated its peers must stay: one at a time, the bootstrap one first.
    together({from, to}, from->kind == Step::Kind::Recreate ? 1 : options_.parallel);
    if (error_) return std::unexpected(*error_);
    from = to;
  }
  return {};
}

void Runner::together(std::span<const Step> steps, std::size_t parallel) {
  std::atomic<std::size_t> next = 0;
  const auto work = [&] {
    for (std::size_t i = next++; i < steps.size() && !must_stop(); i = next++) {
      const auto done = step(steps[i]);
      const std::lock_guard lock(mutex_);
      if (!done && !error_) error_ = done.error();
    }
  };
  std::vector<std::jthread> threads;
  for (std::size_t i = 1; i < std::min(std::max<std::size_t>(parallel, 1), steps.size()); ++i)
    threads.emplace_back(work);
  work();
}

bool Runner::must_stop() {
  const std::lock_guard lock(mutex_);
  if (!error_ && options_.is_interrupted && options_.is_interrupted())
    error_ = base::Error{base::Kind::Unavailable, "interrupted between two steps",
                         "what exists is recorded; the same command goes on from here"};
  return error_.has_value();
}

base::Result<> Runner::step(const Step& step) {
  const std::string subject = step.instance.name();
  const std::string doing(verb(step.kind));
  tell({.kind = Event::Kind::StepStarted, .subject = subject, .doing = doing, .detail = step.why});
  Result done;
  if (step.kind != Step::Kind::Create) done = remove(step);
  if (done && step.kind != Step::Kind::Delete) done = create(step.instance);
  if (done) {
    tell({.kind = Event::Kind::StepFinished, .subject = subject, .doing = doing});
    return {};
  }
  tell({.kind = Event::Kind::StepFailed,
        .subject = subject,
        .doing = doing,
        .error = done.error().what});
  return base::in_context(fmt::format("cannot {} {}", doing, subject), done.error());
}

base::Result<> Runner::upload_stemcell() {
  if (!plan_.stemcell) return {};
  bosh::UploadedStemcell stemcell = *plan_.stemcell;
  const std::string subject = fmt::format("stemcell {}/{}", stemcell.name, stemcell.version);
  tell({.kind = Event::Kind::StepStarted, .subject = subject, .doing = "upload"});
  const auto answer = call(subject, stemcell_call(stemcell));
  stemcell.cid = answer ? cid_of(*answer) : "";
  if (stemcell.cid.empty()) {
    const base::Error error =
        answer ? base::Error{base::Kind::Internal, "create_stemcell answered no stemcell cid"}
               : answer.error().as_error("create_stemcell");
    tell({.kind = Event::Kind::StepFailed,
          .subject = subject,
          .doing = "upload",
          .error = error.what});
    return base::in_context(fmt::format("cannot upload {}", subject), error);
  }
  auto saved = update([&](State& state) {
    std::erase_if(state.stemcells, [&](const bosh::UploadedStemcell& old) {
      return old.name == stemcell.name && old.version == stemcell.version;
    });
    state.stemcells.push_back(stemcell);
  });
  if (!saved) return saved;
  tell({.kind = Event::Kind::StepFinished,
        .subject = subject,
        .doing = "upload",
        .detail = stemcell.cid});
  return {};
}

base::Result<> Runner::remove(const Step& step) {
  if (!step.vm_cid.empty()) {
    const auto answer =
        call(step.instance.name(), {.method = "delete_vm", .arguments = {step.vm_cid}});
    if (!answer && !is_type(answer.error(), "Bosh::Clouds::VMNotFound"))
      return std::unexpected(answer.error().as_error("delete_vm"));
  }
  return update([&](State& state) {
    if (step.kind == Step::Kind::Delete)
      std::erase_if(state.instances, [&](const bosh::Deployed& deployed) {
        return deployed.instance.id == step.instance.id;
      });
    else if (bosh::Deployed* deployed = state.find(step.instance.id))
      forget_vm(*deployed);
  });
}

base::Result<> Runner::create(const bosh::Instance& instance) {
  const auto stemcell = stemcell_of(instance);
  if (!stemcell)
    return base::fail(base::Kind::NotFound,
                      fmt::format("the stemcell {}/{} has not been uploaded",
                                  instance.stemcell_name, instance.stemcell_version),
                      "give it with --stemcell PATH");
  return create_vm(instance, *stemcell);
}

std::optional<bosh::UploadedStemcell> Runner::stemcell_of(const bosh::Instance& instance) {
  const std::lock_guard lock(mutex_);
  for (const bosh::UploadedStemcell& stemcell : file_.state.stemcells)
    if (stemcell.name == instance.stemcell_name && stemcell.version == instance.stemcell_version)
      return stemcell;
  return std::nullopt;
}

base::Result<> Runner::create_vm(const bosh::Instance& instance,
                                 const bosh::UploadedStemcell& stemcell) {
  const std::string agent_id = new_uuid();
  std::string lost;  // an earlier create_vm that never answered
  // Recorded before the call: whoever finds a stray VM can tell from its agent id whose it is.
  auto saved = update([&](State& state) {
    bosh::Deployed* deployed = state.find(instance.id);
    if (deployed == nullptr) deployed = &state.instances.emplace_back();
    if (deployed->vm_cid.empty()) lost = deployed->agent_id;
    *deployed = {.instance = instance, .vm_cid = {}, .agent_id = agent_id, .has_metadata = false};
  });
  if (!saved) return saved;
  if (!lost.empty())
    tell({.kind = Event::Kind::Note,
          .subject = instance.name(),
          .detail = fmt::format("an earlier create_vm had no answer; a VM with agent id {} may be "
                                "left in the cloud",
                                lost)});
  const CpiCall create{.method = "create_vm",
                       .arguments = bosh::create_vm_arguments(instance, agent_id, stemcell.cid),
                       .stemcell_api_version = stemcell.api_version};
  auto answer = call(instance.name(), create);
  for (int tries = 1; !answer && tries < kMostCreateTries && answer.error().ok_to_retry &&
                      is_type(answer.error(), "Bosh::Clouds::VMCreationFailed") && !must_stop();
       ++tries) {
    tell({.kind = Event::Kind::Retry,
          .subject = instance.name(),
          .method = "create_vm",
          .error = answer.error().message});
    answer = call(instance.name(), create);
  }
  const std::string vm_cid = answer ? cid_of(*answer) : "";
  if (!answer || vm_cid.empty()) {
    // An answer, though an error, says that nothing is left; silence does not.
    const bool is_settled = !answer && !answer.error().type.empty();
    if (is_settled)
      if (auto cleared = update([&](State& state) { state.find(instance.id)->agent_id.clear(); });
          !cleared)
        return cleared;
    if (!answer) return std::unexpected(answer.error().as_error("create_vm"));
    return base::fail(base::Kind::Internal, "create_vm answered no VM cid");
  }
  if (auto kept = update([&](State& state) { state.find(instance.id)->vm_cid = vm_cid; }); !kept)
    return give_up(instance, vm_cid, kept.error());
  return introduce(instance, vm_cid);
}

base::Result<> Runner::introduce(const bosh::Instance& instance, const std::string& vm_cid) {
  const auto named = call(
      instance.name(), {.method = "set_vm_metadata",
                        .arguments = {vm_cid, bosh::vm_metadata(instance, plan_.deployment,
                                                                options_.director_name, now())}});
  if (!named && !is_type(named.error(), "Bosh::Clouds::NotImplemented"))
    return give_up(instance, vm_cid, named.error().as_error("set_vm_metadata"));
  // A Director waits here for the agent in the VM; there is none, so the cloud is asked.
  const auto exists = call(instance.name(), {.method = "has_vm", .arguments = {vm_cid}});
  if (!exists && !is_type(exists.error(), "Bosh::Clouds::NotImplemented"))
    return give_up(instance, vm_cid, exists.error().as_error("has_vm"));
  if (exists && (exists->as_bool() == nullptr || !*exists->as_bool()))
    return give_up(instance, vm_cid,
                   {base::Kind::NotFound,
                    fmt::format("the VM {} is gone right after it was created", vm_cid)});
  return update([&](State& state) { state.find(instance.id)->has_metadata = true; });
}

base::Result<> Runner::give_up(const bosh::Instance& instance, const std::string& vm_cid,
                               base::Error reason) {
  const auto deleted = call(instance.name(), {.method = "delete_vm", .arguments = {vm_cid}});
  const bool is_gone = deleted || is_type(deleted.error(), "Bosh::Clouds::VMNotFound");
  if (!is_gone) {
    reason.hint =
        fmt::format("the VM {} could not be deleted either: {}", vm_cid, deleted.error().message);
    return std::unexpected(std::move(reason));
  }
  auto saved = update([&](State& state) { forget_vm(*state.find(instance.id)); });
  if (!saved) reason.hint = base::to_string(saved.error());
  return std::unexpected(std::move(reason));
}

std::expected<json::Value, CpiError> Runner::call(const std::string& subject, const CpiCall& call) {
  const auto started = std::chrono::steady_clock::now();
  auto answer = cpi_.call(call);
  tell({.kind = Event::Kind::CallFinished,
        .subject = subject,
        .method = call.method,
        .error = answer ? "" : answer.error().message,
        .took = std::chrono::duration_cast<std::chrono::milliseconds>(
            std::chrono::steady_clock::now() - started)});
  return answer;
}

void Runner::tell(const Event& event) {
  const std::lock_guard lock(mutex_);
  if (on_event_) on_event_(event);
}

template <typename Change>
base::Result<> Runner::update(Change change) {
  const std::lock_guard lock(mutex_);
  change(file_.state);
  return file_.save();
}

}  // namespace deploy
