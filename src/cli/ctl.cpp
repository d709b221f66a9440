// holdfast ctl: commands to an agent, and what followed from them.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>

#include "base/text.h"
#include "cli/agents.h"
#include "cli/options.h"
#include "cli/terminal.h"

namespace cli {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// A resigning router waits for its successor for the longest skew, at most 3 s.
constexpr auto kPatience = 8s;
constexpr auto kPause = 50ms;

struct Target {
  std::string which;     // agent
  std::string instance;  // or sync group
};

struct Words {
  std::string_view verb;
  std::string_view about;
  std::string_view footer;
};

// The options that all share. Nothing: go on.
std::optional<int> parse(const Words& words, const Arguments& arguments, Target& target) {
  Options options(fmt::format("holdfast ctl {}", words.verb), words.about);
  options.optional_argument("INSTANCE", target.instance,
                            "an instance or a sync group; all without");
  options.value("--agent", target.which, "NAME|PATH", "which agent, where several run here");
  options.footer(words.footer);
  return options.parse(arguments);
}

int fail(const base::Error& error) {
  complain(error);
  return kFailed;
}

using States = std::map<std::string, json::Value>;  // by name

base::Result<States> states(AgentConnection& agent) {
  auto answer = agent.ask({.verb = control::Verb::Status});
  if (!answer) return std::unexpected(answer.error());
  States out;
  for (json::Value& line : *answer)
    if (line["instance"].is_object()) out[line["instance"].text_or("name", "")] = line["instance"];
  return out;
}

std::string state_of(const States& states, const std::string& name) {
  const auto found = states.find(name);
  return found == states.end() ? std::string() : found->second.text_or("state", "");
}

// Who was told, from {"done":{"drain":["VI_1"]}}.
std::vector<std::string> told(const std::vector<json::Value>& answer, std::string_view verb) {
  std::vector<std::string> out;
  if (const json::Array* names = answer.back()["done"][verb].as_array())
    for (const json::Value& name : *names)
      if (name.is_string()) out.push_back(*name.as_string());
  return out;
}

std::string latest_reason(const json::Value& instance) {
  return base::printable(instance["transitions"].at(0).text_or("reason", ""));
}

void say(std::string_view mark, Style style, const std::string& name, std::string_view what) {
  fmt::print("{} {}: {}\n", paint(style, mark), paint(Style::Bold, base::printable(name)), what);
}

std::string addresses_of(const json::Value& instance) {
  std::vector<std::string> out;
  if (const json::Array* all = instance["addresses"].as_array())
    for (const json::Value& address : *all) out.push_back(address.text_or("address", ""));
  if (out.size() > 3) out = {out[0], out[1], fmt::format("{} more", out.size() - 2)};
  return base::join(out, ", ");
}

// An instance that gave its role away: to whom?
void report_yielded(const std::string& name, const json::Value& instance, bool is_drained) {
  const std::string reason = latest_reason(instance);
  if (reason.find("successor heard") != std::string::npos)
    return say("✓", Style::Green, name, fmt::format("yielded; {}", reason));
  say("!", Style::Yellow, name,
      fmt::format("yielded, and no successor was heard: {} {}", addresses_of(instance),
                  is_drained ? "may be served by nobody until `holdfast ctl undrain`"
                             : "will be taken back unless another router speaks"));
}

// Waits until who was active has yielded.
base::Result<States> follow(AgentConnection& agent, const std::vector<std::string>& names) {
  const auto deadline = Clock::now() + kPatience;
  for (;;) {
    auto now = states(agent);
    if (!now || Clock::now() > deadline) return now;
    if (std::ranges::none_of(names,
                             [&](const auto& name) { return state_of(*now, name) == "active"; }))
      return now;
    std::this_thread::sleep_for(kPause);
  }
}

int yield(control::Verb verb, const Words& words, const Arguments& arguments) {
  Target target;
  if (const auto status = parse(words, arguments, target)) return *status;
  auto agent = running_agent(target.which);
  if (!agent) return fail(agent.error());
  const auto before = states(agent->connection);
  if (!before) return fail(before.error());
  const auto answer = agent->connection.ask({.verb = verb, .instance = target.instance});
  if (!answer) return fail(answer.error());
  const auto names = told(*answer, words.verb);
  const auto after = follow(agent->connection, names);
  if (!after) return fail(after.error());
  const bool is_drain = verb == control::Verb::Drain;
  int status = 0;
  for (const std::string& name : names) {
    const std::string was = state_of(*before, name);
    if (was != "active") {
      say("·", Style::Dim, name,
          fmt::format("is {}{}", state_of(*after, name),
                      is_drain ? ", and stays out" : ", nothing to give away"));
    } else if (!after->contains(name) || state_of(*after, name) != "active") {
      report_yielded(name, after->contains(name) ? after->at(name) : json::Value(), is_drain);
    } else {
      say("✗", Style::Red, name, "is active still, or again: no other router took over");
      status = kFailed;
    }
  }
  return status;
}

int ctl_drain(const Arguments& arguments) {
  return yield(control::Verb::Drain,
               {"drain", "Makes this node yield and stay out, for maintenance.",
                "An active instance says that it resigns and serves on until its successor is "
                "heard, so that\n"
                "clients notice nothing. From then on it stays backup, whoever is silent, until\n"
                "`holdfast ctl undrain` or a restart of the agent. The members of a sync group "
                "yield together."},
               arguments);
}

int ctl_resign(const Arguments& arguments) {
  return yield(
      control::Verb::Resign,
      {"resign", "Gives the active role away, once.",
       "The instance serves on until its successor is heard, and then takes part in the election\n"
       "as before: with a higher priority than its successor (and without nopreempt) it will be\n"
       "active again. To keep a node out, use `holdfast ctl drain`."},
      arguments);
}

// For commands that have happened when the answer is there.
int simple(control::Verb verb, const Words& words, const Arguments& arguments,
           void (*report)(const std::string& name, const json::Value& instance)) {
  Target target;
  if (const auto status = parse(words, arguments, target)) return *status;
  auto agent = running_agent(target.which);
  if (!agent) return fail(agent.error());
  const auto answer = agent->connection.ask({.verb = verb, .instance = target.instance});
  if (!answer) return fail(answer.error());
  const auto after = states(agent->connection);
  if (!after) return fail(after.error());
  for (const std::string& name : told(*answer, words.verb))
    report(name, after->contains(name) ? after->at(name) : json::Value());
  return 0;
}

int ctl_undrain(const Arguments& arguments) {
  return simple(
      control::Verb::Undrain,
      {"undrain", "Lets this node take part again after `holdfast ctl drain`.",
       "With the highest priority (and without nopreempt) it will be active after its down\n"
       "interval, about three advertisements."},
      arguments, [](const std::string& name, const json::Value& instance) {
        say("✓", Style::Green, name, "takes part; " + base::printable(instance.text_or("why", "")));
      });
}

int ctl_garp(const Arguments& arguments) {
  return simple(
      control::Verb::Garp,
      {"garp",
       "Announces the addresses again: gratuitous ARP, unsolicited neighbour advertisements.",
       "For when a switch or a client has the wrong idea of where an address is. Only an active\n"
       "instance has something to announce."},
      arguments, [](const std::string& name, const json::Value& instance) {
        if (instance.text_or("state", "") == "active")
          say("✓", Style::Green, name, "announced " + addresses_of(instance));
        else
          say("·", Style::Dim, name, "is not active, nothing to announce");
      });
}

int ctl_reload(const Arguments& arguments) {
  std::string which;
  Options options("holdfast ctl reload", "Reads the configuration again, as SIGHUP does.");
  options.value("--agent", which, "NAME|PATH", "which agent, where several run here");
  options.footer(
      "Only what differs is changed: instances that are as before miss no advertisement. A file\n"
      "that cannot run changes nothing, and what is wrong with it is shown.");
  if (const auto status = options.parse(arguments)) return *status;
  auto agent = running_agent(which);
  if (!agent) return fail(agent.error());
  const auto answer = agent->connection.ask({.verb = control::Verb::Reload}, 60s);
  if (!answer) return fail(answer.error());
  const json::Value& done = answer->back()["done"]["reload"];
  fmt::print("{}", done.text_or("diagnostics", ""));
  const auto count = done["instances"].as_integer().value_or(0);
  fmt::print("{} reloaded: {} instance{}\n", paint(Style::Green, "✓"), count,
             count == 1 ? "" : "s");
  return 0;
}

int ctl_log(const Arguments& arguments) {
  std::string level, which;
  Options options("holdfast ctl log", "Sets how much the agent logs, until it restarts.");
  options.argument("LEVEL", level, "debug, info, warning or error");
  options.value("--agent", which, "NAME|PATH", "which agent, where several run here");
  if (const auto status = options.parse(arguments)) return *status;
  const auto parsed = control::parse_level(level);
  if (!parsed) {
    complain(parsed.error());
    return kUsage;
  }
  auto agent = running_agent(which);
  if (!agent) return fail(agent.error());
  const auto answer = agent->connection.ask({.verb = control::Verb::Log, .level = *parsed});
  if (!answer) return fail(answer.error());
  fmt::print("{} the agent logs {} and what is graver\n", paint(Style::Green, "✓"), level);
  return 0;
}

constexpr Command kTable[] = {
    {"drain", "make this node yield and stay out, for maintenance", ctl_drain},
    {"undrain", "let it take part again", ctl_undrain},
    {"resign", "give the active role away, once", ctl_resign},
    {"garp", "announce the addresses again", ctl_garp},
    {"reload", "read the configuration again", ctl_reload},
    {"log", "set how much the agent logs", ctl_log},
};

}  // namespace

int ctl(const Arguments& arguments) {
  return dispatch(
      "holdfast ctl",
      "Commands to an agent (holdfastd) on this machine; `holdfast status` shows what it does.\n"
      "Only root and the agent's user may command it.",
      kTable, arguments);
}

}  // namespace cli
