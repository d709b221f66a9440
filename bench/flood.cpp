// What a flood costs: 20,000 packets a second at one router, each kind by itself, evenly spread,
// which is worse than in bursts. CPU time of the daemon, holdfastd and Debian's keepalived.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <thread>

#include "lab/lab.h"
#include "net/ipv4_header.h"
#include "vrrp/packet.h"

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Bytes = std::vector<std::uint8_t>;

constexpr auto kTime = 4s;
constexpr int kPacketsASecond = 20000;

net::IpAddress ip(std::string_view text) {
  return net::IpAddress::parse(text).value();
}

Bytes advertisement(std::uint8_t priority) {
  const Bytes address{10, 0, 0, 50};
  return vrrp::encode({.version = vrrp::Version::V3,
                       .vrid = 51,
                       .priority = vrrp::Priority(priority),
                       .interval = 1s,
                       .checksum = vrrp::ChecksumForm::WithPseudoHeader,
                       .address_bytes = address},
                      ip("10.0.0.99"), vrrp::kGroupIpv4);
}

Bytes frame(const lab::Host& from, const Bytes& packet, std::uint8_t ttl = 255) {
  Bytes bytes{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
  const auto mac = from.mac();
  bytes.insert(bytes.end(), mac.bytes().begin(), mac.bytes().end());
  bytes.insert(bytes.end(), {0x08, 0x00});
  const auto header = net::encode({.source = ip("10.0.0.99"),
                                   .destination = vrrp::kGroupIpv4,
                                   .protocol = vrrp::kIpProtocol,
                                   .ttl = ttl},
                                  packet.size());
  bytes.insert(bytes.end(), header.begin(), header.end());
  bytes.insert(bytes.end(), packet.begin(), packet.end());
  return bytes;
}

struct Kind {
  std::string name;
  Bytes bytes;
};

std::vector<Kind> kinds(const lab::Host& from) {
  const auto changed = [&](std::size_t at, std::uint8_t value) {
    Bytes packet = advertisement(254);
    packet[at] = value;
    return frame(from, packet);
  };
  Bytes cut = advertisement(254);
  cut.resize(10);
  return {{"nothing", {}},
          {"TTL 64", frame(from, advertisement(254), 64)},
          {"version 4", changed(0, 0x41)},
          {"type 3", changed(0, 0x33)},
          {"cut", frame(from, cut)},
          {"wrong checksum", changed(6, 0x12)},
          {"another VRID", changed(1, 52)},
          {"good, lower priority", frame(from, advertisement(1))}};
}

// The time that all threads of a process and its children have run.
std::chrono::nanoseconds run_time(pid_t pid) {
  std::chrono::nanoseconds total{};
  for (const auto& task : std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
    long long nanoseconds = 0;
    std::ifstream(task.path() / "schedstat") >> nanoseconds;
    total += std::chrono::nanoseconds(nanoseconds);
    std::ifstream children(task.path() / "children");
    for (pid_t child = 0; children >> child;) total += run_time(child);
  }
  return total;
}

void flood(lab::Tap& wire, const Bytes& bytes) {
  const auto start = Clock::now();
  const long total = kTime / 1s * kPacketsASecond;
  for (long i = 0; i < total; ++i) {
    if (bytes.empty()) return std::this_thread::sleep_for(kTime);
    while (Clock::now() < start + i * 1s / kPacketsASecond) continue;
    wire.send(bytes);
  }
}

std::string config(int priority) {
  return fmt::format(
      "vrrp_instance VI_1 {{\nstate BACKUP\ninterface eth0\nvirtual_router_id 51\npriority {}\n"
      "advert_int 1\nversion 3\nvirtual_ipaddress {{\n10.0.0.50/24\n}}\n}}\n",
      priority);
}

class Flood : public lab::Test {
 protected:
  std::vector<std::string> command(bool is_ours, const lab::Host& host) const {
    const std::string file = host.write("router.conf", config(200));
    if (is_ours) return {"holdfastd", "-n", "-l", "-f", file, "-p", host.directory() + "/main.pid"};
    return {"/usr/sbin/keepalived",
            "-n",
            "-l",
            "-P",
            "-f",
            file,
            "-p",
            host.directory() + "/main.pid",
            "-r",
            host.directory() + "/vrrp.pid"};
  }

  lab::Network network_;
  lab::Host& ours_ = network_.add_host("ours", "10.0.0.11/24");
  lab::Host& theirs_ = network_.add_host("theirs", "10.0.0.12/24");
  lab::Host& attacker_ = network_.add_host("attacker", "10.0.0.99/24");
};

TEST_F(Flood, CpuOfAnActiveRouter) {
  std::cout << "| 20,000 packets a second | holdfastd | keepalived |\n|---|---|---|\n";
  std::map<std::string, std::vector<std::string>> rows;
  for (const bool is_ours : {true, false}) {
    if (!is_ours && access("/usr/sbin/keepalived", X_OK) != 0) continue;
    lab::Host& host = is_ours ? ours_ : theirs_;
    lab::Program& daemon = host.start(command(is_ours, host));
    ASSERT_TRUE(lab::wait_until([&] { return host.has_address("10.0.0.50"); })) << daemon.output();
    std::this_thread::sleep_for(6s);  // the second burst of gratuitous ARP
    lab::Tap wire = attacker_.tap();
    for (const Kind& kind : kinds(attacker_)) {
      const auto before = run_time(daemon.pid());
      flood(wire, kind.bytes);
      const auto used = run_time(daemon.pid()) - before;
      rows[kind.name].push_back(fmt::format(
          "{:.2f} %", 100.0 * static_cast<double>(used.count()) /
                          static_cast<double>(std::chrono::nanoseconds(kTime).count())));
      EXPECT_TRUE(host.has_address("10.0.0.50"));
    }
    daemon.kill();
  }
  for (const Kind& kind : kinds(attacker_))
    std::cout << fmt::format("| {} | {} |\n", kind.name, fmt::join(rows[kind.name], " | "));
}

}  // namespace
