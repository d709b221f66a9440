#include "world.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "io/descriptor.h"
#include "io/namespaces.h"
#include "json/value.h"
#include "netlink/control.h"

namespace world {
namespace {

using Clock = std::chrono::steady_clock;

std::string reason_for_skipping;

std::unique_ptr<World> make() {
  if (auto done = fabric::enter_private_namespaces(); !done) {
    reason_for_skipping = to_string(done.error());
    return nullptr;
  }
  auto world = std::make_unique<World>();
  auto fabric = fabric::Fabric::make();
  if (!fabric) {
    reason_for_skipping = to_string(fabric.error());
    return nullptr;
  }
  world->fabric = std::move(*fabric);
  world->guests = std::make_unique<guest::Guests>(world->loop, *world->fabric);
  world->guests->on_end(
      [at = world.get()](const guest::Ended& ended) { at->ended.push_back(ended); });
  return world;
}

sockaddr_in to_sockaddr(const std::string& ip, std::uint16_t port) {
  sockaddr_in out{};
  out.sin_family = AF_INET;
  out.sin_port = htons(port);
  inet_pton(AF_INET, ip.c_str(), &out.sin_addr);
  return out;
}

void append(std::vector<std::uint8_t>& to, std::span<const std::uint8_t> bytes) {
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

World* the_world() {
  static const std::unique_ptr<World> world = make();
  return world.get();
}
const std::string& why_not() {
  return reason_for_skipping;
}

net::Prefix prefix(std::string_view text) {
  return net::Prefix::parse(text).value();
}
net::IpAddress address(std::string_view text) {
  return net::IpAddress::parse(text).value();
}
net::MacAddress mac(std::string_view text) {
  return net::MacAddress::parse(text).value();
}

fabric::PortSpec port(const std::string& id, const std::string& network, int number,
                      std::string_view ip) {
  return {.id = fabric::PortId(id),
          .network = fabric::NetworkId(network),
          .mac = mac(fmt::format("02:00:00:00:00:{:02x}", number)),
          .fixed = {{.address = net::Prefix::from(address(ip), 24).value()}},
          .rules = {allow_all(fabric::Direction::Egress)}};
}

fabric::Rule allow_all(fabric::Direction direction, net::Family family) {
  return {.direction = direction, .family = family};
}

fabric::Rule allow_in(std::uint8_t protocol, std::optional<std::uint16_t> port) {
  return {.direction = fabric::Direction::Ingress,
          .protocol = protocol,
          .port_min = port,
          .port_max = port};
}

std::string user_data(const std::string& instance, const std::string& job,
                      const std::vector<std::string>& command) {
  json::Array words(command.begin(), command.end());
  return json::dump(json::Object{
      {"env", json::Object{
                  {"holdfast", json::Object{{"instance", json::Object{{"name", instance}}},
                                            {"jobs", json::Array{json::Object{
                                                         {"name", job}, {"command", words}}}}}}}}});
}

std::string web(const std::string& instance) {
  return user_data(instance, "web", {this_program(), "guest-web", "--port", "80"});
}

std::string this_program() {
  return std::filesystem::read_symlink("/proc/self/exe").string();
}

bool in_guest(pid_t guest, const std::function<bool()>& act) {
  const pid_t child = fork();
  if (child == 0) {
    if (auto done = io::join_namespaces_of(guest); !done) {
      fmt::print(stderr, "{}\n", to_string(done.error()));
      _exit(2);
    }
    _exit(act() ? 0 : 1);
  }
  int status = 0;
  while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

bool eventually(const std::function<bool()>& is_so) {
  io::Loop& loop = the_world()->loop;
  const auto end = Clock::now() + std::chrono::minutes(1);
  while (Clock::now() < end) {
    if (is_so()) return true;
    io::Timer wake(loop, [&loop] { loop.stop(); });
    wake.after(std::chrono::milliseconds(5));
    loop.run();
  }
  return false;
}

std::uint64_t dropped(const std::string& port, fabric::Reason reason) {
  const auto drops = the_world()->fabric->read_drops().value();
  const auto found = std::ranges::find_if(drops, [&](const fabric::Drop& drop) {
    return drop.port.value() == port && drop.reason == reason;
  });
  return found == drops.end() ? 0 : found->packets;
}

std::string read_file(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path).rdbuf();
  return out.str();
}

void add_address(const std::string& text) {
  auto links = netlink::Control::open().value();
  const auto link = links.link("eth0").value();
  if (!links.add_address(link.index, prefix(text))) std::abort();
}

std::string ask(const std::string& target, std::optional<std::string> source,
                std::chrono::milliseconds at_most) {
  const io::Descriptor fd(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const auto to = to_sockaddr(target, 80);
  if (source) {
    const auto from = to_sockaddr(*source, 0);
    if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return "";
  }
  const auto end = Clock::now() + at_most;
  while (Clock::now() < end) {
    sendto(fd.get(), "who", 3, 0, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    pollfd readable{fd.get(), POLLIN, 0};
    if (poll(&readable, 1, 50) != 1) continue;
    std::array<char, 1500> buffer;
    const ssize_t got = recv(fd.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (got > 0) return std::string(buffer.data(), static_cast<std::size_t>(got));
  }
  return "";
}

void send_frame(const std::vector<std::uint8_t>& frame) {
  const io::Descriptor fd(socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, htons(ETH_P_ALL)));
  sockaddr_ll to{};
  to.sll_family = AF_PACKET;
  to.sll_ifindex = static_cast<int>(if_nametoindex("eth0"));
  sendto(fd.get(), frame.data(), frame.size(), 0, reinterpret_cast<sockaddr*>(&to), sizeof to);
}

void send_vrrp(const std::string& source, const std::string& destination) {
  const io::Descriptor fd(socket(AF_INET, SOCK_RAW | SOCK_CLOEXEC, 112));
  const auto from = to_sockaddr(source, 0);
  const auto to = to_sockaddr(destination, 0);
  if (bind(fd.get(), reinterpret_cast<const sockaddr*>(&from), sizeof from) != 0) return;
  ip_mreqn interface {};
  interface.imr_ifindex = static_cast<int>(if_nametoindex("eth0"));
  setsockopt(fd.get(), IPPROTO_IP, IP_MULTICAST_IF, &interface, sizeof interface);
  const std::array<std::uint8_t, 12> advertisement{0x31, 51, 100, 1, 0, 100, 0, 0, 10, 0, 0, 50};
  sendto(fd.get(), advertisement.data(), advertisement.size(), 0,
         reinterpret_cast<const sockaddr*>(&to), sizeof to);
}

bool hears(std::uint8_t protocol, const std::string& source, std::chrono::milliseconds at_most) {
  const io::Descriptor fd(socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, htons(ETH_P_ALL)));
  std::vector<std::uint8_t> wanted;
  append(wanted, address(source).bytes());
  const auto end = Clock::now() + at_most;
  while (Clock::now() < end) {
    pollfd readable{fd.get(), POLLIN, 0};
    if (poll(&readable, 1, 50) != 1) continue;
    std::array<std::uint8_t, 1500> buffer;
    sockaddr_ll from{};
    socklen_t size = sizeof from;
    const ssize_t got = recvfrom(fd.get(), buffer.data(), buffer.size(), 0,
                                 reinterpret_cast<sockaddr*>(&from), &size);
    if (got < 28 || from.sll_pkttype == PACKET_OUTGOING) continue;
    const bool is_arp = from.sll_protocol == htons(ETH_P_ARP);
    const auto at = buffer.begin() + (is_arp ? 14 : 12);
    const bool is_wanted = is_arp ? protocol == 0 : protocol == buffer[9];
    if (is_wanted && std::equal(wanted.begin(), wanted.end(), at)) return true;
  }
  return false;
}

}  // namespace world
