#include "agent/run.h"

#include <fmt/format.h>
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
#include "agent/control.h"
#include "agent/metrics_server.h"
#include "agent/plan/check.h"
#include "agent/plan/load.h"
#include "agent/process/daemon.h"
#include "agent/process/dump_writer.h"
#include "agent/process/options.h"
#include "agent/process/process_settings.h"
#include "agent/process/service_manager.h"
#include "agent/process/syscall_filter.h"
#include "agent/view/dump.h"
#include "base/log.h"
#include "io/forker.h"
#include "keepalived/keywords.h"
#include "keepalived/print.h"

namespace agent {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kVersion = "0.1.0";

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
  process::say(fmt::format("holdfastd: {}\n", error.what));
  if (!error.hint.empty()) process::say(fmt::format("hint: {}\n", error.hint));
  return status;
}

std::string rendered(const std::vector<text::Diagnostic>& diagnostics) {
  std::string out;
  for (const text::Diagnostic& diagnostic : diagnostics) out += render(diagnostic);
  return out;
}

// What a terminal shows with a caret, a log says in a line.
void report(const process::Options& options, const std::vector<text::Diagnostic>& diagnostics) {
  if (options.logs_to_console) return process::say(rendered(diagnostics));
  for (const text::Diagnostic& diagnostic : diagnostics) {
    const bool is_error = diagnostic.severity == text::Severity::Error;
    base::log::write(is_error ? base::log::Level::Error : base::log::Level::Warning,
                     is_error ? "config.error" : "config.warning",
                     {{"at", to_string(diagnostic.place)},
                      {"what", diagnostic.what},
                      {"hint", diagnostic.hint}});
  }
}

base::Result<plan::Loaded> load_standing_alone(const process::Options& options) {
  const plan::ProgramRules rules = plan::ProgramRules::of_this_process();
  const auto kernel = plan::KernelNetwork::ask();
  if (!kernel) return std::unexpected(kernel.error());
  plan::TrackNames names;
  return plan::load(options.config_file, options.config_id, kernel->view(), names, rules);
}

