// Debian's keepalived, and holdfastd with the same file.
#include <fmt/format.h>

#include <csignal>
#include <stdexcept>

#include "interop/node.h"

namespace interop {
namespace {

class KeepalivedLike : public Node {
 public:
  KeepalivedLike(Kind kind, const Cell& cell, lab::Host& host, int number)
      : Node(cell, host, number), kind_(kind) {}

  void start(int priority) override {
    const std::string file = host_.write("router.conf", configuration(priority));
    const std::string directory = host_.directory();
    const std::string pid_files[] = {directory + "/main.pid", directory + "/vrrp.pid"};
    program_ = kind_ == Kind::Keepalived
                   ? &host_.start({"/usr/sbin/keepalived", "-n", "-l", "-D", "-P", "-f", file, "-p",
                                   pid_files[0], "-r", pid_files[1]})
                   : &host_.start({"holdfastd", "-n", "-l", "-D", "-f", file, "-p", pid_files[0],
                                   "-r", pid_files[1]});
  }

  void stop() override {
    program_->send(SIGTERM);
    if (!program_->wait()) throw std::runtime_error(name(kind_) + " does not end");
  }

  bool is_active() const override { return host_.has_address(virtual_address(cell_.family)); }
  bool has_become_backup() const override {
    return program_->said(kind_ == Kind::Keepalived ? "Entering BACKUP STATE" : "to=backup");
  }
  std::string output() const override {
    return before_ + (program_ == nullptr ? "" : program_->output());
  }

 protected:
  void forget() override {
    before_ = output();
    program_ = nullptr;
  }

  void clean() override {
    if (has_vmac()) host_.run({"ip", "link", "del", "vrrp.51"});
    for (const std::string_view address : {kVirtualIpv4, kVirtualIpv6, kVirtualLinkLocal})
      if (host_.has_address(address))
        host_.remove_address(
            fmt::format("{}/{}", address, net::IpAddress::parse(address)->is_v4() ? 24 : 64));
  }

 private:
  bool has_vmac() const { return kind_ == Kind::Keepalived ? cell_.their_vmac : cell_.our_vmac; }

  std::string configuration(int priority) const {
    std::string more;
    if (cell_.unicast) {
      more +=
          fmt::format("unicast_src_ip {}\nunicast_peer {{\n", own_address(cell_.family, number_));
      for (const int peer : peers_) more += own_address(cell_.family, peer) + "\n";
      more += "}\n";
    }
    if (cell_.authentication == Authentication::Trailer)
      more +=
          fmt::format("auth_hmac {{\nkey 1 file:{}\nkey 2 hex:{}\nactive_key 1\nmode enforce\n}}\n",
                      host_.write("key", std::string(40, 'k') + "\n"), std::string(64, 'a'));
    else if (cell_.authentication != Authentication::None)
      more += fmt::format("authentication {{\nauth_type {}\nauth_pass secret12\n}}\n",
                          cell_.authentication == Authentication::Header ? "AH" : "PASS");
    if (has_vmac()) more += "use_vmac\n";
    if (cell_.checksum_of_rfc_9568 && number_ == kFirstNumber) more += "v3_checksum_as_v2 on\n";
    const std::string link_local = cell_.family == net::Family::Ipv6
                                       ? fmt::format("{}/64\n", kVirtualLinkLocal)
                                       : std::string();
    return fmt::format(
        "vrrp_instance VI_1 {{\nstate BACKUP\ninterface eth0\nvirtual_router_id 51\npriority {}\n"
        "advert_int {}\nversion {}\n{}virtual_ipaddress {{\n{}{}/{}\n}}\n}}\n",
        priority, cell_.version == 2 ? "1" : "0.2", cell_.version, more, link_local,
        virtual_address(cell_.family), prefix_length(cell_.family));
  }

  Kind kind_;
  lab::Program* program_ = nullptr;
  std::string before_;
};

}  // namespace

std::string own_address(net::Family family, int number) {
  return fmt::format("{}{}", family == net::Family::Ipv4 ? "10.0.0." : "2001:db8::", number);
}

int prefix_length(net::Family family) {
  return family == net::Family::Ipv4 ? 24 : 64;
}

std::string_view virtual_address(net::Family family) {
  return family == net::Family::Ipv4 ? kVirtualIpv4 : kVirtualIpv6;
}

void Node::power_off() {
  forget();
  host_.power_off();
  is_off_ = true;
}

void Node::power_on() {
  clean();
  host_.link_up();
  is_off_ = false;
  const std::string own = own_address(cell_.family, number_);
  if (!host_.has_address(own))
    host_.add_address(fmt::format("{}/{}", own, prefix_length(cell_.family)));
  host_.link_local();  // waits for it
}

std::unique_ptr<Node> make_keepalived_like(Kind kind, const Cell& cell, lab::Host& host,
                                           int number) {
  return std::make_unique<KeepalivedLike>(kind, cell, host, number);
}

}  // namespace interop
