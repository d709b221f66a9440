// Scripts: what no shell reads, and times that do not fit each other.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "keepalived/lint_rules.h"
#include "keepalived/values.h"
#include "vrrp/types.h"

namespace keepalived::rules {
namespace {

using namespace std::chrono_literals;

// Starting a process more often than this costs more than it tells.
constexpr Duration kShortestInterval = 100ms;
// A check this much slower than the election makes its speed pointless.
constexpr int kMuchSlower = 4;

// The part of a command that only a shell would understand, if there is one.
const std::string* shell_word(const Command& command) {
  static const std::set<std::string_view> operators = {
      "|",          "||",          "&&",          ";",           "&",         ">",
      ">>",         "<",           "<<",          "2>",          "2>&1",      "&>",
      ">/dev/null", "2>/dev/null", "1>/dev/null", "&>/dev/null", "</dev/null"};
  static const std::set<std::string_view> builtins = {
      ".",  ":",   "[[",     "cd",   "command", "eval",  "exec",  "exit",  "export", "for",
      "if", "set", "source", "type", "ulimit",  "umask", "until", "while", "!"};
  const auto& argv = command.argv;
  if (argv.empty()) return nullptr;
  if (builtins.contains(argv.front())) return &argv.front();
  for (const std::string& argument : argv) {
    if (operators.contains(argument) || argument.ends_with(';')) return &argument;
    // A script of a shell's own is one argument, with white space in it.
    const bool is_one_word = argument.find_first_of(" \t\n") == std::string::npos;
    if (is_one_word && (argument.starts_with("$(") || argument.starts_with("${") ||
                        argument.starts_with('`') || argument.starts_with("~/")))
      return &argument;
  }
  return nullptr;
}

void check_command(const Command& command, Report& report) {
  if (const std::string* word = shell_word(command))
    report.warning(command.at,
                   fmt::format("`{}` is given to {} as it is: no shell reads it", *word,
                               word == &command.argv.front() ? "the system" : command.argv.front()),
                   "write \"/bin/sh -c '…'\", or put it into a script file");
}

void check_notify(const Notify& notify, Report& report) {
  for (const auto* one : {&notify.master, &notify.backup, &notify.fault, &notify.stop,
                          &notify.deleted, &notify.master_received_lower_priority, &notify.any})
    if (*one) check_command(**one, report);
}

void check_shell(const Alone& file, Report& report) {
  for (const Script& script : file.config.scripts) check_command(script.command, report);
  for (const Instance& instance : file.config.instances) check_notify(instance.notify, report);
  for (const SyncGroup& group : file.config.groups) check_notify(group.notify, report);
}

void check_timeout(const Alone& file, Report& report) {
  for (const Script& script : file.config.scripts)
    if (script.timeout > script.interval)
      report.warning(script.at,
                     fmt::format("{} may run for {} s and is due every {} s", script.name,
                                 in_seconds(script.timeout), in_seconds(script.interval)),
                     "a timeout within the interval tells of a hanging check in time");
}

void check_interval(const Alone& file, Report& report) {
  for (const Script& script : file.config.scripts)
    if (script.interval < kShortestInterval)
      report.warning(script.at,
                     fmt::format("{} is to answer every {} s: hardly a process starts and ends in "
                                 "that time",
                                 script.name, in_seconds(script.interval)),
                     "while one runs no other is started, so that the interval is not kept; take "
                     "0.5 s or more");
}

// How long a script that has begun to fail goes unnoticed.
Duration detection(const Script& script) {
  return script.interval * static_cast<int>(std::min(script.fall, 1000U));
}

void check_slowness(const Alone& file, Report& report) {
  std::map<std::string_view, const Script*> scripts;
  for (const Script& script : file.config.scripts) scripts.emplace(script.name, &script);
  for (const Instance& instance : file.config.instances) {
    if (instance.interval >= 1s) continue;
    const Duration down = vrrp::down_interval(instance.version, instance.priority,
                                              instance.interval, instance.down_timer_adverts);
    for (const Tracked& tracked : instance.scripts) {
      const auto script = scripts.find(tracked.name);
      if (script == scripts.end() || detection(*script->second) <= kMuchSlower * down) continue;
      report
          .warning(tracked.at,
                   fmt::format("{} notices a dead peer within {:.2g} s, and {} a dead service "
                               "within {} s",
                               instance.name, std::chrono::duration<double>(down).count(),
                               tracked.name, in_seconds(detection(*script->second))),
                   "take a shorter interval or a smaller `fall` in the script, or a longer "
                   "advert_int")
          .also(script->second->at, "the script");
    }
  }
}

void check_unused(const Alone& file, Report& report) {
  std::array<std::set<std::string_view>, 3> used;
  const auto note = [&](const auto& tracking) {
    for (const Tracked& one : tracking.scripts) used[0].insert(one.name);
    for (const Tracked& one : tracking.files) used[1].insert(one.name);
    for (const Tracked& one : tracking.processes) used[2].insert(one.name);
  };
  for (const Instance& instance : file.config.instances) note(instance);
  for (const SyncGroup& group : file.config.groups) note(group);
  const auto say = [&](const auto& list, std::size_t kind, std::string_view keyword) {
    for (const auto& one : list)
      if (!used[kind].contains(one.name))
        report.warning(one.at, fmt::format("nobody tracks {}, so that nothing happens", one.name),
                       fmt::format("name it in `{} {{ … }}` of an instance", keyword));
  };
  say(file.config.scripts, 0, "track_script");
  say(file.config.files, 1, "track_file");
  say(file.config.processes, 2, "track_process");
}

constexpr LintRule kRules[] = {
    {.name = "script-shell",
     .sentence = "a command uses what only a shell understands",
     .why =
         "keepalived and holdfastd start programs, not shells. `|`, `||`, `&&`, `;`, `>`, `$(…)` "
         "and `~/` are handed to the program as arguments, which ignores or refuses them, and "
         "`cd`, `if` and `exit` are no programs at all. The check then says the same whatever "
         "happens.",
     .remedy = "Write `\"/bin/sh -c '…'\"`, or put the line into a script file.",
     .example = R"(vrrp_script check {
  script "/usr/bin/curl -sf http://127.0.0.1/ || /usr/bin/false"
  interval 2
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_script check {
  script "/bin/sh -c '/usr/bin/curl -sf http://127.0.0.1/ || /usr/bin/false'"
  interval 2
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_shell},
    {.name = "script-timeout",
     .sentence = "a script may run longer than its interval",
     .why = "A check that hangs says nothing until its timeout. With a timeout beyond the interval "
            "the runs in between are left out, and a failure is noticed later than the interval "
            "promises.",
     .remedy = "Take a timeout within the interval; without the line it is the interval.",
     .example = R"(vrrp_script check {
  script /usr/local/bin/check
  interval 2
  timeout 10
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_script check {
  script /usr/local/bin/check
  interval 10
  timeout 2
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_timeout},
    {.name = "script-interval",
     .sentence = "a script is to answer more often than it can",
     .why =
         "Each run starts a process. Below a tenth of a second it takes a good part of a "
         "processor, and since no second one is started while one runs, the interval is not kept.",
     .remedy = "Take half a second or more; where a service must be watched closer than that, "
               "`vrrp_track_process` is told by the kernel when a process ends.",
     .example = R"(vrrp_script check {
  script /usr/local/bin/check
  interval 0.01
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_script check {
  script /usr/local/bin/check
  interval 1
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_interval},
    {.name = "script-slow",
     .sentence = "the advertisements are much faster than the check that they wait for",
     .why =
         "A short `advert_int` lets a peer that dies be noticed at once. A service that dies is "
         "noticed by the script, after `interval` times `fall`; if that takes many times as long, "
         "the network carries all the advertisements for the rarer one of the two failures.",
     .remedy = "Take a shorter interval or a smaller `fall`, or a longer `advert_int`.",
     .example = R"(vrrp_script check {
  script /usr/local/bin/check
  interval 5
  fall 3
}
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 0.1
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_script check {
  script /usr/local/bin/check
  interval 0.5
  fall 2
}
vrrp_instance web {
  version 3
  interface eth0
  virtual_router_id 51
  priority 150
  advert_int 0.1
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_slowness},
    {.name = "tracker-unused",
     .sentence = "a script, file or process is described and tracked by nobody",
     .why =
         "A `vrrp_script` runs only if an instance or a group names it in `track_script`, and the "
         "same holds for files and processes. Often this is the line that was forgotten.",
     .remedy = "Name it in the instance, or take the block away.",
     .example = R"(vrrp_script check {
  script /usr/local/bin/check
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .mended = R"(vrrp_script check {
  script /usr/local/bin/check
}
vrrp_instance web {
  interface eth0
  virtual_router_id 51
  priority 150
  track_script { check }
  virtual_ipaddress { 10.0.0.50/24 }
}
)",
     .check = check_unused},
};

}  // namespace

std::span<const LintRule> script_rules() {
  return kRules;
}

}  // namespace keepalived::rules