int print_config(const process::Options& options) {
  const keepalived::Reading reading = plan::read_file(options.config_file, options.config_id);
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

class Daemon {
 public:
  Daemon(process::Options options, std::unique_ptr<io::Forker> forker)
      : options_(std::move(options)), forker_(std::move(forker)) {
    forker_->attach(loop_);
  }

  int run(std::optional<process::Background> background) {
    auto opened = Agent::open(loop_, *forker_);
    if (!opened) return complain(kFailed, opened.error());
    agent_ = std::move(*opened);
    plan::Loaded loaded = load_now();
    if (loaded.verdict == keepalived::Verdict::CannotRun) return kBadConfig;  // it changed just now
    globals_ = loaded.globals;
    if (auto written = write_pid_files(); !written) return complain(kFailed, written.error());
    process::apply_process_settings(globals_, options_);
    base::log::info("agent.start", {{"version", kVersion},
                                    {"config", options_.config_file},
                                    {"router_id", globals_.router_id},
                                    {"instances", fmt::to_string(loaded.plan.routers.size())}});
    run_to_end(globals_.startup_script, globals_.startup_script_timeout, "startup_script");
    agent_->set_identity({.version = kVersion,
                          .config_file = options_.config_file,
                          .router_id = globals_.router_id,
                          .name = globals_.instance_name,
                          .pid = getpid()});
    if (options_.leases_addresses && !options_.keeps_addresses) agent_->lease_addresses();
    agent_->on_replaced_interface([this] { (void)reload(); });
    if (options_.keeps_addresses) agent_->keep_addresses_at_the_end();
    const std::size_t instances = loaded.plan.routers.size();
    if (const auto started = agent_->start(std::move(loaded.plan)); !started)
      return complain(kFailed, started.error());
    open_control(globals_);
    open_metrics();
    listen_to_signals();
    if (background) background->ready(options_.logs_to_console);
    tidy_.after(kTidyPause);
    if (options_.filters_syscalls) filter();
    manager_.ready(fmt::format("{} instances", instances));
    loop_.run();
    agent_->log_summary();
    run_to_end(globals_.shutdown_script, globals_.shutdown_script_timeout, "shutdown_script");
    base::log::info("agent.stop");
    return kStopped;
  }

 private:
  plan::Loaded load_now() {
    return plan::load(options_.config_file, options_.config_id, agent_->network(),
                      agent_->track_names());
  }

  void filter() {
    if (const auto done = process::filter_syscalls(); !done)
      return base::log::warning("process.not_filtered",
                                {{"error", done.error().what}, {"hint", done.error().hint}});
    refusals_.emplace(loop_, process::refused_event(), [] {
      std::uint64_t count = 0;
      (void)!read(process::refused_event(), &count, sizeof count);
      base::log::error("process.syscall_refused",
                       {{"call", process::refused_syscalls().latest},
                        {"total", fmt::to_string(process::refused_syscalls().count)},
                        {"hint", "a mistake of ours, or worse; --no-syscall-filter permits it"}});
    });
  }

  // Several daemons may run here, each with a --pid of its own: then the second file is whose it
  // is.
  bool is_other_daemon(const base::Error& error, bool is_first) const {
    return error.kind == base::Kind::Conflict && (is_first || options_.pid_file.empty());
  }

  // An explicit place must be writable; the default ones need not be.
  base::Result<> write_pid_files() {
    const process::DefaultPidFiles standard = process::default_pid_files(globals_);
    for (const auto& [given, otherwise] : {std::pair{&options_.pid_file, &standard.first},
                                           std::pair{&options_.vrrp_pid_file, &standard.vrrp}}) {
      auto file = process::PidFile::write(given->empty() ? *otherwise : *given);
      if (file)
        pid_files_.push_back(std::move(*file));
      else if (!given->empty() || is_other_daemon(file.error(), *otherwise == standard.first))
        return std::unexpected(file.error());
      else if (otherwise == &standard.first)
        base::log::warning("process.no_pid_file", {{"error", file.error().what},
                                                   {"hint", "name a place with --pid=FILE"}});
    }
    return {};
  }

  void listen_to_signals() {
    signal(SIGPIPE, SIG_IGN);
    signal(SIGXCPU, SIG_IGN);
    if (options_.ignores_interrupt) signal(SIGINT, SIG_IGN);
    const int interrupt = options_.ignores_interrupt ? SIGTERM : SIGINT;
    signals_.emplace(loop_,
                     std::initializer_list<int>{SIGTERM, interrupt, SIGHUP, SIGUSR1, SIGUSR2,
                                                *process::signal_number("JSON"),
                                                *process::signal_number("STATS_CLEAR")},
                     [this](int number) { on_signal(number); });
  }

  void on_signal(int number) {
    if (number == SIGTERM || number == SIGINT) return stop(number);
    if (number == SIGHUP) return (void)reload();
    if (number == SIGUSR1) agent_->log_summary();
    dump(number);
  }

  // Made by a copy of this process: see DumpWriter.
  void dump(int number) {
    const bool is_data = number == SIGUSR1;
    const bool is_json = number == process::signal_number("JSON");
    const std::string path =
        is_data   ? process::dump_file(globals_, globals_.state_dump_file, "data")
        : is_json ? process::dump_file(globals_, globals_.json_dump_file, "json")
                  : process::dump_file(globals_, globals_.stats_dump_file, "stats");
    dumps_.write(path, [&] {
      const view::Snapshot snapshot = agent_->snapshot();
      return is_data   ? view::data_dump(snapshot, globals_)
             : is_json ? view::json_dump(snapshot, globals_.json_version)
                       : view::stats_dump(snapshot);
    });
    if (number == process::signal_number("STATS_CLEAR")) agent_->clear_counters();
  }

  void stop(int number) {
    const auto now = Clock::now();
    if (stop_asked_ && now - *stop_asked_ < kRepeated) return;
    base::log::info("agent.stopping", {{"signal", number == SIGINT ? "INT" : "TERM"},
                                       {"waits", stop_asked_ ? "no" : "for the successors"}});
    stop_asked_ = now;
    manager_.stopping();
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
    manager_.reloading();
    const auto start = Clock::now();
    plan::Loaded loaded = load_now();
    report(options_, loaded.diagnostics);
    if (loaded.verdict == keepalived::Verdict::CannotRun) {
      agent_->count_refused_reload();
      manager_.ready("the changed configuration cannot run: the old one stays in force");
      base::log::error("config.refused",
                       {{"config", options_.config_file},
                        {"hint", "nothing has changed; mend it and reload again"}});
      return {.diagnostics = rendered(loaded.diagnostics)};
    }
    globals_ = std::move(loaded.globals);
    const std::size_t instances = loaded.plan.routers.size();
    if (const auto changed = agent_->change(std::move(loaded.plan)); !changed)
      base::log::error("config.incomplete", {{"error", base::to_string(changed.error())}});
    const auto took = std::chrono::duration<double, std::milli>(Clock::now() - start).count();
    tidy_.after(kTidyPause);
    manager_.ready(fmt::format("{} instances", instances));
    base::log::info("config.reloaded", {{"instances", fmt::to_string(instances)},
                                        {"took_ms", fmt::format("{:.1f}", took)}});
    return {.is_done = true, .instances = instances, .diagnostics = rendered(loaded.diagnostics)};
  }

  // Before the first and after the last packet there is time to wait.
  void run_to_end(const std::optional<keepalived::Command>& command, vrrp::Duration timeout,
                  const std::string& name) {
    if (!command) return;
    std::string how = "it takes longer than its timeout";
    auto child = forker_->start({.arguments = command->argv,
                                 .runs_as = command->runs_as,
                                 .after_us = io::Order::AfterUs::GoesOn},
                                [&](const io::Ended& ended) {
                                  how = !ended.why_not.empty()   ? ended.why_not
                                        : ended.exit.succeeded() ? ""
                                                                 : io::to_string(ended.exit);
                                  loop_.stop();
                                });
    io::Timer patience(loop_, [this] { loop_.stop(); });
    patience.after(timeout);
    loop_.run();
    if (!how.empty()) base::log::warning("script.failed", {{"script", name}, {"error", how}});
  }

  process::Options options_;
  io::Loop loop_;
  std::unique_ptr<io::Forker> forker_;
  std::unique_ptr<Agent> agent_;
  keepalived::Globals globals_;
  process::ServiceManager manager_{loop_};
  std::optional<io::Readable> refusals_;
  process::DumpWriter dumps_{loop_};
  std::vector<process::PidFile> pid_files_;
  std::optional<io::Signals> signals_;
  std::optional<Clock::time_point> stop_asked_;
  io::Timer tidy_{loop_, [] { process::return_memory(); }};
  std::optional<Control> control_;
  std::unique_ptr<ControlServer> control_server_;
  std::unique_ptr<MetricsServer> metrics_server_;
};

// What is wrong with the file is said before anything is touched; 0 if it can run.
int check_file(const process::Options& options) {
  const auto loaded = load_standing_alone(options);
  if (!loaded) return complain(kFailed, loaded.error());
  const bool is_bad = loaded->verdict == keepalived::Verdict::CannotRun;
  if (is_bad || options.logs_to_console) process::say(rendered(loaded->diagnostics));
  if (is_bad)
    return complain(kBadConfig,
                    {base::Kind::Invalid, fmt::format("{} cannot run", options.config_file),
                     "mend what is named above; holdfastd -t checks without running"});
  if (const auto permitted = process::check_capabilities(); !permitted)
    return complain(kNotPermitted, permitted.error());
  process::start_logging({.is_console = options.logs_to_console,
                          .is_syslog = options.logs_to_syslog && !options.logs_to_console,
                          .facility = options.log_facility,
                          .file = options.log_file});
  if (!options.logs_to_console) report(options, loaded->diagnostics);
  return 0;
}

// net_namespace and --namespace: before anything asks which interfaces there are. Programs that are
// started later are in it as well.
base::Result<> enter_namespace(const process::Options& options, io::Forker& forker) {
  const keepalived::Reading reading = plan::read_file(options.config_file, options.config_id);
  if (options.dumps_config && options.logs_to_console)
    process::say(keepalived::print(reading.config));
  const std::string& name = options.network_namespace.empty()
                                ? reading.config.globals.network_namespace
                                : options.network_namespace;
  if (name.empty()) return {};
  if (auto entered = process::enter_network_namespace(name); !entered) return entered;
  forker.follow_network_namespace();
  return {};
}

int serve(const process::Options& options) {
  if (access(options.config_file.c_str(), R_OK) != 0)
    return complain(kNoConfig,
                    base::system_error(fmt::format("cannot read {}", options.config_file), errno));
  if (options.is_debug) base::log::set_level(base::log::Level::Debug);
  std::optional<process::Background> background;
  if (!options.is_foreground) {
    auto entered = process::Background::enter();
    if (!entered) return complain(kFailed, entered.error());
    background = std::move(*entered);
  }
  // While this process is small, and can hand on all that it was given.
  auto forker = io::Forker::open({.is_quiet = !options.is_foreground && !options.logs_to_console});
  if (!forker) return complain(kFailed, forker.error());
  if (const auto entered = enter_namespace(options, **forker); !entered)
    return complain(kFailed, entered.error());
  if (const int status = check_file(options); status != 0) return status;
  for (const std::string& option : options.without_effect)
    base::log::info("option.without_effect", {{"option", option}});
  return Daemon(options, std::move(*forker)).run(std::move(background));
}

}  // namespace

