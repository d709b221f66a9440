// A fabric with guests in this process's own namespaces, and ways to act inside a guest. One for
// the whole test program: entering namespaces happens once.
#pragma once

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

// A port with 02:00:00:00:00:NN and the address, /24, on the network; lets everything out.
fabric::PortSpec port(const std::string& id, const std::string& network, int number,
                      std::string_view ip);
fabric::Rule allow_all(fabric::Direction direction, net::Family family = net::Family::Ipv4);
fabric::Rule allow_in(std::uint8_t protocol, std::optional<std::uint16_t> port = std::nullopt);

// User data with one job as the deployer writes them.
std::string user_data(const std::string& instance, const std::string& job,
                      const std::vector<std::string>& command);
std::string web(const std::string& instance);  // guest-web on port 80
std::string this_program();

// Runs in a child process inside the guest's network; whether it returned true.
bool in_guest(pid_t guest, const std::function<bool()>& act);

// Runs the loop until it is so; false after a minute.
bool eventually(const std::function<bool()>& is_so);

// Packets dropped so far.
std::uint64_t dropped(const std::string& port, fabric::Reason reason);

std::string read_file(const std::string& path);

// For in_guest():
void add_address(const std::string& text);  // to eth0
// Asks guest-web over UDP until it answers, at most so long; "" when it did not.
std::string ask(const std::string& target, std::optional<std::string> source = std::nullopt,
                std::chrono::milliseconds at_most = std::chrono::seconds(20));
void send_frame(const std::vector<std::uint8_t>& frame);  // on eth0, as it is
void send_vrrp(const std::string& source, const std::string& destination);
// Waits for an IP packet of this protocol, or for an ARP packet (0), from `source`.
bool hears(std::uint8_t protocol, const std::string& source,
           std::chrono::milliseconds at_most = std::chrono::seconds(20));

}  // namespace world
