#include "agent/run.h"

#include <fmt/format.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>

#include "agent/agent.h"
#include "agent/check.h"
#include "agent/control.h"
#include "agent/daemon.h"
#include "agent/load.h"
#include "agent/metrics_server.h"
#include "agent/options.h"
#include "base/log.h"
#include "io/forker.h"
#include "keepalived/keywords.h"
#include "keepalived/print.h"

namespace agent {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kVersion = "0.1.0";
constexpr const char* kDefaultPidFile = "/run/keepalived.pid";

// Exit status, with keepalived's numbers.
constexpr int kStopped = 0;
constexpr int kFailed = 1;
constexpr int kBadConfig = 2;
constexpr int kNotPermitted = 4;
constexpr int kNoConfig = 6;

// Process managers send a signal to a process and to its group at once; a user who repeats it takes
// longer.
constexpr auto kRepeated = 1s;

// Memory is returned so long after a start or reload: when the first elections are over.
constexpr auto kTidyPause = 5s;

int complain(int status, const base::Error& error) {
  say(fmt::format("holdfastd: {}\n", error.what));
  if (!error.hint.empty()) say(fmt::format("hint: {}\n", error.hint));
  return status;
}

std::string rendered(const std::vector<text::Diagnostic>& diagnostics) {
  std::string out;
  for (const text::Diagnostic& diagnostic : diagnostics) out += render(diagnostic);
  return out;
}

// What a terminal shows with a caret, a log says in a line.
void report(const Options& options, const std::vector<text::Diagnostic>& diagnostics) {
  if (options.logs_to_console) return say(rendered(diagnostics));
  for (const text::Diagnostic& diagnostic : diagnostics) {
    const bool is_error = diagnostic.severity == text::Severity::Error;
    base::log::write(is_error ? base::log::Level::Error : base::log::Level::Warning,
                     is_error ? "config.error" : "config.warning",
                     {{"at", to_string(diagnostic.place)},
                      {"what", diagnostic.what},
                      {"hint", diagnostic.hint}});
  }
}

base::Result<Loaded> load_standing_alone(const Options& options) {
  const ProgramRules rules = ProgramRules::of_this_process();
  const auto kernel = KernelNetwork::ask();
  if (!kernel) return std::unexpected(kernel.error());
  TrackNames names;
  return load(options.config_file, options.config_id, kernel->view(), names, rules);
}

int print_config(const Options& options) {
  const keepalived::Reading reading = read_file(options.config_file, options.config_id);
  std::cerr << rendered(reading.diagnostics);
  const keepalived::PrintOptions what{.with_passwords = options.with_passwords};
  if (options.as_json)
    std::cout << json::dump_pretty(keepalived::to_json(reading.config, what)) << "\n";
  else
    std::cout << keepalived::print(reading.config, what);
  return static_cast<int>(reading.verdict);
}

int help_config(const std::string& keyword) {
  if (keyword.empty()) {
    std::cout << keepalived::help();
  } else if (const auto text = keepalived::help(keyword)) {
    std::cout << *text;
  } else {
    return complain(
        kFailed, {base::Kind::NotFound, fmt::format("keepalived.conf has no keyword {}", keyword),
                  "holdfastd --help-config lists all of them"});
  }
  return 0;
}

// Each of these helps and none is needed, so what is refused is said and done without.
void apply_process_settings(const keepalived::Globals& globals) {
  const auto refused = [](std::string_view what) {
    base::log::warning(
        "process.setting_refused",
        {{"setting", std::string(what)}, {"error", base::system_error(what, errno).what}});
  };
  if (globals.no_swap && mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) != 0)
    refused("vrrp_no_swap");
  if (globals.process_priority && setpriority(PRIO_PROCESS, 0, *globals.process_priority) != 0)
    refused("vrrp_priority");
  if (globals.realtime_priority) {
    const sched_param parameters{.sched_priority = *globals.realtime_priority};
    if (sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters) != 0)
      refused("vrrp_rt_priority");
  }
}

class Daemon {
 public:
  Daemon(Options options, std::unique_ptr<io::Forker> forker)
      : options_(std::move(options)), forker_(std::move(forker)) {
    forker_->attach(loop_);
  }

