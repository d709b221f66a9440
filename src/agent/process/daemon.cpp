#include "agent/process/daemon.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <link.h>
#include <linux/capability.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "base/log.h"
#include "base/text.h"

namespace agent::process {

bool has_capability(Capability capability) {
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  std::array<__user_cap_data_struct, 2> sets{};
  if (syscall(SYS_capget, &header, sets.data()) != 0) return false;
  constexpr std::array<unsigned, 4> kNumbers{CAP_NET_ADMIN, CAP_NET_RAW, CAP_SETUID, CAP_SETGID};
  const unsigned number = kNumbers[static_cast<std::size_t>(capability)];
  return (sets[number / 32].effective >> (number % 32) & 1U) != 0;
}

base::Result<> check_capabilities() {
  std::vector<std::string> missing;
  if (!has_capability(Capability::NetAdmin))
    missing.emplace_back("CAP_NET_ADMIN (to set addresses)");
  if (!has_capability(Capability::NetRaw))
    missing.emplace_back("CAP_NET_RAW (to send VRRP and ARP)");
  if (missing.empty()) return {};
  return base::fail(base::Kind::Denied,
                    fmt::format("this process lacks {}", base::join(missing, " and ")),
                    "run it as root, or with AmbientCapabilities=CAP_NET_ADMIN CAP_NET_RAW in its "
                    "systemd unit, or after setcap cap_net_admin,cap_net_raw+ep holdfastd");
}

base::Result<PidFile> PidFile::write(const std::string& path) {
  io::Descriptor file(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!file)
    return std::unexpected(base::system_error(fmt::format("cannot write {}", path), errno));
  if (flock(file.get(), LOCK_EX | LOCK_NB) != 0) {
    std::array<char, 32> text{};
    [[maybe_unused]] const auto got = read(file.get(), text.data(), text.size() - 1);
    return base::fail(
        base::Kind::Conflict,
        fmt::format("{} belongs to process {}, which is running", path, base::trim(text.data())),
        "stop it first, or give this one another --pid");
  }
  const std::string text = fmt::format("{}\n", getpid());
  if (ftruncate(file.get(), 0) != 0 ||
      ::write(file.get(), text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    return std::unexpected(base::system_error(fmt::format("cannot write {}", path), errno));
  return PidFile(path, std::move(file));
}

PidFile::~PidFile() {
  if (file_) unlink(path_.c_str());
}

base::Result<Background> Background::enter() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0)
    return std::unexpected(base::system_error("cannot make a pipe", errno));
  const io::Descriptor from(ends[0]);
  io::Descriptor to(ends[1]);
  const pid_t child = fork();
  if (child < 0) return std::unexpected(base::system_error("cannot fork", errno));
  if (child == 0) {
    setsid();
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (nothing >= 0) dup2(nothing, STDIN_FILENO);
    if (nothing >= 0) dup2(nothing, STDOUT_FILENO);
    return Background(std::move(to));
  }
  to.reset();
  char word = 0;
  if (read(from.get(), &word, 1) == 1) _exit(0);
  int status = 0;
  waitpid(child, &status, 0);
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 1);
}

void Background::ready(bool keeps_stderr) {
  const io::Descriptor nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  if (nothing && !keeps_stderr) dup2(nothing.get(), STDERR_FILENO);
  [[maybe_unused]] const auto written = ::write(report_.get(), "r", 1);
  report_.reset();
}

void return_memory() {
  malloc_trim(0);
  dl_iterate_phdr(
      [](dl_phdr_info* program, std::size_t, void*) {
        for (const ElfW(Phdr) & part : std::span(program->dlpi_phdr, program->dlpi_phnum)) {
          if (part.p_type != PT_LOAD || (part.p_flags & PF_W) != 0) continue;
          const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
          const std::uintptr_t start = (program->dlpi_addr + part.p_vaddr) & ~(page - 1);
          // Locked pages (vrrp_no_swap) stay, which is what was asked for.
          madvise(reinterpret_cast<void*>(start),
                  program->dlpi_addr + part.p_vaddr + part.p_memsz - start, MADV_DONTNEED);
        }
        return 1;  // the program itself comes first
      },
      nullptr);
}

