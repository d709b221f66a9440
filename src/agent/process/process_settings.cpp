#include "agent/process/process_settings.h"

#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <cerrno>
#include <string_view>

#include "base/log.h"

namespace agent::process {
namespace {

// keepalived's default, in microseconds: a real-time process that does not pause for longer is
// stopped by the kernel rather than stopping the machine.
constexpr rlim_t kRealtimeLimit = 10000;

void check(bool is_done, std::string_view setting, std::string_view needs) {
  if (is_done) return;
  base::log::warning("process.setting_refused", {{"setting", std::string(setting)},
                                                 {"error", base::system_error(setting, errno).what},
                                                 {"hint", "it takes " + std::string(needs)}});
}

void run_in_real_time(const keepalived::Globals& globals) {
  const auto limit = globals.realtime_limit ? static_cast<rlim_t>(globals.realtime_limit->count())
                                            : kRealtimeLimit;
  // The soft limit sends SIGXCPU, which the kernel repeats; the hard one would kill.
  const rlimit time{.rlim_cur = limit, .rlim_max = RLIM_INFINITY};
  check(setrlimit(RLIMIT_RTTIME, &time) == 0, "vrrp_rlimit_rttime", "CAP_SYS_RESOURCE");
  const sched_param parameters{.sched_priority = *globals.realtime_priority};
  check(sched_setscheduler(0, SCHED_RR | SCHED_RESET_ON_FORK, &parameters) == 0, "vrrp_rt_priority",
        "CAP_SYS_NICE");
}

}  // namespace

void apply_process_settings(const keepalived::Globals& globals, const Options& options) {
  if (const auto mask = options.umask ? options.umask : globals.umask)
    umask(static_cast<mode_t>(*mask));
  if (options.dumps_core) {
    const rlimit all{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
    check(setrlimit(RLIMIT_CORE, &all) == 0, "--core-dump", "CAP_SYS_RESOURCE");
    prctl(PR_SET_DUMPABLE, 1);
  }
  if (!globals.vrrp_process_name.empty()) prctl(PR_SET_NAME, globals.vrrp_process_name.c_str());
  if (globals.no_swap)
    check(mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT) == 0, "vrrp_no_swap", "CAP_IPC_LOCK");
  if (globals.process_priority)
    check(setpriority(PRIO_PROCESS, 0, *globals.process_priority) == 0, "vrrp_priority",
          "CAP_SYS_NICE");
  if (!globals.cpus.empty()) {
    cpu_set_t set;
    CPU_ZERO(&set);
    for (const unsigned cpu : globals.cpus)
      if (cpu < CPU_SETSIZE) CPU_SET(cpu, &set);
    check(sched_setaffinity(0, sizeof set, &set) == 0, "vrrp_cpu_affinity",
          "at least one processor that there is");
  }
  if (globals.realtime_priority) run_in_real_time(globals);
}

}  // namespace agent::process