  int run(std::optional<Background> background) {
    if (auto written = write_pid_files(); !written) return complain(kFailed, written.error());
    auto opened = Agent::open(loop_, *forker_);
    if (!opened) return complain(kFailed, opened.error());
    agent_ = std::move(*opened);
    Loaded loaded = load_now();
    if (loaded.verdict == keepalived::Verdict::CannotRun) return kBadConfig;  // it changed just now
    apply_process_settings(loaded.globals);
    base::log::info("agent.start", {{"version", kVersion},
                                    {"config", options_.config_file},
                                    {"router_id", loaded.globals.router_id},
                                    {"instances", fmt::to_string(loaded.plan.routers.size())}});
    agent_->set_identity({.version = kVersion,
                          .config_file = options_.config_file,
                          .router_id = loaded.globals.router_id,
                          .name = loaded.globals.instance_name,
                          .pid = getpid()});
    if (options_.leases_addresses) agent_->lease_addresses();
    agent_->on_replaced_interface([this] { reload(); });
    if (const auto started = agent_->start(std::move(loaded.plan)); !started)
      return complain(kFailed, started.error());
    signal(SIGPIPE, SIG_IGN);
    open_control(loaded.globals);
    open_metrics();
    signals_.emplace(loop_, std::initializer_list<int>{SIGTERM, SIGINT, SIGHUP, SIGUSR1, SIGUSR2},
                     [this](int number) { on_signal(number); });
    if (background) background->ready(options_.logs_to_console);
    tidy_.after(kTidyPause);
    loop_.run();
    agent_->log_summary();
    base::log::info("agent.stop");
    return kStopped;
  }

 private:
  Loaded load_now() {
    return load(options_.config_file, options_.config_id, agent_->network(), agent_->track_names());
  }

  base::Result<> write_pid_files() {
    for (const std::string* path : {&options_.pid_file, &options_.vrrp_pid_file}) {
      if (path->empty()) continue;
      auto file = PidFile::write(*path);
      if (!file) return std::unexpected(file.error());
      pid_files_.push_back(std::move(*file));
    }
    if (!options_.pid_file.empty()) return {};
    auto file = PidFile::write(kDefaultPidFile);
    if (file)
      pid_files_.push_back(std::move(*file));
    else if (file.error().kind == base::Kind::Conflict)
      return std::unexpected(file.error());
    else
      base::log::warning("process.no_pid_file",
                         {{"error", file.error().what}, {"hint", "name a place with --pid=FILE"}});
    return {};
  }

  void on_signal(int number) {
    switch (number) {
      case SIGHUP:
        reload();
        return;
      case SIGUSR1:
      case SIGUSR2:
        return agent_->log_summary();
      default:
        return stop(number);
    }
  }

  void stop(int number) {
    const auto now = Clock::now();
    if (stop_asked_ && now - *stop_asked_ < kRepeated) return;
    base::log::info("agent.stopping", {{"signal", number == SIGINT ? "INT" : "TERM"},
                                       {"waits", stop_asked_ ? "no" : "for the successors"}});
    stop_asked_ = now;
    agent_->stop([this] { loop_.stop(); });
  }

  // The agent serves without it, so what is wrong with it is said and not fatal.
  void open_control(const keepalived::Globals& globals) {
    if (options_.control == "off") return;
    control_.emplace(*agent_, [this] { return reload(); });
    const auto handler = [this](const control::Request& request, const ControlPeer& peer) {
      return control_->handle(request, peer);
    };
    std::string name =
        globals.instance_name.empty() ? globals.network_namespace : globals.instance_name;
    if (name.empty() || name.find('/') != std::string::npos) name = control::kDefaultName;
    auto opened = options_.control.empty()
                      ? ControlServer::open_in_default_place(loop_, name, handler)
                      : ControlServer::open(loop_, options_.control, handler);
    if (opened)
      control_server_ = std::move(*opened);
    else
      base::log::warning("control.unavailable",
                         {{"error", opened.error().what}, {"hint", opened.error().hint}});
    if (control_server_)
      base::log::info("control.listening", {{"socket", control_server_->path()}});
  }

  void open_metrics() {
    if (options_.metrics.empty()) return;
    auto opened = MetricsServer::open(loop_, *agent_, options_.metrics);
    if (!opened)
      return base::log::error("metrics.unavailable",
                              {{"error", opened.error().what}, {"hint", opened.error().hint}});
    metrics_server_ = std::move(*opened);
    base::log::info("metrics.listening", {{"port", fmt::to_string(metrics_server_->port())}});
  }