namespace {

io::Descriptor syslog_socket() {
  io::Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  constexpr std::string_view kPath = "/dev/log";
  kPath.copy(address.sun_path, sizeof address.sun_path - 1);
  if (connect(socket.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return {};
  return socket;
}

// At once or not at all; a pipe takes up to PIPE_BUF whole.
bool write_line(int fd, std::string_view line) {
  pollfd ready{.fd = fd, .events = POLLOUT, .revents = 0};
  if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return false;
  std::string out(line.substr(0, 4000));
  out += '\n';
  return ::write(fd, out.data(), out.size()) == static_cast<ssize_t>(out.size());
}

}  // namespace

void start_logging(const LogPlaces& places) {
  struct Places {
    bool is_console;
    int facility;
    io::Descriptor syslog;
    io::Descriptor file;
  };
  // shared_ptr: std::function must be copyable, descriptors are not.
  const auto open_places = std::make_shared<Places>(Places{
      .is_console = places.is_console, .facility = places.facility, .syslog = {}, .file = {}});
  if (places.is_syslog) open_places->syslog = syslog_socket();
  if (!places.file.empty())
    open_places->file = io::Descriptor(
        open(places.file.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0644));
  if (!open_places->syslog && !open_places->file) open_places->is_console = true;
  base::log::set_sink([open_places](base::log::Level level, std::string_view line) {
    bool is_taken = true;
    if (open_places->is_console) is_taken = write_line(STDERR_FILENO, line);
    if (open_places->file) is_taken = write_line(open_places->file.get(), line) && is_taken;
    if (!open_places->syslog) return is_taken;
    constexpr std::array kSeverity{7, 6, 4, 3};
    const std::string text = fmt::format(
        "<{}>holdfastd[{}]: {}",
        open_places->facility * 8 + kSeverity[static_cast<std::size_t>(level)], getpid(), line);
    return ::send(open_places->syslog.get(), text.data(), text.size(),
                  MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 &&
           is_taken;
  });
}

DefaultPidFiles default_pid_files(const keepalived::Globals& globals) {
  const std::string name =
      globals.instance_name.empty() ? std::string() : "_" + globals.instance_name;
  if (globals.use_pid_dir) {
    mkdir("/run/keepalived", 0755);
    return {"/run/keepalived/keepalived" + name + ".pid", "/run/keepalived/vrrp" + name + ".pid"};
  }
  return {"/run/keepalived" + name + ".pid", "/run/keepalived_vrrp" + name + ".pid"};
}

std::string dump_file(const keepalived::Globals& globals, const std::string& configured,
                      const std::string& kind) {
  const char* directory = std::getenv("TMPDIR");
  std::string path = configured;
  if (path.empty()) path = "keepalived." + kind;
  if (path.front() != '/')
    path =
        fmt::format("{}/{}", directory == nullptr || *directory == '\0' ? "/tmp" : directory, path);
  if (!globals.data_use_instance) return path;
  std::string names;
  for (const std::string* name : {&globals.network_namespace, &globals.instance_name})
    if (!name->empty()) names += "_" + *name;
  const std::size_t dot = path.rfind('.');
  const bool has_extension = dot != std::string::npos && dot > path.rfind('/');
  return path.insert(has_extension ? dot : path.size(), names);
}

base::Result<> enter_network_namespace(const std::string& name) {
  const std::string path = name.find('/') == std::string::npos ? "/run/netns/" + name : name;
  const io::Descriptor space(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!space)
    return base::fail(base::Kind::NotFound,
                      base::system_error(fmt::format("cannot open {}", path), errno).what,
                      fmt::format("ip netns add {} makes a network namespace", name));
  if (setns(space.get(), CLONE_NEWNET) == 0) return {};
  base::Error error =
      base::system_error(fmt::format("cannot enter the network namespace {}", name), errno);
  error.hint = "it takes CAP_SYS_ADMIN; ip netns exec NAME holdfastd … does not";
  return std::unexpected(error);
}

void say(std::string_view text) {
  while (!text.empty()) {
    pollfd ready{.fd = STDERR_FILENO, .events = POLLOUT, .revents = 0};
    if (poll(&ready, 1, 0) != 1 || (ready.revents & POLLOUT) == 0) return;
    const auto part = text.substr(0, 4000);  // a pipe takes it whole (PIPE_BUF)
    const ssize_t put = ::write(STDERR_FILENO, part.data(), part.size());
    if (put <= 0) return;
    text.remove_prefix(static_cast<std::size_t>(put));
  }
}

}  // namespace agent::process
