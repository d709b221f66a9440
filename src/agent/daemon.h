// What makes a program a daemon: pid files, capabilities, the background, syslog.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/error.h"
#include "io/descriptor.h"

namespace agent {

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

// Lines go to /dev/log, never waiting; to stderr where there is none.
void log_to_syslog();
// Text for whoever watches standard error; dropped rather than waited for.
void say(std::string_view text);

}  // namespace agent
