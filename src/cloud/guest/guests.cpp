#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <map>
#include <set>
#include <utility>

#include "base/log.h"
#include "cloud/guest/boot_order.h"
#include "cloud/guest/guest.h"
#include "cloud/guest/spawn.h"
#include "io/process.h"

namespace cloud::guest {
namespace {

namespace log = base::log;

constexpr int kBootLimit = 20'000;  // ms; a few are usual

struct Guest {
  Spawned process;
  io::Descriptor lifeline;  // process 1 ends itself when nobody holds it any more
  std::vector<fabric::PortId> ports;
  std::unique_ptr<io::Readable> end = nullptr;
  std::unique_ptr<io::Timer> patience = nullptr;
  Cause cause = Cause::ByItself;
  bool is_frozen = false;

  void send(int signal) const {
    syscall(SYS_pidfd_send_signal, process.pidfd.get(), signal, nullptr, 0);
  }
};

base::Result<io::Descriptor> open_console(const std::string& path) {
  io::Descriptor console(open(path.empty() ? "/dev/null" : path.c_str(),
                              O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!console)
    return std::unexpected(base::system_error(fmt::format("cannot open console {}", path), errno));
  return console;
}

// A socket pair rather than a pipe: writing to a guest that has just died is no signal.
struct Lifeline {
  io::Descriptor ours;
  io::Descriptor theirs;
  static base::Result<Lifeline> make() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
      return std::unexpected(base::system_error("cannot make a socket pair", errno));
    return Lifeline{io::Descriptor(ends[0]), io::Descriptor(ends[1])};
  }
};

// In memory and not in a pipe: writing it never waits for the guest, however large it is.
base::Result<io::Descriptor> order_in_memory(const BootOrder& order) {
  io::Descriptor memory(memfd_create("boot-order", MFD_CLOEXEC));
  const std::string text = to_text(order);
  std::string_view rest = text;
  while (memory && !rest.empty()) {
    const ssize_t put = write(memory.get(), rest.data(), rest.size());
    if (put < 0) break;
    rest.remove_prefix(static_cast<std::size_t>(put));
  }
  if (memory && rest.empty() && lseek(memory.get(), 0, SEEK_SET) == 0) return memory;
  return std::unexpected(base::system_error("cannot write a guest's boot order", errno));
}

// Tells process 1 that its links are there, and waits until it has configured them: whoever learns
// that the server is up may talk to it.
base::Result<> bring_up(const Guest& guest) {
  const int fd = guest.lifeline.get();
  char byte = '\n';
  bool is_up = send(fd, &byte, 1, MSG_NOSIGNAL) == 1;
  pollfd answered{fd, POLLIN, 0};
  int ready = 0;
  while (is_up && (ready = poll(&answered, 1, kBootLimit)) < 0 && errno == EINTR) {
  }
  is_up = is_up && ready == 1 && recv(fd, &byte, 1, MSG_DONTWAIT) == 1;
  if (is_up) return {};
  return base::fail(base::Kind::Unavailable, "the guest did not come up",
                    "its console says why; the machine may be short of memory or processes");
}

Interface interface_of(const fabric::PortSpec& port, std::size_t index) {
  Interface out{
      .name = fmt::format("eth{}", index), .mac = port.mac, .addresses = {}, .gateways = {}};
  for (const fabric::FixedAddress& fixed : port.fixed) {
    out.addresses.push_back(fixed.address);
    if (fixed.gateway) out.gateways.push_back(*fixed.gateway);
  }
  return out;
}

}  // namespace

struct Guests::Impl {
  Impl(io::Loop& the_loop, fabric::Fabric& the_fabric, std::string the_program)
      : loop(the_loop), fabric(the_fabric), program(std::move(the_program)) {}

  base::Result<Guest*> find(const ServerId& server) {
    const auto at = guests.find(server);
    if (at == guests.end())
      return base::fail(base::Kind::NotFound,
                        fmt::format("server {} is not running", server.value()));
    return &at->second;
  }

