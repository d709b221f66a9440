// What makes a program a daemon: pid files, capabilities, the background, syslog.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "io/descriptor.h"
#include "keepalived/globals.h"

namespace agent::process {

enum class Capability { NetAdmin, NetRaw, SetUser, SetGroup };
bool has_capability(Capability capability);
// Names what is missing of CAP_NET_ADMIN and CAP_NET_RAW, and how to get it.
base::Result<> check_capabilities();

// Written and locked as long as this lives; removed at its end. A second daemon on the same file is
// refused (Conflict), a stale file is taken over.
class PidFile {
 public:
  static base::Result<PidFile> write(const std::string& path);
  PidFile(PidFile&&) noexcept = default;
  PidFile& operator=(PidFile&&) noexcept = default;
  ~PidFile();

 private:
  PidFile(std::string path, io::Descriptor file) : path_(std::move(path)), file_(std::move(file)) {}
  std::string path_;
  io::Descriptor file_;
};

// keepalived's places: /run/keepalived.pid and /run/keepalived_vrrp.pid, with the name of the
// instance in them, or below /run/keepalived (use_pid_dir).
struct DefaultPidFiles {
  std::string first;
  std::string vrrp;
};
DefaultPidFiles default_pid_files(const keepalived::Globals& globals);
// /tmp/keepalived.KIND, in $TMPDIR if that is set, and with the names of namespace and instance
// where data_use_instance asks for them; a configured place counts first.
std::string dump_file(const keepalived::Globals& globals, const std::string& configured,
                      const std::string& kind);

// One that `ip netns` made.
base::Result<> enter_network_namespace(const std::string& name);

// Goes on in a process of its own. The one that the user started waits until ready() (or the end)
// of the other, and exits with its status.
class Background {
 public:
  static base::Result<Background> enter();
  // Standard error goes with the terminal, unless the log is there.
  void ready(bool keeps_stderr);

 private:
  explicit Background(io::Descriptor report) : report_(std::move(report)) {}
  io::Descriptor report_;
};

// What only the start or a reload needed goes back to the kernel: free memory, and pages of the
// program itself, of which those that are used come back by themselves.
void return_memory();

struct LogPlaces {
  bool is_console = true;  // standard error
  bool is_syslog = false;  // /dev/log; standard error where there is none
  int facility = 3;        // syslog's number, 3 is daemon
  std::string file = {};   // empty: none
};
// Where log lines go from now on. Nothing is waited for: what a place does not take is counted.
void start_logging(const LogPlaces& places);
// Text for whoever watches standard error; dropped rather than waited for.
void say(std::string_view text);

}  // namespace agent::process