int run(std::vector<std::string> arguments) {
  const auto options = process::parse_options(std::move(arguments));
  if (!options) return complain(kFailed, options.error());
  switch (options->action) {
    case process::Options::Action::Run:
      return serve(*options);
    case process::Options::Action::Test: {
      const auto status = plan::check(*options);
      return status ? *status : complain(kFailed, status.error());
    }
    case process::Options::Action::PrintConfig:
      return print_config(*options);
    case process::Options::Action::HelpConfig:
      return help_config(options->keyword);
    case process::Options::Action::HelpLint: {
      const auto done = plan::help_lint(options->keyword);
      return done ? 0 : complain(kFailed, done.error());
    }
    case process::Options::Action::Help:
      std::cout << process::help_text();
      return 0;
    case process::Options::Action::Version:
      std::cout << fmt::format("holdfastd {} (reads keepalived.conf)\n", kVersion);
      return 0;
    case process::Options::Action::SignalNumber:
      if (const auto number = process::signal_number(options->signal_name)) {
        std::cout << *number << '\n';
        return 0;
      }
      return complain(kFailed,
                      {base::Kind::Invalid, fmt::format("no signal does {}", options->signal_name),
                       "STOP, RELOAD, DATA, STATS, STATS_CLEAR and JSON are known"});
  }
  return kFailed;
}

}  // namespace agent