  base::Result<> plug_all(const GuestSpec& spec, Guest& guest);
  void unplug_all(const Guest& guest);
  void watch(const ServerId& server, Guest& guest);
  void power_off(const ServerId& server, Cause cause);
  void ended(const ServerId& server);

  io::Loop& loop;
  fabric::Fabric& fabric;
  std::string program;
  std::map<ServerId, Guest> guests;
  // Shared with notices on their way through the loop, which may come after our own end.
  std::shared_ptr<std::function<void(const Ended&)>> on_end =
      std::make_shared<std::function<void(const Ended&)>>();
};

base::Result<> Guests::Impl::plug_all(const GuestSpec& spec, Guest& guest) {
  const io::Descriptor network(
      open(fmt::format("/proc/{}/ns/net", guest.process.pid).c_str(), O_RDONLY | O_CLOEXEC));
  if (!network)
    return std::unexpected(base::system_error("cannot open the guest's network", errno));
  for (std::size_t i = 0; i < spec.ports.size(); ++i) {
    auto done = fabric.plug(
        spec.ports[i], {.network_namespace = network.get(), .interface = fmt::format("eth{}", i)});
    if (!done) return done;
    guest.ports.push_back(spec.ports[i].id);
  }
  return {};
}

void Guests::Impl::unplug_all(const Guest& guest) {
  for (const fabric::PortId& port : guest.ports)
    if (auto done = fabric.unplug(port); !done)
      log::error("cloud.unplug", {{"port", port.value()}, {"error", to_string(done.error())}});
}

void Guests::Impl::watch(const ServerId& server, Guest& guest) {
  guest.end = std::make_unique<io::Readable>(loop, guest.process.pidfd.get(),
                                             [this, server] { ended(server); });
}

// Process 1 has ended or is about to: collects it, frees what it had, and posts the notice.
void Guests::Impl::ended(const ServerId& server) {
  const auto entry = guests.extract(server);  // `server` may be its key: it lives to the end
  const Guest& guest = entry.mapped();
  int status = 0;
  while (waitpid(guest.process.pid, &status, 0) < 0 && errno == EINTR) {
  }
  unplug_all(guest);
  const io::Exit exit =
      WIFSIGNALED(status) ? io::Exit{0, WTERMSIG(status)} : io::Exit{WEXITSTATUS(status), 0};
  const Ended notice{.server = server, .cause = guest.cause, .how = to_string(exit)};
  loop.post([notice, callback = on_end] {
    if (*callback) (*callback)(notice);
  });
}

void Guests::Impl::power_off(const ServerId& server, Cause cause) {
  Guest& guest = guests.at(server);
  guest.cause = cause;
  // The kernel kills the whole PID namespace with its process 1. Only then the links, so that
  // nobody in there has the time to notice.
  guest.send(SIGKILL);
  ended(server);
}

Guests::Guests(io::Loop& loop, fabric::Fabric& fabric, std::string program)
    : impl_(std::make_unique<Impl>(loop, fabric, std::move(program))) {}

Guests::~Guests() {
  *impl_->on_end = nullptr;
  for (const auto& [server, guest] : impl_->guests) guest.send(SIGKILL);  // side by side
  while (!impl_->guests.empty()) impl_->power_off(impl_->guests.begin()->first, Cause::PoweredOff);
}

void Guests::on_end(std::function<void(const Ended&)> callback) {
  *impl_->on_end = std::move(callback);
}

base::Result<pid_t> Guests::boot(const GuestSpec& spec) {
  if (is_running(spec.server))
    return base::fail(base::Kind::Conflict,
                      fmt::format("server {} is running", spec.server.value()));
  const auto console = open_console(spec.console_path);
  if (!console) return std::unexpected(console.error());
  BootOrder order{.host_name = host_name(spec.name), .interfaces = {}, .user_data = spec.user_data};
  for (std::size_t i = 0; i < spec.ports.size(); ++i)
    order.interfaces.push_back(interface_of(spec.ports[i], i));
  const auto memory = order_in_memory(order);
  if (!memory) return std::unexpected(memory.error());
  auto lifeline = Lifeline::make();
  if (!lifeline) return std::unexpected(lifeline.error());
  auto process = spawn_in_namespaces(
      {.program = impl_->program,
       .arguments = {"holdfast-cloud", "guest-init"},
       .environment = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                       "HOME=/root", "LANG=C.UTF-8"},
       .input = lifeline->theirs.get(),
       .output = console->get(),
       .extra = memory->get()});
  if (!process) return std::unexpected(process.error());
  const pid_t pid = process->pid;
  lifeline->theirs.reset();
  Guest& guest = impl_->guests
                     .emplace(spec.server, Guest{.process = std::move(*process),
                                                 .lifeline = std::move(lifeline->ours),
                                                 .ports = {}})
                     .first->second;

