// The core alone, with 10 and with 10,000 routers: what finding the router of a packet and finding
// what is due cost must hardly depend on how many there are. And the bytes that a router takes, and
// how many hours of routers' lives the simulation gets through in a second.
#include <benchmark/benchmark.h>
#include <malloc.h>

#include <chrono>
#include <memory>

#include "simulation.h"
#include "vrrp/authentication.h"
#include "vrrp/engine.h"

namespace {

using std::chrono_literals::operator""s;

constexpr int kRoutersOfALink = 250;
const net::IpAddress kPeer = net::IpAddress::v4(0x0a000006);
const std::vector<std::uint8_t> kAddressBytes{10, 0, 0, 50};

struct Site {
  explicit Site(std::int64_t count) {
    for (std::int64_t i = 0; i < count; ++i) {
      // Started one after the other, so that they are not due in the same instant.
      const auto id = engine.add({.interface = {link_of(i)},
                                  .vrid = *vrrp::VirtualRouterId::from(vrid_of(i)),
                                  .version = vrrp::Version::V3,
                                  .addresses = {net::IpAddress::v4(0x0a000032)},
                                  .source = net::IpAddress::v4(0x0a000005)});
      engine.handle(*id, vrrp::Startup{}, now + i * vrrp::Duration(1s) / count, actions);
    }
    now += 1s;
    actions.clear();
  }
  static std::uint32_t link_of(std::int64_t i) {
    return static_cast<std::uint32_t>(1 + i / kRoutersOfALink);
  }
  static int vrid_of(std::int64_t i) { return static_cast<int>(1 + i % kRoutersOfALink); }

  vrrp::Engine engine;
  vrrp::RouterActions actions;
  vrrp::Instant now;
};

void receive(benchmark::State& state) {
  Site site(state.range(0));
  std::vector<std::vector<std::uint8_t>> packets;
  for (int vrid = 1; vrid <= kRoutersOfALink; ++vrid)
    packets.push_back(vrrp::encode({.version = vrrp::Version::V3,
                                    .vrid = static_cast<std::uint8_t>(vrid),
                                    .priority = vrrp::Priority(200),
                                    .interval = 1s,
                                    .address_bytes = kAddressBytes},
                                   kPeer, vrrp::kGroupIpv4));
  std::int64_t i = 0;
  for (auto _ : state) {
    i = (i + 7919) % state.range(0);
    const auto& packet = packets[static_cast<std::size_t>(i % kRoutersOfALink)];
    site.engine.receive({Site::link_of(i)}, {kPeer, vrrp::kGroupIpv4, 255, packet}, site.now,
                        site.actions);
    site.actions.clear();
  }
  state.SetItemsProcessed(state.iterations());
}

void send(benchmark::State& state) {
  Site site(state.range(0));
  while (site.engine.deadline() && *site.engine.deadline() < vrrp::Instant{} + 10s) {
    site.engine.advance(*site.engine.deadline(), site.actions);
    site.actions.clear();
  }
  std::size_t bytes = 0;
  for (auto _ : state) {
    site.engine.advance(*site.engine.deadline(), site.actions);
    for (const auto& [id, action] : site.actions)
      if (const auto* advertise = std::get_if<vrrp::Advertise>(&action))
        bytes += site.engine.packet(id, *advertise, vrrp::kGroupIpv4).size();
    site.actions.clear();
  }
  state.SetItemsProcessed(state.iterations());
  benchmark::DoNotOptimize(bytes);
}

// To sign a packet and to verify it, which comes on top of sending and receiving.
void prove_trailer(benchmark::State& state) {
  const vrrp::TrailerConfig config{.keys = {{.id = 1, .secret = std::vector<std::uint8_t>(32, 1)}}};
  vrrp::TrailerProof sender(config), receiver(config);
  const auto plain = vrrp::encode({.version = vrrp::Version::V3,
                                   .vrid = 1,
                                   .priority = vrrp::Priority(200),
                                   .interval = 1s,
                                   .address_bytes = kAddressBytes},
                                  kPeer, vrrp::kGroupIpv4);
  for (auto _ : state)
    if (receiver.refusal({kPeer, vrrp::kGroupIpv4, 255, sender.seal(plain, kPeer, {}), {}, {}}))
      return state.SkipWithError("refused");
  state.SetItemsProcessed(state.iterations());
}

void footprint(benchmark::State& state) {
  double bytes = 0;
  for (auto _ : state) {
    const auto before = mallinfo2();
    const auto site = std::make_unique<Site>(state.range(0));
    const auto after = mallinfo2();
    // Large blocks are mapped, and counted apart.
    bytes = static_cast<double>(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd);
  }
  state.counters["bytes_a_router"] = bytes / static_cast<double>(state.range(0));
}

void simulate(benchmark::State& state) {
  scenario::Totals totals;
  std::uint64_t seed = 0;
  for (auto _ : state)
    if (const auto failure = scenario::run_seed(++seed, totals))
      return state.SkipWithError("a rule was broken");
  const std::chrono::duration<double, std::ratio<3600>> hours = totals.router_time;
  state.counters["router_hours"] = benchmark::Counter(hours.count(), benchmark::Counter::kIsRate);
  state.counters["steps"] =
      benchmark::Counter(static_cast<double>(totals.steps), benchmark::Counter::kIsRate);
}

BENCHMARK(receive)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(send)->Arg(10)->Arg(1000)->Arg(10000);
BENCHMARK(prove_trailer);
BENCHMARK(footprint)->Arg(10000)->Iterations(1);
BENCHMARK(simulate);

}  // namespace

BENCHMARK_MAIN();
