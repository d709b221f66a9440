#include "agent/control.h"

#include <fmt/format.h>

#include <memory>
#include <utility>

#include "agent/view/status_json.h"
#include "base/log.h"
#include "base/text.h"
#include "json/value.h"

namespace agent {
namespace {

std::string failed(const base::Error& error) {
  json::Object what{{"what", error.what}};
  if (!error.hint.empty()) what.set("hint", error.hint);
  return json::dump(json::Object{{"error", std::move(what)}});
}

std::string done(std::string_view verb, json::Value what) {
  return json::dump(json::Object{{"done", json::Object{{verb.data(), std::move(what)}}}});
}

ControlServer::Lines once(std::string line) {
  return [line = std::optional(std::move(line))]() mutable {
    return std::exchange(line, std::nullopt);
  };
}

}  // namespace

ControlServer::Lines Control::handle(const control::Request& request, const ControlPeer& peer) {
  if (request.verb == control::Verb::Status) return status(request);
  std::string answer = command(request);
  base::log::info("control.command",
                  {{"do", std::string(name(request.verb))},
                   {"instance", request.instance.empty() ? "all" : request.instance},
                   {"uid", fmt::to_string(peer.uid)},
                   {"pid", fmt::to_string(peer.pid)},
                   {"answer", answer}});
  return once(std::move(answer));
}

// A thousand instances are told one by one, as fast as they are read: between two of them the agent
// goes on with its work.
ControlServer::Lines Control::status(const control::Request& request) {
  const auto ids = agent_.named(request.instance);
  if (!ids) return once(failed(ids.error()));
  struct Progress {
    view::Snapshot outline;
    std::vector<vrrp::RouterId> ids;
    std::size_t told = 0;
    std::size_t next = 0;
    enum class Step { Outline, Instances, End, Over } step = Step::Outline;
  };
  auto progress = std::make_shared<Progress>();  // std::function must be copyable
  progress->ids = *ids;
  return [this, progress]() -> std::optional<std::string> {
    using Step = Progress::Step;
    Progress& at = *progress;
    if (at.step == Step::Outline) {
      at.outline = agent_.outline();
      at.step = Step::Instances;
      return json::dump(json::Object{{"agent", view::status_json(at.outline)}});
    }
    while (at.step == Step::Instances && at.next < at.ids.size()) {
      const vrrp::RouterId id = at.ids[at.next++];
      if (!agent_.has(id)) continue;  // gone by a reload meanwhile
      at.outline.time = std::chrono::steady_clock::now();
      at.outline.wall = std::chrono::system_clock::now();
      ++at.told;
      return json::dump(
          json::Object{{"instance", view::status_json(agent_.snapshot_of(id), at.outline)}});
    }
    if (std::exchange(at.step, Step::Over) == Step::Over) return std::nullopt;
    return json::dump(json::Object{{"end", json::Object{{"instances", at.told}}}});
  };
}

std::string Control::command(const control::Request& request) {
  const auto operate = [&](const vrrp::Event& event) {
    const auto names = agent_.operate(event, request.instance);
    if (!names) return failed(names.error());
    return done(name(request.verb), json::Array(names->begin(), names->end()));
  };
  switch (request.verb) {
    case control::Verb::Drain:
      return operate(vrrp::Drain{true});
    case control::Verb::Undrain:
      return operate(vrrp::Drain{false});
    case control::Verb::Resign:
      return operate(vrrp::Resign{});
    case control::Verb::Garp:
      return operate(vrrp::AnnounceRequested{});
    case control::Verb::Log:
      base::log::set_level(request.level);
      return done("log", control::name(request.level));
    case control::Verb::Reload: {
      const Reloaded reloaded = reload_();
      if (!reloaded.is_done)
        return failed({base::Kind::Invalid,
                       fmt::format("the configuration cannot run, nothing has changed:\n{}",
                                   reloaded.diagnostics),
                       "mend it and reload again"});
      return done("reload", json::Object{{"instances", reloaded.instances},
                                         {"diagnostics", reloaded.diagnostics}});
    }
    case control::Verb::Status:
      break;
  }
  return failed({base::Kind::Internal, "no command"});
}

}  // namespace agent
