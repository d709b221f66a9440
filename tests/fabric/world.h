// A fabric with guests in this process's own namespaces, and ways to act inside a guest. One for
// the whole test program: entering namespaces happens once.
#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cloud/fabric/fabric.h"
#include "cloud/guest/guest.h"
#include "io/loop.h"

namespace world {

using namespace cloud;

struct World {
  io::Loop loop;
  std::unique_ptr<fabric::Fabric> fabric;
  std::unique_ptr<guest::Guests> guests;
  std::vector<guest::Ended> ended;
};

// Nothing, with the reason in `why_not`, on a machine without user namespaces or br_netfilter.
World* the_world();
const std::string& why_not();

net::Prefix prefix(std::string_view text);
net::IpAddress address(std::string_view text);
net::MacAddress mac(std::string_view text);

fabric::Rule allow_all(fabric::Direction direction, net::Family family = net::Family::Ipv4);
fabric::Rule allow_in(std::uint8_t protocol, std::optional<std::uint16_t> port = std::nullopt);

// User data with one job as the deployer writes them.
std::string user_data(const std::string& instance, const std::string& job,
                      const std::vector<std::string>& command);
std::string web(const std::string& instance);  // guest-web on port 80
std::string this_program();

// Runs in a child process inside the guest's network; whether it returned true.
bool in_guest(pid_t guest, const std::function<bool()>& act);
// The same without waiting: the pid of the child.
pid_t start_in_guest(pid_t guest, const std::function<bool()>& act);

// Runs the loop until it is so; false after a minute.
bool eventually(const std::function<bool()>& is_so);

// Packets dropped so far.
std::uint64_t dropped(const fabric::PortSpec& port, fabric::Reason reason);
std::vector<fabric::DropDetail> details(const fabric::PortSpec& port, fabric::Reason reason);

std::string read_file(const std::string& path);

// For in_guest():
void add_address(const std::string& text);  // to eth0
// Asks guest-web over UDP until it answers, at most so long; "" when it did not. With a source the
// local port is 5555.
std::string ask(const std::string& target, std::optional<std::string> source = std::nullopt,
                std::chrono::milliseconds at_most = std::chrono::seconds(20));
// An Ethernet frame; addresses of the payload are the payload's affair.
std::vector<std::uint8_t> frame(std::string_view from_mac, std::string_view to_mac,
                                std::uint16_t ether_type, const std::vector<std::uint8_t>& payload);
// IPv4 or IPv6 by the addresses, without options; the checksum is right.
std::vector<std::uint8_t> ip_packet(std::string_view source, std::string_view destination,
                                    std::uint8_t protocol,
                                    const std::vector<std::uint8_t>& payload);
std::vector<std::uint8_t> udp(std::uint16_t source, std::uint16_t destination);
// An ARP request of the kind that is called gratuitous.
std::vector<std::uint8_t> gratuitous_arp(std::string_view sender_mac, std::string_view ip);
void send_frame(const std::vector<std::uint8_t>& frame);  // on eth0, as it is
void send_vrrp(const std::string& source, const std::string& destination);
// Waits for an IP packet of this protocol, or for an ARP packet (0), from `source`.
bool hears(std::uint8_t protocol, const std::string& source,
           std::chrono::milliseconds at_most = std::chrono::seconds(20));

// The base of the tests: a network with the test's name, a console file, and servers on it.
class CloudTest : public testing::Test {
 protected:
  void SetUp() override;
  void TearDown() override;

  fabric::Fabric& fabric() { return *the_world()->fabric; }
  guest::Guests& guests() { return *the_world()->guests; }
  // 02:00:00:00:00:NN and the address, /24; lets everything out and nothing in.
  fabric::PortSpec port(int number, std::string_view ip);
  fabric::PortSpec unsecured_port(int number, std::string_view ip);
  guest::GuestSpec server(const fabric::PortSpec& port, std::string user_data = "");
  pid_t boot(const guest::GuestSpec& spec);

  std::string network_;
  std::string console_;
};

}  // namespace world
