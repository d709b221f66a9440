#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <thread>

#include "agent/bench.h"
#include "netlink/control.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

constexpr int kOnAWire = 250;

std::string wire(int number) {
  return fmt::format("eth{}", number);
}

template <typename T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(base::to_string(result.error()));
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

netlink::Control control_in(const lab::Host& host) {
  std::optional<netlink::Control> control;
  host.space().inside([&] { control = must(netlink::Control::open()); });
  return std::move(*control);
}

void furnish(const lab::Host& host, int number, int last_byte) {
  auto control = control_in(host);
  const auto link = must(control.link(wire(number)));
  must(control.add_address(
      link.index, must(net::Prefix::parse(fmt::format("10.0.{}.{}/24", number, last_byte)))));
  must(control.set_up(link.index));
}

}  // namespace

int wires(const Routers& routers) {
  return (routers.count + kOnAWire - 1) / kOnAWire;
}

net::IpAddress address(int router, int number, const Routers& routers) {
  return net::IpAddress::v4(0x0a400000)
      .plus(static_cast<std::uint64_t>(router * routers.addresses_each + number + 1));
}

std::string config(const Routers& routers) {
  std::string text;
  std::string members;
  for (int router = 0; router < routers.count; ++router) {
    text += fmt::format(
        "vrrp_instance R{} {{\n  interface {}\n  state BACKUP\n  version 3\n  virtual_router_id "
        "{}\n"
        "  priority {}\n  advert_int {:g}\n  virtual_ipaddress {{\n",
        router, wire(router / kOnAWire), router % kOnAWire + 1, routers.priority, routers.interval);
    for (int number = 0; number < routers.addresses_each; ++number)
      text += fmt::format("    {}/32\n", to_string(address(router, number, routers)));
    text += "  }\n}\n";
    members += fmt::format("    R{}\n", router);
  }
  if (routers.is_grouped)
    text += fmt::format("vrrp_sync_group G {{\n  group {{\n{}  }}\n}}\n", members);
  return text;
}

Milliseconds down_time(double interval, int priority) {
  return Milliseconds(1000 * interval * (3 + (256 - priority) / 256.0));
}

Site::Site(int wires) : wires_(wires) {
  for (int number = 1; number < wires; ++number) {
    auto control = control_in(a);
    must(control.create_veth(
        {.name = wire(number)},
        {.name = wire(number), .in = netlink::NamespaceFd{.fd = b.space().fd()}}));
    furnish(a, number, 11);
    furnish(b, number, 12);
  }
  // A client that finds the virtual addresses on its own link.
  client.run({"ip", "route", "add", "10.64.0.0/16", "dev", "eth0"});
}

lab::Program& Site::start(const std::string& contender, lab::Host& host, const std::string& text,
                          const std::vector<std::string>& more) {
  const std::string file = host.write("bench.conf", text);
  const std::string directory = host.directory();
  std::vector<std::string> arguments =
      contender == kTheirs
          ? std::vector<std::string>{"/usr/sbin/keepalived",
                                     "-n",
                                     "-l",
                                     "-P",
                                     "-f",
                                     file,
                                     "-p",
                                     directory + "/k.pid",
                                     "-r",
                                     directory + "/v.pid"}
          : std::vector<std::string>{"holdfastd", "-n", "-l",
                                     "-f",        file, "--pid=" + directory + "/h.pid"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return host.start(std::move(arguments));
}

std::vector<std::unique_ptr<lab::Tap>> Site::taps(const lab::Host& host) const {
  std::vector<std::unique_ptr<lab::Tap>> out;
  for (int number = 0; number < wires_; ++number)
    out.push_back(std::make_unique<lab::Tap>(host.tap(wire(number))));
  return out;
}

std::vector<Seen> advertisements(lab::Tap& tap) {
  std::vector<Seen> out;
  for (const lab::Frame& frame : tap.frames()) {
    const auto& bytes = frame.bytes;
    if (bytes.size() < 42 || bytes[12] != 0x08 || bytes[13] != 0 || bytes[23] != 112) continue;
    out.push_back({frame.time, *net::IpAddress::from_bytes(std::span(bytes).subspan(26, 4)),
                   bytes[35], bytes[36]});
  }
  return out;
}

std::optional<Clock::time_point> first_of(const std::vector<Seen>& all, std::string_view source,
                                          Clock::time_point from) {
  const auto wanted = net::IpAddress::parse(source).value();
  for (const Seen& seen : all)
    if (seen.source == wanted && seen.time >= from) return seen.time;
  return std::nullopt;
}

std::optional<Clock::time_point> last_of(const std::vector<Seen>& all, std::string_view source) {
  const auto wanted = net::IpAddress::parse(source).value();
  std::optional<Clock::time_point> last;
  for (const Seen& seen : all)
    if (seen.source == wanted) last = seen.time;
  return last;
}

Usage usage(const lab::Program& program) {
  Usage total;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    const std::string directory = entry.path().string();
    if (!std::isdigit(static_cast<unsigned char>(directory[6]))) continue;  // /proc/PID
    std::ifstream stat(directory + "/stat");
    std::string text((std::istreambuf_iterator<char>(stat)), {});
    const auto end = text.rfind(')');
    if (end == std::string::npos) continue;
    char state = 0;
    int parent = 0;
    int group = 0;
    if (std::sscanf(text.c_str() + end + 1, " %c %d %d", &state, &parent, &group) != 3 ||
        group != program.pid())
      continue;
    std::uint64_t nanoseconds = 0;
    std::ifstream(directory + "/schedstat") >> nanoseconds;
    total.processor += std::chrono::nanoseconds(nanoseconds);
    std::ifstream rollup(directory + "/smaps_rollup");
    for (std::string word; rollup >> word;)
      if (double kilobytes = 0; word == "Pss:" && rollup >> kilobytes) total.pss_kb += kilobytes;
  }
  return total;
}

namespace {

// -1 while they change too fast to be counted.
std::ptrdiff_t virtual_addresses(const lab::Host& host) try {
  const auto addresses = host.addresses();
  return std::ranges::count_if(addresses, [](const auto& known) {
    const net::IpAddress& address = known.prefix.address();
    return address.is_v4() && address.v4_value() >> 16 == 0x0a40;
  });
} catch (const std::runtime_error&) {
  return -1;
}

}  // namespace

bool is_active(const lab::Host& host, const Routers& routers) {
  return virtual_addresses(host) == routers.count * routers.addresses_each;
}

bool wait_until_active(const lab::Host& active, const lab::Host& backup, const Routers& routers) {
  return lab::wait_until(
      [&] {
        const bool is_done = is_active(active, routers) && virtual_addresses(backup) == 0;
        if (!is_done) std::this_thread::sleep_for(50ms);
        return is_done;
      },
      60s);
}

}  // namespace bench
