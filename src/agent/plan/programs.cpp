#include "agent/plan/programs.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

#include "agent/process/daemon.h"
#include "base/text.h"

namespace agent::plan {
namespace {

// keepalived's user of scripts, where the machine has it.
constexpr std::string_view kDefaultUser = "keepalived_script";
constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

std::optional<PathStep> look_at(const std::string& path, bool follows) {
  struct stat found {};
  if ((follows ? stat(path.c_str(), &found) : lstat(path.c_str(), &found)) != 0)
    return std::nullopt;
  return PathStep{path, found.st_uid, found.st_gid, found.st_mode};
}

// "/", "/usr", "/usr/bin", "/usr/bin/test".
std::vector<PathStep> steps_to(const std::string& path) {
  std::vector<PathStep> steps;
  for (std::size_t end = 0; end != std::string::npos && end < path.size();) {
    const std::size_t next = path.find('/', end + 1);
    const std::string part = end == 0 ? std::string("/") : path.substr(0, end);
    if (auto step = look_at(part, false)) steps.push_back(std::move(*step));
    end = next;
  }
  if (auto step = look_at(path, false)) steps.push_back(std::move(*step));
  return steps;
}

bool may_execute(const PathStep& file, const base::Identity& who) {
  if (!S_ISREG(file.mode)) return false;
  if (who.user == 0) return (file.mode & (S_IXUSR | S_IXGRP | S_IXOTH)) != 0;
  if (who.user == file.user) return (file.mode & S_IXUSR) != 0;
  const bool is_member = who.group == file.group ||
                         std::ranges::find(who.more_groups, file.group) != who.more_groups.end();
  return (file.mode & (is_member ? S_IXGRP : S_IXOTH)) != 0;
}

// With root's rights, by its user or by itself.
bool runs_as_root(const PathStep& file, const base::Identity& who) {
  return who.user == 0 || who.group == 0 || (file.user == 0 && (file.mode & S_ISUID) != 0) ||
         (file.group == 0 && (file.mode & S_ISGID) != 0);
}

class Settling {
 public:
  Settling(keepalived::Config& config, const ProgramRules& rules)
      : config_(config), globals_(config.globals), rules_(rules) {}

  std::vector<text::Diagnostic> run() {
    for (auto& instance : config_.instances) settle(instance.notify, instance.name);
    for (auto& group : config_.groups) settle(group.notify, group.name);
    std::vector<std::string> dropped;
    std::erase_if(config_.scripts, [&](keepalived::Script& script) {
      if (script.command.at.line == 0) script.command.at = script.at;
      if (settle(script.command, "vrrp_script " + script.name)) return false;
      dropped.push_back(script.name);
      return true;
    });
    const auto forget = [&](std::vector<keepalived::Tracked>& tracked) {
      std::erase_if(tracked, [&](const keepalived::Tracked& one) {
        return std::ranges::find(dropped, one.name) != dropped.end();
      });
    };
    for (auto& instance : config_.instances) forget(instance.scripts);
    for (auto& group : config_.groups) forget(group.scripts);
    settle_globals();
    return std::move(found_);
  }

 private:
  void warn(const text::Place& at, std::string what, std::string hint = {}) {
    found_.push_back({text::Severity::Warning, at, std::move(what), std::move(hint)});
  }

  void settle_globals() {
    settle(globals_.fifo.script, "notify_fifo_script");
    settle(globals_.vrrp_fifo.script, "vrrp_notify_fifo_script");
    settle(globals_.startup_script, "startup_script");
    settle(globals_.shutdown_script, "shutdown_script");
  }

  void settle(keepalived::Notify& notify, const std::string& whose) {
    for (auto* command : {&notify.master, &notify.backup, &notify.fault, &notify.stop,
                          &notify.deleted, &notify.master_received_lower_priority, &notify.any})
      settle(*command, "a notify script of " + whose);
  }
  void settle(std::optional<keepalived::Command>& command, const std::string& what) {
    if (command && !settle(*command, what)) command.reset();
  }

