#include "agent/process/syscall_filter.h"

#include <seccomp.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <memory>

namespace agent::process {
namespace {

// One line a matter. Names that this kernel or processor does not have are left out.
constexpr std::array kAllowed = {
    // files and descriptors
    "read",
    "write",
    "readv",
    "writev",
    "pread64",
    "pwrite64",
    "open",
    "openat",
    "openat2",
    "creat",
    "close",
    "close_range",
    "dup",
    "dup2",
    "dup3",
    "fcntl",
    "fcntl64",
    "flock",
    "lseek",
    "_llseek",
    "fstat",
    "stat",
    "lstat",
    "newfstatat",
    "fstatat64",
    "statx",
    "access",
    "faccessat",
    "faccessat2",
    "readlink",
    "readlinkat",
    "getdents",
    "getdents64",
    "mkdir",
    "mkdirat",
    "mknod",
    "mknodat",
    "rename",
    "renameat",
    "renameat2",
    "unlink",
    "unlinkat",
    "rmdir",
    "chmod",
    "fchmod",
    "fchmodat",
    "chown",
    "fchown",
    "fchownat",
    "lchown",
    "ftruncate",
    "ftruncate64",
    "truncate",
    "fsync",
    "fdatasync",
    "umask",
    "getcwd",
    "pipe",
    "pipe2",
    "ioctl",
    "fallocate",
    "statfs",
    "fstatfs",
    // memory
    "brk",
    "mmap",
    "mmap2",
    "munmap",
    "mremap",
    "mprotect",
    "madvise",
    "mlock",
    "mlock2",
    "munlock",
    "mlockall",
    "munlockall",
    "membarrier",
    "rseq",
    "set_robust_list",
    "get_robust_list",
    "futex",
    "futex_waitv",
    "memfd_create",
    // network
    "socket",
    "socketpair",
    "bind",
    "connect",
    "listen",
    "accept",
    "accept4",
    "getsockname",
    "getpeername",
    "getsockopt",
    "setsockopt",
    "send",
    "sendto",
    "sendmsg",
    "sendmmsg",
    "recv",
    "recvfrom",
    "recvmsg",
    "recvmmsg",
    "shutdown",
    "socketcall",
    // waiting
    "poll",
    "ppoll",
    "select",
    "pselect6",
    "_newselect",
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_wait",
    "epoll_pwait",
    "epoll_pwait2",
    "eventfd",
    "eventfd2",
    "timerfd_create",
    "timerfd_settime",
    "timerfd_gettime",
    "signalfd",
    "signalfd4",
    "inotify_init",
    "inotify_init1",
    "inotify_add_watch",
    "inotify_rm_watch",
    "pidfd_open",
    "pidfd_send_signal",
    "nanosleep",
    "clock_nanosleep",
    "clock_gettime",
    "clock_getres",
    "gettimeofday",
    "time",
    "restart_syscall",
    // itself, and the copies that write dumps
    "clone",
    "clone3",
    "fork",
    "vfork",
    "wait4",
    "waitid",
    "waitpid",
    "exit",
    "exit_group",
    "kill",
    "tgkill",
    "tkill",
    "rt_sigaction",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigpending",
    "rt_sigtimedwait",
    "rt_sigsuspend",
    "sigaltstack",
    "sigreturn",
    "getpid",
    "gettid",
    "getppid",
    "getpgrp",
    "getpgid",
    "setpgid",
    "getsid",
    "getuid",
    "geteuid",
    "getgid",
    "getegid",
    "getgroups",
    "getresuid",
    "getresgid",
    "capget",
    "prctl",
    "arch_prctl",
    "set_tid_address",
    "getrandom",
    "uname",
    "sysinfo",
    "getrusage",
    "times",
    "getcpu",
    "getrlimit",
    "prlimit64",
    "setrlimit",
    "getpriority",
    "setpriority",
    "sched_yield",
    "sched_getaffinity",
    "sched_setaffinity",
    "sched_getparam",
    "sched_setparam",
    "sched_getscheduler",
    "sched_setscheduler",
    "sched_get_priority_max",
    "sched_get_priority_min",

};

std::atomic<std::uint64_t> refused_count{0};
std::atomic<int> refused_number{-1};
std::atomic<int> event{-1};

// The kernel sends SIGSYS in the place of a call that is not allowed.
void refuse(int /*signal*/, siginfo_t* info, void* context) {
  refused_number = info->si_syscall;
  ++refused_count;
  const std::uint64_t one = 1;
  (void)!write(event, &one, sizeof one);
  // What the call answers when this returns.
  auto* interrupted = static_cast<ucontext_t*>(context);
#if defined(__x86_64__)
  interrupted->uc_mcontext.gregs[REG_RAX] = -EPERM;
#elif defined(__aarch64__)
  interrupted->uc_mcontext.regs[0] = static_cast<unsigned long long>(-EPERM);
#else
  (void)interrupted;
#endif
}

base::Error failure(const char* doing, int number) {
  base::Error error = base::system_error(doing, number);
  error.hint = "the kernel must have CONFIG_SECCOMP_FILTER; --no-syscall-filter does without";
  return error;
}

}  // namespace

base::Result<> filter_syscalls() {
  if (event < 0) event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  struct sigaction action {};
  action.sa_sigaction = refuse;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  sigaction(SIGSYS, &action, nullptr);
  const std::unique_ptr<void, void (*)(scmp_filter_ctx)> filter(seccomp_init(SCMP_ACT_TRAP),
                                                                seccomp_release);
  if (!filter) return std::unexpected(failure("cannot make a filter of system calls", ENOMEM));
  for (const char* name : kAllowed) {
    const int number = seccomp_syscall_resolve_name(name);
    if (number == __NR_SCMP_ERROR) continue;
    const int added = seccomp_rule_add(filter.get(), SCMP_ACT_ALLOW, number, 0);
    if (added != 0 && added != -EDOM && added != -EEXIST)
      return std::unexpected(failure("cannot make a filter of system calls", -added));
  }
  // New ways into the kernel that the C library tries first must be "not there", not forbidden.
  for (const char* name : {"io_uring_setup", "io_uring_enter", "io_uring_register"})
    (void)seccomp_rule_add(filter.get(), SCMP_ACT_ERRNO(ENOSYS), seccomp_syscall_resolve_name(name),
                           0);
  if (const int loaded = seccomp_load(filter.get()); loaded != 0)
    return std::unexpected(failure("cannot filter system calls", -loaded));
  return {};
}

int refused_event() {
  return event;
}

RefusedSyscalls refused_syscalls() {
  static std::array<char, 64> name{};
  const int number = refused_number;
  if (number >= 0) {
    const std::unique_ptr<char, void (*)(void*)> found(
        seccomp_syscall_resolve_num_arch(SCMP_ARCH_NATIVE, number), std::free);
    if (found) {
      std::size_t i = 0;
      for (; found.get()[i] != '\0' && i + 1 < name.size(); ++i) name[i] = found.get()[i];
      name[i] = '\0';
    }
  }
  return {.count = refused_count, .latest = name.data()};
}

}  // namespace agent::process
