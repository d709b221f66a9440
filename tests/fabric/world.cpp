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
void append_number(std::vector<std::uint8_t>& to, std::uint16_t number) {
  to.push_back(static_cast<std::uint8_t>(number >> 8));
  to.push_back(static_cast<std::uint8_t>(number));
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

pid_t start_in_guest(pid_t guest, const std::function<bool()>& act) {
  const pid_t child = fork();
  if (child != 0) return child;
  if (auto done = io::join_namespaces_of(guest); !done) {
    fmt::print(stderr, "{}\n", to_string(done.error()));
    _exit(2);
  }
  _exit(act() ? 0 : 1);
}

bool in_guest(pid_t guest, const std::function<bool()>& act) {
  const pid_t child = start_in_guest(guest, act);
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

std::optional<fabric::Drop> find_drop(const fabric::PortSpec& port, fabric::Reason reason) {
  const auto drops = the_world()->fabric->read_drops().value();
  const auto found = std::ranges::find_if(drops, [&](const fabric::Drop& drop) {
    return drop.port == port.id && drop.reason == reason;
  });
  return found == drops.end() ? std::nullopt : std::optional(*found);
}

std::uint64_t dropped(const fabric::PortSpec& port, fabric::Reason reason) {
  const auto drop = find_drop(port, reason);
  return drop ? drop->packets : 0;
}

std::vector<fabric::DropDetail> details(const fabric::PortSpec& port, fabric::Reason reason) {
  const auto drop = find_drop(port, reason);
  return drop ? drop->details : std::vector<fabric::DropDetail>{};
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
    const auto from = to_sockaddr(*source, 5555);
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

std::vector<std::uint8_t> frame(std::string_view from_mac, std::string_view to_mac,
                                std::uint16_t ether_type,
                                const std::vector<std::uint8_t>& payload) {
  std::vector<std::uint8_t> out;
  append(out, mac(to_mac).bytes());
  append(out, mac(from_mac).bytes());
  append_number(out, ether_type);
  append(out, payload);
  out.resize(std::max<std::size_t>(out.size(), 60));
  return out;
}

std::vector<std::uint8_t> ip_packet(std::string_view source, std::string_view destination,
                                    std::uint8_t protocol,
                                    const std::vector<std::uint8_t>& payload) {
  std::vector<std::uint8_t> out;
  const auto size = static_cast<std::uint16_t>(payload.size());
  if (address(source).is_v4()) {
    append_number(out, 0x4500);
    append_number(out, static_cast<std::uint16_t>(20 + size));
    out.insert(out.end(), {0, 1, 0, 0, 64, protocol, 0, 0});
  } else {
    out.insert(out.end(), {0x60, 0, 0, 0});
    append_number(out, size);
    out.insert(out.end(), {protocol, 255});
  }
  append(out, address(source).bytes());
  append(out, address(destination).bytes());
  if (address(source).is_v4()) {
    std::uint32_t sum = 0;
    for (std::size_t i = 0; i < 20; i += 2)
      sum += static_cast<std::uint32_t>(out[i] << 8 | out[i + 1]);
    sum = (sum & 0xffff) + (sum >> 16);
    sum = ~((sum & 0xffff) + (sum >> 16));
    out[10] = static_cast<std::uint8_t>(sum >> 8);
    out[11] = static_cast<std::uint8_t>(sum);
  }
  append(out, payload);
  return out;
}

std::vector<std::uint8_t> udp(std::uint16_t source, std::uint16_t destination) {
  std::vector<std::uint8_t> out;
  append_number(out, source);
  append_number(out, destination);
  append_number(out, 8);
  append_number(out, 0);  // no checksum
  return out;
}

std::vector<std::uint8_t> gratuitous_arp(std::string_view sender_mac, std::string_view ip) {
  std::vector<std::uint8_t> arp{0, 1, 8, 0, 6, 4, 0, 1};
  append(arp, mac(sender_mac).bytes());
  append(arp, address(ip).bytes());
  arp.resize(arp.size() + 6);
  append(arp, address(ip).bytes());
  return arp;
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

void CloudTest::SetUp() {
  if (the_world() == nullptr) GTEST_SKIP() << why_not();
  network_ = testing::UnitTest::GetInstance()->current_test_info()->name();
  console_ = fmt::format("{}/console-{}-{}", testing::TempDir(), network_, getpid());
  ASSERT_TRUE(fabric().add_network(fabric::NetworkId(network_)));
}

void CloudTest::TearDown() {
  unlink(console_.c_str());
}

fabric::PortSpec CloudTest::port(int number, std::string_view ip) {
  return {.id = fabric::PortId(fmt::format("{}-{}", network_, number)),
          .network = fabric::NetworkId(network_),
          .mac = mac(fmt::format("02:00:00:00:00:{:02x}", number)),
          .fixed = {{.address = net::Prefix::from(address(ip), 24).value()}},
          .rules = {allow_all(fabric::Direction::Egress),
                    allow_all(fabric::Direction::Egress, net::Family::Ipv6)}};
}

fabric::PortSpec CloudTest::unsecured_port(int number, std::string_view ip) {
  fabric::PortSpec out = port(number, ip);
  out.port_security_enabled = false;
  return out;
}

guest::GuestSpec CloudTest::server(const fabric::PortSpec& port, std::string user_data) {
  return {.server = guest::ServerId("server-" + port.id.value()),
          .name = port.id.value(),
          .ports = {port},
          .user_data = std::move(user_data),
          .console_path = console_};
}

pid_t CloudTest::boot(const guest::GuestSpec& spec) {
  const auto pid = guests().boot(spec);
  EXPECT_TRUE(pid) << to_string(pid.error());
  // Up when its network is: its console says so.
  EXPECT_TRUE(eventually([&] {
    return read_file(console_).find(to_string(spec.ports.back().mac)) != std::string::npos;
  }));
  return pid.value_or(-1);
}

}  // namespace world
