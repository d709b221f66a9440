// What must move nobody: a machine that is fully busy, a backup that sleeps, a flood.
#include <fmt/format.h>

#include <csignal>
#include <thread>

#include "agent/bench.h"
#include "net/ipv4_header.h"
#include "vrrp/packet.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

struct Pair {
  Pair(const std::string& contender, double interval) {
    Routers routers{.interval = interval, .priority = 200};
    one = &site.start(contender, site.a, config(routers));
    if (!wait_until_active(site.a, site.b, routers))
      throw std::runtime_error(contender + " does not become active");
    routers.priority = 100;
    two = &site.start(contender, site.b, config(routers));
    std::this_thread::sleep_for(500ms);
  }
  // How often the backup spoke though the active router was there.
  double takeovers(lab::Tap& wire) {
    double count = 0;
    std::optional<net::IpAddress> last;
    for (const Seen& seen : advertisements(wire)) {
      if (seen.source != last && to_string(seen.source) == "10.0.0.12") ++count;
      last = seen.source;
    }
    return count;
  }
  Site site{1};
  lab::Program* one = nullptr;
  lab::Program* two = nullptr;
};

void busy(const std::string& contender, double interval, std::chrono::seconds time, Table& table) {
  Pair pair(contender, interval);
  lab::Tap wire = pair.site.client.tap();
  std::vector<lab::Program*> burners;
  for (unsigned i = 0; i < 2 * std::max(1U, std::thread::hardware_concurrency()); ++i)
    burners.push_back(&pair.site.client.start({"/bin/sh", "-c", "while :; do :; done"}));
  std::this_thread::sleep_for(time);
  for (lab::Program* burner : burners) burner->kill();
  table
      .at(fmt::format("false failovers, all processors busy, {:g} s", interval),
          fmt::format("in {} s", time.count()), contender)
      .add(pair.takeovers(wire));
}

void asleep(const std::string& contender, Table& table) {
  Pair pair(contender, 0.1);
  lab::Tap wire = pair.site.client.tap();
  kill(-pair.two->pid(), SIGSTOP);
  std::this_thread::sleep_for(5s);
  kill(-pair.two->pid(), SIGCONT);
  std::this_thread::sleep_for(1s);
  table.at("false failovers, backup stopped for 5 s, 0.1 s", "", contender)
      .add(pair.takeovers(wire));
}

// 20,000 packets a second with a checksum that is wrong, to both.
void flood(const std::string& contender, std::chrono::seconds time, Table& table) {
  Pair pair(contender, 0.1);
  lab::Tap wire = pair.site.client.tap();
  const net::IpAddress source = net::IpAddress::parse("10.0.0.99").value();
  const auto virtual_address = address(0, 0, {});
  auto packet = vrrp::encode({.version = vrrp::Version::V3,
                              .vrid = 1,
                              .priority = vrrp::Priority(254),
                              .interval = 100ms,
                              .checksum = vrrp::ChecksumForm::WithPseudoHeader,
                              .address_bytes = virtual_address.bytes()},
                             source, vrrp::kGroupIpv4);
  packet[6] ^= 0xff;
  std::vector<std::uint8_t> frame{0x01, 0x00, 0x5e, 0x00, 0x00, 0x12};
  const auto mac = pair.site.client.mac();
  frame.insert(frame.end(), mac.bytes().begin(), mac.bytes().end());
  frame.insert(frame.end(), {0x08, 0x00});
  const auto header = net::encode({.source = source,
                                   .destination = vrrp::kGroupIpv4,
                                   .protocol = vrrp::kIpProtocol,
                                   .ttl = 255},
                                  packet.size());
  frame.insert(frame.end(), header.begin(), header.end());
  frame.insert(frame.end(), packet.begin(), packet.end());

  const Usage one_before = usage(*pair.one);
  const Usage two_before = usage(*pair.two);
  const auto start = Clock::now();
  std::uint64_t sent = 0;
  for (auto next = start; next < start + time; next += 1ms) {
    for (int i = 0; i < 20; ++i, ++sent) wire.send(frame);
    std::this_thread::sleep_until(next + 1ms);
  }
  const double spent = Milliseconds(Clock::now() - start).count();
  const double expected = static_cast<double>(sent) / 20;
  if (spent > 1.2 * expected)
    fmt::print(stderr, "the flood was slower than 20,000 packets a second\n");
  const auto share = [&](const Usage& before, const Usage& after) {
    return 100 * (after.processor - before.processor).count() / spent;
  };
  table.at("20,000 malformed packets a second: active", "% of a core", contender)
      .add(share(one_before, usage(*pair.one)));
  table.at("20,000 malformed packets a second: backup", "% of a core", contender)
      .add(share(two_before, usage(*pair.two)));
  table.at("20,000 malformed packets a second: false failovers", "", contender)
      .add(pair.takeovers(wire));
}

}  // namespace

void stress(const Options& options, Table& table) {
  const auto time = options.is_quick ? 4s : 10s;
  for (int i = 0; i < (options.is_quick ? 1 : 3); ++i)
    for (const std::string& contender : {kTheirs, kOurs}) {
      busy(contender, 0.1, time, table);
      busy(contender, 0.01, time, table);
      flood(contender, options.is_quick ? 3s : 5s, table);
      if (i == 0) asleep(contender, table);
    }
}

}  // namespace bench
