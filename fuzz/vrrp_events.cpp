// Any sequence of events and times into an engine: it does not crash, its deadlines lie ahead once
// served, and only an active router has the addresses.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>

#include "vrrp/engine.h"

namespace {

using namespace vrrp;  // NOLINT(google-build-using-namespace): a program about nothing else

constexpr net::InterfaceIndex kInterface{1};

void require(bool holds) {
  if (!holds) std::abort();
}

// Takes the input apart; zeros after its end.
class Input {
 public:
  explicit Input(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}
  bool empty() const { return bytes_.empty(); }
  std::uint8_t next() {
    if (bytes_.empty()) return 0;
    const std::uint8_t byte = bytes_.front();
    bytes_ = bytes_.subspan(1);
    return byte;
  }
  bool flag() { return (next() & 1) != 0; }
  Duration duration() { return std::chrono::milliseconds(next() * (next() + 1)); }

 private:
  std::span<const std::uint8_t> bytes_;
};

RouterConfig draw_config(Input& input, int vrid) {
  RouterConfig config{.interface = kInterface, .vrid = *VirtualRouterId::from(vrid)};
  config.version = input.flag() ? Version::V2 : Version::V3;
  config.priority = Priority(static_cast<std::uint8_t>(input.next() | 1));
  if (config.version == Version::V3)
    config.interval = std::chrono::milliseconds(10 * (1 + input.next()));
  const std::uint8_t flags = input.next();
  config.starts_active = (flags & 1) != 0;
  config.preempt = (flags & 2) == 0;
  config.answers_lower_priority = (flags & 4) == 0;
  config.answers_higher_priority = (flags & 8) != 0;
  config.fault_on_link_down = (flags & 16) == 0;
  if ((flags & 32) != 0) config.preempt_delay = input.duration();
  if ((flags & 64) != 0) config.announce.refresh = std::chrono::seconds(1);
  if ((flags & 128) == 0) config.source = net::IpAddress::v4(0x0a000005);
  config.addresses = {net::IpAddress::v4(0x0a000032)};
  if (input.flag()) config.startup_delay = input.duration();
  if (input.flag())
    config.tracked = {{.id = {1}, .weight = input.next() - 128, .reverse = input.flag()},
                      {.id = {2}}};
  return config;
}

Event draw_event(Input& input) {
  switch (input.next() % 12) {
    case 0:
      return Startup{};
    case 1:
      return Shutdown{};
    case 2:
      return LinkUp{};
    case 3:
      return LinkDown{};
    case 4:
      return SourceChanged{net::IpAddress::v4(0x0a000000U + input.next())};
    case 5:
      return SourceChanged{};
    case 6:
      return TrackedChanged{{input.next() % 3U}, input.flag()};
    case 7:
      return TrackedValue{{input.next() % 3U}, (input.next() - 128) * (input.next() + 1) * 40000};
    case 8:
      return PriorityChanged{Priority(static_cast<std::uint8_t>(input.next() | 1))};
    case 9:
      return AnnounceRequested{};
    case 10:
      return Resign{};
    default:
      return Drain{input.flag()};
  }
}

void hear(Input& input, Engine& engine, Instant now, RouterActions& actions) {
  const std::uint8_t address[] = {10, 0, 0, 50};
  const auto source = net::IpAddress::v4(0x0a000000U + input.next());
  const auto version = input.flag() ? Version::V2 : Version::V3;
  const auto interval = version == Version::V2
                            ? Duration(std::chrono::seconds(1 + input.next() % 2))
                            : Duration(std::chrono::milliseconds(10 * (1 + input.next())));
  const auto bytes = encode({.version = version,
                             .vrid = static_cast<std::uint8_t>(1 + input.next() % 3),
                             .priority = Priority(input.next()),
                             .interval = interval,
                             .address_bytes = address},
                            source, kGroupIpv4);
  engine.receive(kInterface, {source, kGroupIpv4, kHopLimit, bytes}, now, actions);
}

void check(bool is_group, Engine& engine, RouterActions& actions,
           std::map<RouterId, bool>& has_addresses) {
  for (const auto& [id, action] : actions) {
    if (std::holds_alternative<ClaimAddresses>(action)) has_addresses[id] = true;
    if (std::holds_alternative<ReleaseAddresses>(action)) has_addresses[id] = false;
    if (const auto* transition = std::get_if<Transition>(&action))
      require(transition->from != transition->to && !describe(transition->reason).empty());
    if (const auto* advertise = std::get_if<Advertise>(&action))
      require(engine.packet(id, *advertise, kGroupIpv4).size() >= 12);
  }
  actions.clear();
  for (const RouterId id : engine.routers())
    require(has_addresses[id] == (engine.router(id).state() == State::Active));
  if (is_group) require(has_addresses[RouterId{0}] == has_addresses[RouterId{1}]);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, std::min<std::size_t>(size, 4096)});
  Engine engine;
  RouterActions actions;
  std::map<RouterId, bool> has_addresses;
  Instant now{};
  for (int vrid = 1; vrid <= 2; ++vrid) static_cast<void>(engine.add(draw_config(input, vrid)));
  const bool is_group = engine.size() == 2 && input.flag();
  if (is_group) engine.set_groups({engine.routers()}, now, actions);
  while (!input.empty()) {
    switch (input.next() % 6) {
      case 0:
        engine.handle_all(draw_event(input), now, actions);
        break;
      case 1:
        hear(input, engine, now, actions);
        break;
      case 2:
        now += input.duration();
        break;
      case 3:
        if (engine.deadline()) now = std::max(now, *engine.deadline());
        engine.advance(now, actions);
        require(!engine.deadline() || *engine.deadline() > now);
        break;
      case 4:
        static_cast<void>(engine.reconfigure(RouterId{0}, draw_config(input, 1), now, actions));
        break;
      case 5:
        engine.handle(RouterId{1}, draw_event(input), now, actions);
        break;
    }
    check(is_group, engine, actions, has_addresses);
  }
  return 0;
}
