// How long clients miss the address: power loss and a graceful stop, at three intervals.
#include <fmt/format.h>

#include <csignal>
#include <thread>

#include "agent/asking.h"
#include "agent/bench.h"
#include "agent/pinging.h"
#include "net/arp.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

std::chrono::milliseconds seconds(double value) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(value * 1000));
}

// a is active, b its backup.
struct Pair {
  Pair(std::string name, double interval)
      : contender(std::move(name)),
        better{.interval = interval, .priority = 200},
        other{.interval = interval} {
    start_better();
    two = &site.start(contender, site.b, config(other));
    std::this_thread::sleep_for(seconds(interval * 1.5) + 300ms);
  }
  void start_better() {
    one = &site.start(contender, site.a, config(better));
    if (!wait_until_active(site.a, site.b, better))
      throw std::runtime_error(contender + " does not become active:\n" + one->output());
  }

  std::string contender;
  Routers better;
  Routers other;
  Site site{1};
  lab::Program* one = nullptr;
  lab::Program* two = nullptr;
};

void measure(const std::string& contender, double interval, Table& table) {
  Pair pair(contender, interval);
  Site& site = pair.site;
  const std::string at = fmt::format(" at {:g} s", interval);
  const net::IpAddress wanted = address(0, 0, pair.better);
  const auto long_enough = seconds(interval * 6) + 5s;

  Pinging stop(site.client, wanted);
  stop.during(300ms);
  pair.one->send(SIGTERM);
  stop.until([&] { return !pair.one->is_running() && is_active(site.b, pair.other); }, long_enough);
  stop.during(seconds(interval) + 200ms);
  table.at("client outage, graceful stop" + at, "ms", contender).add(stop.outage().count());

  pair.start_better();
  std::this_thread::sleep_for(seconds(interval * 1.5) + 200ms);
  lab::Tap wire = site.client.tap();
  Pinging crash(site.client, wanted);
  crash.during(seconds(interval) + 200ms, &wire);
  std::thread cut([&] { site.a.power_off(); });  // takes a while: the client goes on asking
  crash.until([&] { return is_active(site.b, pair.other); }, long_enough, &wire);
  crash.during(200ms, &wire);
  cut.join();
  const auto seen = advertisements(wire);
  const auto last = last_of(seen, "10.0.0.11");
  const auto first = last ? first_of(seen, "10.0.0.12", *last) : std::nullopt;
  if (!first)
    throw std::runtime_error(fmt::format("{} did not take over{}: {} advertisements seen\n{}",
                                         contender, at, seen.size(), pair.two->output()));
  const Milliseconds silence = *first - *last;
  table.at("detection beyond theory" + at, "ms", contender)
      .add((silence - down_time(interval, pair.other.priority)).count());
  for (const lab::Frame& frame : wire.frames()) {
    const auto arp = net::parse_arp(frame.bytes);
    if (!arp || frame.time < *first || !arp->is_gratuitous() || arp->sender_ip != wanted) continue;
    table.at("gratuitous ARP after that" + at, "ms", contender)
        .add(Milliseconds(frame.time - *first).count());
    break;
  }
  table.at("client outage, power loss" + at, "ms", contender).add(crash.outage().count());
}

}  // namespace

void failover(const Options& options, Table& table) {
  for (const double interval : {1.0, 0.1, 0.01}) {
    const int repeat = interval < 1.0 ? options.repeat() : options.is_quick ? 1 : 3;
    for (int i = 0; i < repeat; ++i)
      for (const std::string& contender : {kTheirs, kOurs}) measure(contender, interval, table);
  }
}

namespace {

// How long both answered ARP while the active router was stopped, or after it was killed.
void measure_two_owners(const std::string& contender, int signal, const std::string& what,
                        Table& table) {
  Pair pair(contender, 0.1);
  Site& site = pair.site;
  agent_test::Asking asking(site.client, "10.0.0.99", to_string(address(0, 0, pair.better)));
  asking.ask_for(300ms);
  if (signal == SIGKILL)
    pair.one->kill();
  else
    kill(-pair.one->pid(), signal);
  asking.ask_for(5s);
  table.at(what, "ms", contender)
      .add(std::max(0.0, asking.overlap(site.a.mac(), site.b.mac()).count()));
  if (signal != SIGKILL) kill(-pair.one->pid(), SIGCONT);
}

}  // namespace

void two_owners(const Options& options, Table& table) {
  for (int i = 0; i < (options.is_quick ? 1 : 3); ++i)
    for (const std::string& contender : {kTheirs, kOurs}) {
      measure_two_owners(contender, SIGSTOP, "two owners in 5 s, active stopped, 0.1 s", table);
      measure_two_owners(contender, SIGKILL, "two owners in 5 s, active killed, 0.1 s", table);
    }
}

}  // namespace bench
