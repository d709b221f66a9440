// FRR's vrrpd, with its zebra. The virtual MAC interface and its addresses are the administrator's
// to make; vrrpd takes its carrier away and gives it back.
#include <fmt/format.h>
#include <sys/mount.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include "interop/node.h"
#include "netlink/control.h"

namespace interop {
namespace {

constexpr const char* kZebra = "/usr/lib/frr/zebra";
constexpr const char* kVrrpd = "/usr/lib/frr/vrrpd";

class Frr : public Node {
 public:
  Frr(const Cell& cell, lab::Host& host, int number) : Node(cell, host, number) {
    // As FRR's manual asks for: an interface answers for its own addresses only, and one without
    // carrier has no routes.
    host_.space().inside([] {
      for (const char* setting : {"all/arp_ignore", "all/ignore_routes_with_linkdown"})
        std::ofstream(std::string("/proc/sys/net/ipv4/conf/") + setting) << 1;
      for (const char* setting : {"all/rp_filter", "default/rp_filter", "eth0/rp_filter"})
        std::ofstream(std::string("/proc/sys/net/ipv4/conf/") + setting) << 0;
    });
    const bool is_ipv4 = cell.family == net::Family::Ipv4;
    must({"ip", "link", "add", "vmac", "link", "eth0", "type", "macvlan", "mode", "bridge"});
    must({"ip", "link", "set", "vmac", "address",
          is_ipv4 ? "00:00:5e:00:01:33" : "00:00:5e:00:02:33"});
    must({"ip", "link", "set", "vmac", "protodown", "on"});
    set_addresses();
  }

  void start(int priority) override {
    set_addresses();
    const std::string directory = host_.directory();
    const std::string file = host_.write("frr.conf", configuration(priority));
    const auto daemon = [&](const char* path, const std::string& name) -> lab::Program& {
      return host_.start({path, "-f", file, "-i", directory + "/" + name + ".pid", "-z",
                          directory + "/zserv.api", "--vty_socket", directory, "--log", "stdout"});
    };
    zebra_ = &daemon(kZebra, "zebra");
    if (!lab::wait_until([&] { return access((directory + "/zserv.api").c_str(), F_OK) == 0; }))
      throw std::runtime_error("zebra does not start: " + zebra_->output());
    vrrpd_ = &daemon(kVrrpd, "vrrpd");
  }

  void stop() override {
    vrrpd_->send(SIGTERM);
    if (!vrrpd_->wait()) throw std::runtime_error("vrrpd does not end");
    zebra_->send(SIGTERM);
    if (!zebra_->wait()) throw std::runtime_error("zebra does not end");
    unlink((host_.directory() + "/zserv.api").c_str());
  }

  bool is_active() const override {
    bool is_running = false;
    host_.space().inside([&] {
      auto control = netlink::Control::open();
      const auto link = control ? control->link("vmac") : std::unexpected(control.error());
      is_running = link && link->is_running;
    });
    return is_running;
  }
  bool has_become_backup() const override {
    return vrrpd_->said("Initialize -> Backup") || vrrpd_->said("Master -> Backup");
  }
  std::string output() const override {
    return before_ + (vrrpd_ == nullptr ? "" : vrrpd_->output());
  }

 protected:
  void forget() override {
    before_ = output();
    zebra_ = vrrpd_ = nullptr;
    unlink((host_.directory() + "/zserv.api").c_str());
  }
  void clean() override { must({"ip", "link", "set", "vmac", "protodown", "on"}); }

 private:
  void must(std::vector<std::string> arguments) const {
    const auto done = host_.run(std::move(arguments));
    if (!done.exit.succeeded()) throw std::runtime_error(done.errors);
  }

  // Addresses of IPv6 go with the link.
  void set_addresses() const {
    if (cell_.family == net::Family::Ipv4) {
      must({"ip", "address", "replace", fmt::format("{}/32", kVirtualIpv4), "dev", "vmac"});
    } else {
      for (const auto address : {kVirtualLinkLocal, kVirtualIpv6})
        must({"ip", "address", "replace", fmt::format("{}/64", address), "dev", "vmac", "nodad"});
    }
    must({"ip", "link", "set", "vmac", "up"});
  }

  std::string configuration(int priority) const {
    std::string out = fmt::format("interface eth0\n vrrp 51 version {}\n vrrp 51 priority {}\n",
                                  cell_.version, priority);
    if (cell_.version == 3) out += " vrrp 51 advertisement-interval 200\n";
    if (cell_.family == net::Family::Ipv4)
      return out + fmt::format(" vrrp 51 ip {}\n", kVirtualIpv4);
    return out +
           fmt::format(" vrrp 51 ipv6 {}\n vrrp 51 ipv6 {}\n", kVirtualLinkLocal, kVirtualIpv6);
  }

  lab::Program* zebra_ = nullptr;
  lab::Program* vrrpd_ = nullptr;
  std::string before_;
};

// A copy of /etc/NAME in which FRR's users and groups are root's: the daemons want to become the
// user frr, and there is only one user in the laboratory.
bool replace(const std::string& name, const std::vector<std::string>& users,
             std::string_view format) {
  const std::string original = "/etc/" + name;
  const std::string copy = "/run/lab/" + name;
  std::ifstream in(original);
  std::ofstream out(copy);
  for (std::string line; std::getline(in, line);) {
    const std::string user = line.substr(0, line.find(':'));
    if (std::ranges::find(users, user) == users.end()) out << line << "\n";
  }
  for (const std::string& user : users) out << fmt::format(fmt::runtime(format), user) << "\n";
  out.close();
  return mount(copy.c_str(), original.c_str(), nullptr, MS_BIND, nullptr) == 0;
}

}  // namespace

std::unique_ptr<Node> make_frr(const Cell& cell, lab::Host& host, int number) {
  return std::make_unique<Frr>(cell, host, number);
}

std::optional<std::string> prepare_frr() {
  if (access(kVrrpd, X_OK) != 0 || access(kZebra, X_OK) != 0)
    return "FRR is not installed: apt-get install frr";
  if (!replace("passwd", {"frr"}, "{}:x:0:0::/run:/bin/false") ||
      !replace("group", {"frr", "frrvty"}, "{}:x:0:"))
    return fmt::format("cannot replace /etc/passwd here: {}", std::strerror(errno));
  return std::nullopt;
}

}  // namespace interop
