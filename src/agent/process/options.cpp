#include "agent/process/options.h"

#include <fmt/format.h>
#include <getopt.h>

#include <array>
#include <csignal>

#include "base/text.h"

namespace agent::process {
namespace {

// What getopt_long returns for options that have no letter.
constexpr int kSignum = 256;
constexpr int kDebug = 257;
constexpr int kPerf = 258;
constexpr int kConfigFd = 259;
constexpr int kIgnoreSigint = 260;
constexpr int kAll = 261;
constexpr int kFlushLog = 262;

// Ours, which keepalived does not have.
constexpr int kLint = 300;
constexpr int kPrintConfig = 301;
constexpr int kHelpConfig = 302;
constexpr int kWithPasswords = 304;
constexpr int kPeer = 320;
constexpr int kJson = 321;
constexpr int kHelpLint = 322;
constexpr int kNoSyscallFilter = 330;
constexpr int kNoAddressLease = 303;
constexpr int kControl = 310;
constexpr int kMetrics = 311;

constexpr std::array kLong = {
    option{"use-file", required_argument, nullptr, 'f'},
    option{"vrrp", no_argument, nullptr, 'P'},
    option{"check", no_argument, nullptr, 'C'},
    option{"no_bfd", no_argument, nullptr, 'B'},
    option{"all", no_argument, nullptr, kAll},
    option{"log-console", no_argument, nullptr, 'l'},
    option{"log-detail", no_argument, nullptr, 'D'},
    option{"log-facility", required_argument, nullptr, 'S'},
    option{"log-file", optional_argument, nullptr, 'g'},
    option{"flush-log-file", no_argument, nullptr, kFlushLog},
    option{"no-syslog", no_argument, nullptr, 'G'},
    option{"release-vips", no_argument, nullptr, 'X'},
    option{"dont-release-vrrp", no_argument, nullptr, 'V'},
    option{"dont-release-ipvs", no_argument, nullptr, 'I'},
    option{"dont-respawn", no_argument, nullptr, 'R'},
    option{"dont-fork", no_argument, nullptr, 'n'},
    option{"dump-conf", no_argument, nullptr, 'd'},
    option{"pid", required_argument, nullptr, 'p'},
    option{"vrrp_pid", required_argument, nullptr, 'r'},
    option{"checkers_pid", required_argument, nullptr, 'c'},
    option{"bfd_pid", required_argument, nullptr, 'b'},
    option{"address-monitoring", no_argument, nullptr, 'a'},
    option{"namespace", required_argument, nullptr, 's'},
    option{"config-id", required_argument, nullptr, 'i'},
    option{"snmp", no_argument, nullptr, 'x'},
    option{"snmp-agent-socket", required_argument, nullptr, 'A'},
    option{"umask", required_argument, nullptr, 'u'},
    option{"core-dump", no_argument, nullptr, 'm'},
    option{"core-dump-pattern", optional_argument, nullptr, 'M'},
    option{"signum", required_argument, nullptr, kSignum},
    option{"config-test", optional_argument, nullptr, 't'},
    option{"lint", no_argument, nullptr, kLint},
    option{"peer", required_argument, nullptr, kPeer},
    option{"json", no_argument, nullptr, kJson},
    option{"help-lint", optional_argument, nullptr, kHelpLint},
    option{"no-syscall-filter", no_argument, nullptr, kNoSyscallFilter},
    option{"print-config", no_argument, nullptr, kPrintConfig},
    option{"with-passwords", no_argument, nullptr, kWithPasswords},
    option{"help-config", optional_argument, nullptr, kHelpConfig},
    option{"metrics", required_argument, nullptr, kMetrics},
    option{"control", required_argument, nullptr, kControl},
    option{"config-fd", required_argument, nullptr, kConfigFd},
    option{"ignore-sigint", no_argument, nullptr, kIgnoreSigint},
    option{"perf", optional_argument, nullptr, kPerf},
    option{"debug", optional_argument, nullptr, kDebug},
    option{"no-address-lease", no_argument, nullptr, kNoAddressLease},
    option{"version", no_argument, nullptr, 'v'},
    option{"help", no_argument, nullptr, 'h'},
    option{nullptr, 0, nullptr, 0},
};
constexpr const char* kShort = ":f:PCBlDS:g::GXVIRndp:r:c:b:as:i:xA:u:mM::t::vh";

std::string spelled(int letter) {
  for (const option& known : kLong)
    if (known.val == letter && known.name != nullptr)
      return letter < 256 ? fmt::format("-{} (--{})", static_cast<char>(letter), known.name)
                          : fmt::format("--{}", known.name);
  return fmt::format("-{}", static_cast<char>(letter));
}

std::optional<int> facility_number(const std::string& name) {
  constexpr int kLocal0 = 16;
  if (name == "daemon") return 3;
  if (name == "user") return 1;
  const std::string_view digits =
      std::string_view(name).substr(name.starts_with("local") ? std::size_t{5} : 0);
  const auto number = base::parse_number<int>(digits);
  if (!number || *number < 0 || *number > 7) return std::nullopt;
  return kLocal0 + *number;
}

base::Result<> take(int letter, const std::string& value, Options& options) {
  switch (letter) {
    case 'f':
      options.config_file = value;
      return {};
    case 'n':
      options.is_foreground = true;
      return {};
    case 'l':
      options.logs_to_console = true;
      return {};
    case kNoAddressLease:
      options.leases_addresses = false;
      return {};
    case kDebug:
      options.is_debug = true;
      return {};
    case 'd':
      options.dumps_config = true;
      return {};
    case 'S':
      if (const auto facility = facility_number(value)) {
        options.log_facility = *facility;
        return {};
      }
      return base::fail(base::Kind::Invalid, fmt::format("there is no log facility '{}'", value),
                        "0 to 7 stand for local0 to local7; daemon and user are known too");
    case 'G':
      options.logs_to_syslog = false;
      return {};
    case 'g':
      options.log_file = value.empty() ? "/tmp/keepalived.log" : value;
      return {};
    case 'V':
      options.keeps_addresses = true;
      return {};
    case 'm':
      options.dumps_core = true;
      return {};
    case kIgnoreSigint:
      options.ignores_interrupt = true;
      return {};
    case kNoSyscallFilter:
      options.filters_syscalls = false;
      return {};
    case 'u':
      options.umask = base::parse_number<unsigned>(value, 8);
      if (options.umask && *options.umask <= 0777) return {};
      return base::fail(base::Kind::Invalid, fmt::format("'{}' is no umask", value),
                        "it is octal, such as 022");
    case 's':
      options.network_namespace = value;
      return {};
    case 'p':
      options.pid_file = value;
      return {};
    case 'r':
      options.vrrp_pid_file = value;
      return {};
    case 'i':
      options.config_id = value;
      return {};
    case 't':
      options.action = Options::Action::Test;
      options.test_output = value;
      return {};
    case kLint:
      options.action = Options::Action::Test;
      options.lints = true;
      return {};
    case kPeer:
      options.action = Options::Action::Test;
      options.peers.push_back(value);
      return {};
    case kJson:
      options.as_json = true;
      return {};
    case kHelpLint:
      options.action = Options::Action::HelpLint;
      options.keyword = value;
      return {};
    case kWithPasswords:
      options.with_passwords = true;
      return {};
    case kPrintConfig:
      options.action = Options::Action::PrintConfig;
      return {};
    case kHelpConfig:
      options.action = Options::Action::HelpConfig;
      options.keyword = value;
      return {};
    case kMetrics:
      options.metrics = value;
      return {};
    case kControl:
      options.control = value;
      return {};
    case 'v':
      options.action = Options::Action::Version;
      return {};
    case 'h':
      options.action = Options::Action::Help;
      return {};
    case kSignum:
      options.action = Options::Action::SignalNumber;
      options.signal_name = value;
      return {};
    // Addresses always go when a signal ends the program; there is one process, and nothing to
    // flush.
    case 'X':
    case kFlushLog:
    // VRRP is all there is here, details are always logged, and nothing else needs a pid file.
    case 'P':
    case 'D':
    case 'c':
    case 'b':
    case 'B':
    case 'I':
    case 'R':
    case kAll:
    case kPerf:
      return {};
    case 'C':
      return base::fail(base::Kind::Unsupported, "there are no health checkers in holdfastd",
                        "it does keepalived's VRRP part only; leave out -C");
    case kConfigFd:
      return base::fail(base::Kind::Unsupported, "--config-fd is for keepalived's own processes",
                        "name the file with -f");
    default:
      options.without_effect.push_back(spelled(letter));
      return {};
  }
}

}  // namespace

base::Result<Options> parse_options(std::vector<std::string> arguments) {
  std::vector<char*> pointers;
  pointers.reserve(arguments.size() + 1);
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  const int count = static_cast<int>(pointers.size());
  pointers.push_back(nullptr);
  Options options;
  optind = 0;  // glibc: start afresh, also for a second call
  for (;;) {
    const int at = optind == 0 ? 1 : optind;
    const int letter = getopt_long(count, pointers.data(), kShort, kLong.data(), nullptr);
    if (letter == -1) break;
    if (letter == '?' || letter == ':') {
      const std::string given(at < count ? pointers[static_cast<std::size_t>(at)] : "");
      return base::fail(base::Kind::Invalid,
                        letter == ':' ? fmt::format("option {} needs a value", given)
                                      : fmt::format("unknown option {}", given),
                        "holdfastd -h lists all options");
    }
    auto taken = take(letter, optarg == nullptr ? "" : optarg, options);
    if (!taken) return std::unexpected(taken.error());
  }
  const bool is_help =
      options.action == Options::Action::HelpConfig || options.action == Options::Action::HelpLint;
  if (is_help && options.keyword.empty() && optind + 1 == count)
    options.keyword = pointers[static_cast<std::size_t>(optind++)];
  const bool prints = options.action == Options::Action::PrintConfig;
  if (options.as_json && options.action != Options::Action::Test && !prints)
    return base::fail(base::Kind::Invalid, "--json says what -t finds or --print-config prints",
                      "write holdfastd -t --json or holdfastd --print-config --json");
  if (options.with_passwords && !prints)
    return base::fail(base::Kind::Invalid, "--with-passwords is about --print-config",
                      "write holdfastd --print-config --with-passwords");
  if (optind < count)
    return base::fail(
        base::Kind::Invalid,
        fmt::format("unexpected argument '{}'", pointers[static_cast<std::size_t>(optind)]),
        "the configuration is named with -f FILE");
  return options;
}

std::optional<int> signal_number(const std::string& name) {
  if (name == "STOP") return SIGTERM;
  if (name == "RELOAD") return SIGHUP;
  if (name == "DATA") return SIGUSR1;
  if (name == "STATS") return SIGUSR2;
  if (name == "STATS_CLEAR") return SIGRTMAX - 1;
  if (name == "JSON") return SIGRTMIN + 2;
  return std::nullopt;
}

std::string help_text() {
  return R"(holdfastd keeps addresses where clients expect them: a VRRP router that reads keepalived.conf.

  holdfastd -t -f FILE             what is wrong with FILE, and whether it would run
  holdfastd -n -l -f FILE          run in the foreground, log to the terminal
  holdfastd -f FILE                run in the background, log to syslog

Options (keepalived's; those of its other parts are accepted and have no effect)
  -f, --use-file=FILE        the configuration; default /etc/keepalived/keepalived.conf
  -t, --config-test[=FILE]   check it and exit: 0 sound, 5 runs with errors, 4 cannot run
      --lint                 -t, and say what is allowed but seldom meant
      --peer=FILE[@ID]       -t, and say whether this node and that one work together; may be repeated
      --json                 with -t: the findings for programs, with --print-config: as data
      --help-lint[=RULE]     what --lint and --peer look for, or one rule explained
      --print-config         print what is in force as a keepalived.conf, without passwords, and exit
      --with-passwords       with --print-config: also the passwords and keys
      --help-config[=KEYWORD]  explain every keyword of keepalived.conf, or one
  -n, --dont-fork            stay in the foreground
  -l, --log-console          log to standard error instead of syslog
  -S, --log-facility=0..7    local0 to local7, daemon (the default) or user
  -g, --log-file[=FILE]      log to a file as well; default /tmp/keepalived.log
  -G, --no-syslog            do not log to syslog
  -d, --dump-conf            say at the start what is in force, as a keepalived.conf
  -D, --log-detail           accepted: every state change is always logged, with its reason
      --debug                log more
      --no-address-lease     no lease in the kernel: addresses go on answering when this process is
                             stopped or killed (otherwise a table holdfast_lease_0 in nftables)
  -p, --pid=FILE             where to write the process id; default /run/keepalived.pid
  -r, --vrrp_pid=FILE        the same, for scripts that expect keepalived's second process
  -c, --checkers_pid=FILE    accepted; there are no checkers
  -i, --config-id=ID         which lines behind @ID count; default: the short host name
      --metrics=[ADDRESS:]PORT  serve metrics for Prometheus; without ADDRESS to this machine only
      --control=PATH|off     where `holdfast status` and `holdfast ctl` find this agent; default
                             /run/holdfast/holdfastd.sock, or -2, -3 … where others run
  -s, --namespace=NAME       run in this network namespace (of `ip netns`)
  -V, --dont-release-vrrp    leave the addresses where they are when the program ends
  -u, --umask=MASK           of files that are made
  -m, --core-dump            allow a core dump
      --no-syscall-filter    may ask the kernel for anything (otherwise what is not needed is
                             refused and logged)
      --ignore-sigint        an interrupt does not end it
      --signum=NAME          print the number of a signal: STOP, RELOAD, DATA, STATS, STATS_CLEAR, JSON
  -v, --version
  -h, --help

Signals
  TERM, INT   resign: priority 0, serve on until the successor is heard, then release and exit 0;
              once more after a second: do not wait
  HUP         read the configuration again; a file that cannot run changes nothing
  USR1        write what is known to /tmp/keepalived.data, and log a summary
  USR2        write the counters to /tmp/keepalived.stats
  RTMIN+2     write both as JSON to /tmp/keepalived.json
  RTMAX-1     as USR2, and set the counters to 0

It needs the capabilities CAP_NET_ADMIN and CAP_NET_RAW, and nothing else of root.
Exit status: 0 stopped as told, 1 failed, 2 configuration cannot run, 4 not permitted, 6 no configuration.
)";
}

}  // namespace agent::process