  Reloaded reload() {
    if (stop_asked_) return {.diagnostics = "this agent is stopping\n"};
    const auto start = Clock::now();
    Loaded loaded = load_now();
    report(options_, loaded.diagnostics);
    if (loaded.verdict == keepalived::Verdict::CannotRun) {
      agent_->count_refused_reload();
      base::log::error("config.refused",
                       {{"config", options_.config_file},
                        {"hint", "nothing has changed; mend it and reload again"}});
      return {.diagnostics = rendered(loaded.diagnostics)};
    }
    const std::size_t instances = loaded.plan.routers.size();
    if (const auto changed = agent_->change(std::move(loaded.plan)); !changed)
      base::log::error("config.incomplete", {{"error", base::to_string(changed.error())}});
    const auto took = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    tidy_.after(kTidyPause);
    base::log::info("config.reloaded", {{"instances", fmt::to_string(instances)},
                                        {"took_ms", fmt::format("{:.1f}", took)}});
    return {.is_done = true, .instances = instances, .diagnostics = rendered(loaded.diagnostics)};
  }

  Options options_;
  io::Loop loop_;
  std::unique_ptr<io::Forker> forker_;
  std::unique_ptr<Agent> agent_;
  std::vector<PidFile> pid_files_;
  std::optional<io::Signals> signals_;
  std::optional<Clock::time_point> stop_asked_;
  io::Timer tidy_{loop_, [] { return_memory(); }};
  std::optional<Control> control_;
  std::unique_ptr<ControlServer> control_server_;
  std::unique_ptr<MetricsServer> metrics_server_;
};

// What is wrong with the file is said before anything is touched; 0 if it can run.
int check_file(const Options& options) {
  const auto loaded = load_standing_alone(options);
  if (!loaded) return complain(kFailed, loaded.error());
  const bool is_bad = loaded->verdict == keepalived::Verdict::CannotRun;
  if (is_bad || options.logs_to_console) say(rendered(loaded->diagnostics));
  if (is_bad)
    return complain(kBadConfig,
                    {base::Kind::Invalid, fmt::format("{} cannot run", options.config_file),
                     "mend what is named above; holdfastd -t checks without running"});
  if (const auto permitted = check_capabilities(); !permitted)
    return complain(kNotPermitted, permitted.error());
  if (!options.logs_to_console) {
    log_to_syslog();
    report(options, loaded->diagnostics);
  }
  return 0;
}

int serve(const Options& options) {
  if (access(options.config_file.c_str(), R_OK) != 0)
    return complain(kNoConfig,
                    base::system_error(fmt::format("cannot read {}", options.config_file), errno));
  if (options.is_debug) base::log::set_level(base::log::Level::Debug);
  std::optional<Background> background;
  if (!options.is_foreground) {
    auto entered = Background::enter();
    if (!entered) return complain(kFailed, entered.error());
    background = std::move(*entered);
  }
  // While this process is small, and can hand on all that it was given.
  auto forker = io::Forker::open({.is_quiet = !options.is_foreground && !options.logs_to_console});
  if (!forker) return complain(kFailed, forker.error());
  if (const int status = check_file(options); status != 0) return status;
  for (const std::string& option : options.without_effect)
    base::log::info("option.without_effect", {{"option", option}});
  return Daemon(options, std::move(*forker)).run(std::move(background));
}

}  // namespace

int run(std::vector<std::string> arguments) {
  const auto options = parse_options(std::move(arguments));
  if (!options) return complain(kFailed, options.error());
  switch (options->action) {
    case Options::Action::Run:
      return serve(*options);
    case Options::Action::Test: {
      const auto status = check(*options);
      return status ? *status : complain(kFailed, status.error());
    }
    case Options::Action::PrintConfig:
      return print_config(*options);
    case Options::Action::HelpConfig:
      return help_config(options->keyword);
    case Options::Action::HelpLint: {
      const auto done = help_lint(options->keyword);
      return done ? 0 : complain(kFailed, done.error());
    }
    case Options::Action::Help:
      std::cout << help_text();
      return 0;
    case Options::Action::Version:
      std::cout << fmt::format("holdfastd {} (reads keepalived.conf)\n", kVersion);
      return 0;
    case Options::Action::SignalNumber:
      if (const auto number = signal_number(options->signal_name)) {
        std::cout << *number << '\n';
        return 0;
      }
      return complain(kFailed,
                      {base::Kind::Invalid, fmt::format("no signal does {}", options->signal_name),
                       "STOP and RELOAD are known"});
  }
  return kFailed;
}

}  // namespace agent