  // False: it is not to be run, which has been said.
  bool settle(keepalived::Command& command, const std::string& what) {
    const auto identity = who_runs(command, what);
    if (!identity) return false;
    std::string& program = command.argv.front();
    if (program.find('/') == std::string::npos) {
      const auto path = search(program, *identity);
      if (!path) {
        warn(command.at, fmt::format("{} is not run: there is no program '{}'", what, program),
             fmt::format("PATH is {}", rules_.search_path));
        return false;
      }
      program = *path;
    }
    const auto file = look_at(program, true);
    if (!file) {
      warn(command.at,
           base::system_error(fmt::format("{} is not run: {}", what, program), errno).what);
      return false;
    }
    if (!may_execute(*file, *identity)) {
      warn(command.at,
           fmt::format("{} is not run: {} is no program that user {} may execute", what, program,
                       identity->user),
           "chmod +x makes one of a script");
      return false;
    }
    if (*identity != rules_.own) command.runs_as = *identity;
    return !runs_as_root(*file, *identity) || is_safe(command, what);
  }

  std::optional<base::Identity> who_runs(const keepalived::Command& command,
                                         const std::string& what) {
    const bool is_own = !command.user.empty();
    const bool is_given = is_own || !globals_.script_user.empty();
    const std::string user(is_own     ? command.user
                           : is_given ? globals_.script_user
                                      : std::string(kDefaultUser));
    const auto identity = is_own
                              ? rules_.users.find(user, command.group, command.supplementary_groups)
                              : rules_.users.find(user, globals_.script_group,
                                                  is_given && globals_.script_supplementary_groups);
    if (!identity && !is_given && !globals_.script_security) return rules_.own;
    if (!identity) {
      warn(command.at, fmt::format("{} is not run: {}", what, identity.error().what),
           is_given ? identity.error().hint
                    : "enable_script_security wants script_user, or that user");
      return std::nullopt;
    }
    if (*identity == rules_.own || rules_.may_change_user) return *identity;
    constexpr std::string_view kNeeds = "to run scripts as others takes CAP_SETUID and CAP_SETGID";
    if (is_given) {
      warn(command.at, fmt::format("{} is not run: we may not become {}", what, user),
           std::string(kNeeds));
      return std::nullopt;
    }
    return rules_.own;  // it is nobody privileged, or it would be permitted
  }

  std::optional<std::string> search(const std::string& name, const base::Identity& who) const {
    for (const std::string& directory : base::split(rules_.search_path, ':')) {
      const std::string path = (directory.empty() ? "." : directory) + "/" + name;
      const auto file = look_at(path, true);
      if (file && may_execute(*file, who)) return path;
    }
    return std::nullopt;
  }

  bool is_safe(const keepalived::Command& command, const std::string& what) {
    const std::string& path = command.argv.front();
    std::string real = path;
    if (char* resolved = realpath(path.c_str(), nullptr)) {
      real = resolved;
      std::free(resolved);
    }
    for (const std::string& each : {path, real}) {
      const auto steps = steps_to(each);
      const PathStep* unsafe = first_unsafe(steps);
      if (unsafe == nullptr) continue;
      const bool is_refused = globals_.script_security;
      warn(command.at,
           fmt::format("{} {}runs as root, and others than root can change {}", what,
                       is_refused ? "is not run: it " : "", unsafe->path),
           is_refused ? "chown root it and take away write permission, or name a script_user"
                      : "name a script_user; enable_script_security refuses such scripts");
      return !is_refused;
    }
    return true;
  }

  keepalived::Config& config_;
  keepalived::Globals& globals_;
  const ProgramRules& rules_;
  std::vector<text::Diagnostic> found_;
};

}  // namespace

ProgramRules ProgramRules::of_this_process() {
  const char* path = std::getenv("PATH");
  return {.users = process::Users::of_this_machine(),
          .own = {.user = geteuid(), .group = getegid()},
          .may_change_user = process::has_capability(process::Capability::SetUser) &&
                             process::has_capability(process::Capability::SetGroup),
          .search_path = path == nullptr ? std::string(kDefaultPath) : path};
}

const PathStep* first_unsafe(std::span<const PathStep> steps) {
  const auto found = std::ranges::find_if(steps, [](const PathStep& step) {
    if (step.user != 0) return true;
    const bool counts = S_ISREG(step.mode) || (S_ISDIR(step.mode) && (step.mode & S_ISVTX) == 0);
    return counts &&
           ((step.group != 0 && (step.mode & S_IWGRP) != 0) || (step.mode & S_IWOTH) != 0);
  });
  return found == steps.end() ? nullptr : &*found;
}

std::vector<text::Diagnostic> settle_programs(keepalived::Config& config,
                                              const ProgramRules& rules) {
  return Settling(config, rules).run();
}

}  // namespace agent::plan
