// Much at once: a thousand addresses change their machine, a thousand routers are reloaded.
#include <fmt/format.h>

#include <csignal>
#include <map>
#include <set>
#include <thread>

#include "agent/bench.h"
#include "net/arp.h"

namespace bench {
namespace {

using namespace std::chrono_literals;

// The latest advertisement of any router of that source, beyond its interval.
Milliseconds latest(const std::vector<std::unique_ptr<lab::Tap>>& taps, std::string_view ending,
                    double interval) {
  Milliseconds worst{};
  for (const auto& tap : taps) {
    std::map<int, Clock::time_point> last;
    for (const Seen& seen : advertisements(*tap)) {
      if (!to_string(seen.source).ends_with(ending) || seen.priority == 0) continue;
      const auto known = last.find(seen.vrid);
      if (known != last.end())
        worst = std::max<Milliseconds>(worst,
                                       seen.time - known->second - Milliseconds(1000 * interval));
      last[seen.vrid] = seen.time;
    }
  }
  return worst;
}

void take_over(const std::string& contender, Table& table) {
  const Routers better{
      .count = 4, .interval = 0.1, .priority = 200, .addresses_each = 250, .is_grouped = true};
  Routers other = better;
  other.priority = 100;
  Site site(1);
  site.start(contender, site.a, config(better));
  if (!wait_until_active(site.a, site.b, better))
    throw std::runtime_error(contender + " does not become active");
  site.start(contender, site.b, config(other));
  std::this_thread::sleep_for(1s);
  std::vector<std::unique_ptr<lab::Tap>> wire = site.taps(site.client);
  site.a.power_off();
  if (!lab::wait_until([&] { return is_active(site.b, other); }))
    throw std::runtime_error(contender + " does not take over");
  std::this_thread::sleep_for(1s);
  const auto first = first_of(advertisements(*wire[0]), "10.0.0.12");
  std::map<net::IpAddress, Clock::time_point> announced;
  for (const lab::Frame& frame : wire[0]->frames()) {
    const auto arp = net::parse_arp(frame.bytes);
    if (arp && arp->is_gratuitous() && arp->sender_mac == site.b.mac())
      announced.emplace(arp->sender_ip, frame.time);
  }
  Clock::time_point last{};
  for (const auto& [address, time] : announced) last = std::max(last, time);
  if (announced.size() != 1000)
    throw std::runtime_error(fmt::format("{} announced {} of 1000", contender, announced.size()));
  table.at("1000 addresses taken over: all announced after", "ms", contender)
      .add(Milliseconds(last - *first).count());
  table.at("1000 addresses taken over: latest own advertisement", "ms late", contender)
      .add(latest(wire, ".12", 0.1).count());
}

void reload(const std::string& contender, Table& table) {
  const Routers before{.count = 999, .interval = 0.1};
  Routers after = before;
  after.count = 1000;
  Site site(wires(after));
  lab::Program& one = site.start(contender, site.a, config(before));
  if (!wait_until_active(site.a, site.b, before))
    throw std::runtime_error(contender + " does not become active");
  std::this_thread::sleep_for(2s);
  auto measured = [&](const std::string& what, const std::function<void()>& act) {
    const auto taps = site.taps(site.b);
    std::this_thread::sleep_for(300ms);
    act();
    std::this_thread::sleep_for(1500ms);
    table.at(what, "ms late", contender).add(latest(taps, ".11", 0.1).count());
  };
  measured("1000 routers at 0.1 s: latest advertisement", [] {});
  site.a.write("bench.conf", config(after));
  measured("the same while a router is added by a reload", [&] { one.send(SIGHUP); });
  if (!is_active(site.a, after)) throw std::runtime_error(contender + " did not add the router");
}

}  // namespace

void bulk(const Options& options, Table& table) {
  for (int i = 0; i < options.repeat(); ++i)
    for (const std::string& contender : {kTheirs, kOurs}) {
      take_over(contender, table);
      reload(contender, table);
    }
}

}  // namespace bench
