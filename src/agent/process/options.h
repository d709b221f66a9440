// keepalived's command line, as far as it concerns VRRP. Pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/error.h"

namespace agent::process {

struct Options {
  enum class Action { Run, Test, PrintConfig, HelpConfig, HelpLint, Help, Version, SignalNumber };
  Action action = Action::Run;
  std::string config_file = "/etc/keepalived/keepalived.conf";
  std::string config_id = {};
  bool is_foreground = false;    // -n
  bool logs_to_console = false;  // -l
  bool is_debug = false;
  bool leases_addresses = true;         // not with --no-address-lease
  std::string test_output = {};         // -tFILE; empty: stderr
  bool lints = false;                   // --lint: with -t, also what is allowed and seldom meant
  std::vector<std::string> peers = {};  // --peer=FILE[@ID]: with -t, the files of other nodes
  bool as_json = false;            // --json: what -t finds or --print-config prints, for programs
  bool with_passwords = false;     // --with-passwords: of --print-config
  std::string keyword = {};        // --help-config=KEYWORD, --help-lint=RULE; empty: all
  std::string signal_name = {};    // --signum=NAME
  bool dumps_config = false;       // -d: say what is in force at the start
  int log_facility = 3;            // -S; LOG_DAEMON's number
  bool logs_to_syslog = true;      // -G: not
  std::string log_file = {};       // -gFILE; empty: none
  bool keeps_addresses = false;    // -V: addresses stay when the program ends
  bool dumps_core = false;         // -m
  bool filters_syscalls = true;    // not with --no-syscall-filter
  bool ignores_interrupt = false;  // --ignore-sigint
  std::optional<unsigned> umask = {};
  std::string network_namespace = {};  // -s
  // One process plays both roles, so both files name it. Empty: the default place, which need not
  // be writable; an explicit one must be.
  std::string pid_file = {};
  std::string vrrp_pid_file = {};
  // The control socket's path; empty: the default place; "off": none.
  std::string control = {};
  std::string metrics = {};                      // [ADDRESS:]PORT; empty: none
  std::vector<std::string> without_effect = {};  // accepted, but nothing here does it
};

base::Result<Options> parse_options(std::vector<std::string> arguments);
// STOP, RELOAD, … as --signum knows them.
std::optional<int> signal_number(const std::string& name);
std::string help_text();

}  // namespace agent::process
