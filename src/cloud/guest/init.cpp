// Process 1 of a guest.
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <optional>

#include "cloud/guest/boot_order.h"
#include "cloud/guest/console.h"
#include "cloud/guest/filesystem.h"
#include "cloud/guest/jobs.h"
#include "cloud/guest/modes.h"
#include "cloud/guest/user_data.h"
#include "io/descriptor.h"
#include "io/loop.h"
#include "netlink/control.h"

namespace cloud::guest {
namespace {

constexpr int kOrder = 3;  // see guests.cpp

std::optional<std::string> read_all(int fd) {
  std::string text;
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return std::nullopt;
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
  }
}

// Standard input is a socket. It says a byte when the links are plugged and is told one when they
// are configured. It stays open as long as the cloud lives: its end is our end.
bool wait_for_links() {
  char go = 0;
  ssize_t got = 0;
  do got = read(STDIN_FILENO, &go, 1);
  while (got < 0 && errno == EINTR);
  return got == 1;
}

void set_sysctl(const std::string& name, std::string_view value) {
  const io::Descriptor file(open(("/proc/sys/net/" + name).c_str(), O_WRONLY | O_CLOEXEC));
  [[maybe_unused]] const auto written = write(file.get(), value.data(), value.size());
}

// New network namespaces inherit some of these from the host; a guest is the same everywhere.
void set_network_defaults() {
  set_sysctl("ipv4/ip_forward", "0");
  for (const std::string of : {"all", "default"}) {
    set_sysctl("ipv4/conf/" + of + "/rp_filter", "0");
    set_sysctl("ipv4/conf/" + of + "/arp_ignore", "0");
    set_sysctl("ipv4/conf/" + of + "/arp_announce", "0");
  }
  // As for root of a machine of its own: ping without capabilities, and low ports.
  set_sysctl("ipv4/ping_group_range", "0 0");
}

// Addresses of a port were checked for duplicates by Neutron, and a guest shall be up at once.
void skip_duplicate_detection(const std::string& interface) {
  set_sysctl("ipv6/conf/" + interface + "/accept_dad", "0");
  set_sysctl("ipv6/conf/" + interface + "/accept_ra", "0");
}

base::Result<> bring_up(netlink::Control& links, const Interface& interface) {
  const auto link = links.link(interface.name);
  if (!link) return std::unexpected(link.error());
  skip_duplicate_detection(interface.name);
  for (const net::Prefix& address : interface.addresses)
    if (auto done = links.add_address(link->index, address); !done) return done;
  if (auto done = links.set_up(link->index); !done) return done;
  for (const net::IpAddress& gateway : interface.gateways)
    if (auto done = links.add_route({.gateway = gateway, .interface = link->index}); !done)
      return done;
  return {};
}

class Init {
 public:
  int run();

 private:
  bool prepare(const BootOrder& order, const std::string& tools);
  void set_up_network(const std::vector<Interface>& interfaces);
  void on_signal(int number);
  void reap();
  void say(std::string_view text) { console_.line("init", text); }

  Console console_{STDOUT_FILENO};
  io::Loop loop_;
  std::optional<Jobs> jobs_;
  Settings settings_;
};

int Init::run() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);  // exec may have cleared it
  prctl(PR_SET_NAME, "guest-init");
  const auto text = read_all(kOrder);
  close(kOrder);
  const auto order = read_boot_order(text.value_or(""));
  if (!order) {
    say(order.error().what);
    return 1;
  }
  std::error_code error;
  const std::string tools =
      std::filesystem::read_symlink("/proc/self/exe", error).parent_path().string();
  const io::Signals signals(loop_, {SIGTERM, SIGINT, SIGCHLD},
                            [this](int number) { on_signal(number); });
  jobs_.emplace(loop_, console_, tools);
  if (!prepare(*order, tools)) return 1;
  const io::Readable lifeline(loop_, STDIN_FILENO, [] { _exit(1); });
  for (const Job& job : settings_.jobs) jobs_->start(job, settings_.instance);
  loop_.run();
  say("powering off");
  return 0;
}

bool Init::prepare(const BootOrder& order, const std::string& tools) {
  umask(022);
  if (sethostname(order.host_name.data(), order.host_name.size()) != 0)
    say("cannot set the host name");
  const auto notes = mount_filesystems(tools);
  if (!notes) {
    say(to_string(notes.error()));
    return false;
  }
  for (const std::string& note : *notes) say(note);
  if (!order.user_data.empty()) {
    auto settings = read_user_data(order.user_data);
    if (settings)
      settings_ = std::move(*settings);
    else
      say(fmt::format("ignoring user data that are not a BOSH agent's settings: {}",
                      to_string(settings.error())));
  }
  if (!wait_for_links()) return false;
  set_up_network(configured(order.interfaces, settings_));
  return send(STDIN_FILENO, "\n", 1, MSG_NOSIGNAL) == 1;
}

void Init::set_up_network(const std::vector<Interface>& interfaces) {
  set_network_defaults();
  auto links = netlink::Control::open();
  if (!links) return say(to_string(links.error()));
  if (const auto loopback = links->link("lo"))
    if (auto done = links->set_up(loopback->index); !done) say(to_string(done.error()));
  for (const Interface& interface : interfaces) {
    std::string text = fmt::format("{} {}", interface.name, to_string(interface.mac));
    for (const net::Prefix& address : interface.addresses) text += " " + to_string(address);
    for (const net::IpAddress& gateway : interface.gateways) text += " via " + to_string(gateway);
    if (auto done = bring_up(*links, interface); !done) text += ": " + to_string(done.error());
    say(text);
  }
}

void Init::on_signal(int number) {
  if (number == SIGCHLD) return reap();
  say("shutting down");
  jobs_->stop([this] { loop_.stop(); });
}

// Every process that lost its parent is ours.
void Init::reap() {
  int status = 0;
  for (;;) {
    const pid_t pid = waitpid(-1, &status, WNOHANG);
    if (pid < 0 && errno == EINTR) continue;
    if (pid <= 0) return;
    jobs_->reaped(pid, status);
  }
}

}  // namespace

int run_init() {
  return Init().run();
}

}  // namespace cloud::guest