  auto done = impl_->plug_all(spec, guest);
  if (done) done = bring_up(guest);
  if (!done) {
    guest.send(SIGKILL);
    waitpid(pid, nullptr, 0);
    impl_->unplug_all(guest);
    impl_->guests.erase(spec.server);
    return base::in_context(fmt::format("cannot boot server {}", spec.server.value()),
                            done.error());
  }
  impl_->watch(spec.server, guest);
  return pid;
}

base::Result<> Guests::stop(const ServerId& server, std::chrono::milliseconds patience) {
  const auto guest = impl_->find(server);
  if (!guest) return std::unexpected(guest.error());
  (*guest)->cause = Cause::Stopped;
  (*guest)->send(SIGTERM);
  (*guest)->patience = std::make_unique<io::Timer>(
      impl_->loop, [this, server] { impl_->power_off(server, Cause::Stopped); });
  (*guest)->patience->after(patience);
  return {};
}

base::Result<> Guests::power_off(const ServerId& server) {
  if (const auto guest = impl_->find(server); !guest) return std::unexpected(guest.error());
  impl_->power_off(server, Cause::PoweredOff);
  return {};
}

base::Result<> Guests::freeze(const ServerId& server) {
  const auto guest = impl_->find(server);
  if (!guest) return std::unexpected(guest.error());
  const pid_t init = (*guest)->process.pid;
  // Again until a look finds nobody new: a process that was not stopped yet may have forked.
  std::set<pid_t> stopped;
  for (bool is_complete = false; !is_complete;) {
    is_complete = true;
    for (const pid_t pid : processes_of(init))
      if (stopped.insert(pid).second) {
        kill(pid, SIGSTOP);
        is_complete = false;
      }
  }
  (*guest)->is_frozen = true;
  return {};
}

base::Result<> Guests::thaw(const ServerId& server) {
  const auto guest = impl_->find(server);
  if (!guest) return std::unexpected(guest.error());
  for (const pid_t pid : processes_of((*guest)->process.pid)) kill(pid, SIGCONT);
  (*guest)->is_frozen = false;
  return {};
}

base::Result<> Guests::set_links(const ServerId& server, bool are_up) {
  const auto guest = impl_->find(server);
  if (!guest) return std::unexpected(guest.error());
  for (const fabric::PortId& port : (*guest)->ports)
    if (auto done = impl_->fabric.set_link(port, are_up); !done) return done;
  return {};
}

bool Guests::is_running(const ServerId& server) const {
  return impl_->guests.contains(server);
}
bool Guests::is_frozen(const ServerId& server) const {
  const auto at = impl_->guests.find(server);
  return at != impl_->guests.end() && at->second.is_frozen;
}
std::optional<pid_t> Guests::pid(const ServerId& server) const {
  const auto at = impl_->guests.find(server);
  if (at == impl_->guests.end()) return std::nullopt;
  return at->second.process.pid;
}

}  // namespace cloud::guest
