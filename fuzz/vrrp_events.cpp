// Any sequence of events and times into an engine with three routers, over IPv4 and IPv6, with and
// without proofs, alone or in a sync group: it does not crash, its deadlines lie ahead once served,
// only an active router has the addresses, a group is active as a whole, and a packet with a proof
// is believed once.
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <span>
#include <utility>

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

const net::IpAddress kVirtual4 = net::IpAddress::v4(0x0a000032);
const net::IpAddress kVirtual6 = net::IpAddress(
    net::IpAddress::Ipv6Bytes{0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x32});
constexpr WallClock kDawn = WallClock{} + std::chrono::seconds(1'800'000'000);

net::IpAddress host(net::Family family, std::uint8_t number) {
  if (family == net::Family::Ipv4) return net::IpAddress::v4(0x0a000000U + number);
  net::IpAddress::Ipv6Bytes bytes{0xfe, 0x80};
  bytes[15] = number;
  return net::IpAddress(bytes);
}

// Routers 1 and 2 are IPv4, router 3 is IPv6.
net::Family family_of(int vrid) {
  return vrid == 3 ? net::Family::Ipv6 : net::Family::Ipv4;
}

void draw_proof(Input& input, RouterConfig& config) {
  const std::uint8_t what = input.next();
  if (what % 4 == 1 && config.version == Version::V2 && config.family == net::Family::Ipv4) {
    config.auth_type = AuthType::Header;
    config.password = password_from("secret12");
  } else if (what % 4 == 2) {
    config.trailer = TrailerConfig{.mode = static_cast<TrailerConfig::Mode>(what / 4 % 3),
                                   .keys = {{.id = 1, .secret = std::vector<std::uint8_t>(32, 1)}}};
    if ((what & 64) != 0) config.trailer->window.reset();
  }
}

RouterConfig draw_config(Input& input, int vrid) {
  RouterConfig config{
      .interface = kInterface, .family = family_of(vrid), .vrid = *VirtualRouterId::from(vrid)};
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
  if ((flags & 128) == 0) config.source = host(config.family, 5);
  config.addresses = {config.family == net::Family::Ipv4 ? kVirtual4 : kVirtual6};
  const std::uint8_t more = input.next();
  if ((more & 1) != 0) config.startup_delay = input.duration();
  config.strict = (more & 2) != 0;
  config.ignores_others_as_owner = (more & 4) != 0;
  config.fault_without_peers = (more & 24) == 24;
  if ((more & 32) != 0)
    config.tracked = {{.id = {1}, .weight = input.next() - 128, .reverse = input.flag()},
                      {.id = {2}}};
  draw_proof(input, config);
  return config;
}

Event draw_event(Input& input, net::Family family) {
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
      return SourceChanged{host(family, input.next())};
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

// A packet as it is on the wire, kept to be sent again.
struct OnWire {
  net::IpAddress source, destination;
  std::vector<std::uint8_t> bytes = {};  // IPv4: from the IP header on
};

// What a peer with the same proof would say.
OnWire draw_packet(Input& input, const Engine& engine, HeaderProof& header, TrailerProof& trailer,
                   WallClock utc) {
  const int vrid = 1 + input.next() % 3;
  const auto family = family_of(vrid);
  const auto id = engine.find(kInterface, family, *VirtualRouterId::from(vrid));
  const RouterConfig* config = id ? &engine.router(*id).config() : nullptr;
  const std::uint8_t how = input.next();
  const auto version = config != nullptr && (how & 3) != 0 ? config->version : Version::V3;
  const auto interval = version == Version::V2
                            ? Duration(std::chrono::seconds(1 + (how & 4) / 4))
                            : Duration(std::chrono::milliseconds(10 * (1 + input.next())));
  const bool has_header =
      config != nullptr && config->auth_type == AuthType::Header && (how & 8) == 0;
  const bool has_trailer = config != nullptr && config->trailer && (how & 8) == 0;
  OnWire heard{.source = host(family, input.next()),
               .destination = family == net::Family::Ipv4 ? kGroupIpv4 : kGroupIpv6};
  const auto addresses = family == net::Family::Ipv4 ? kVirtual4.bytes() : kVirtual6.bytes();
  auto bytes = encode({.version = version,
                       .vrid = static_cast<std::uint8_t>(vrid),
                       .priority = Priority(input.next()),
                       .interval = interval,
                       .auth_type = static_cast<std::uint8_t>(has_header ? 2 : 0),
                       .family = family,
                       .address_bytes = addresses},
                      heard.source, heard.destination);
  net::Ipv4Header ip{
      .source = heard.source, .destination = heard.destination, .protocol = kIpProtocol};
  if (has_header) ip.protocol = kAuthenticationHeaderProtocol;
  std::span<const std::uint8_t> payload = bytes;
  if (has_header) payload = header.seal(payload, ip, utc);
  if (has_trailer) payload = trailer.seal(payload, heard.source, utc);
  if (family == net::Family::Ipv4) {
    const auto outer = net::encode(ip, payload.size());
    heard.bytes.assign(outer.begin(), outer.end());
  }
  heard.bytes.insert(heard.bytes.end(), payload.begin(), payload.end());
  return heard;
}

std::uint64_t accepted(const Engine& engine) {
  std::uint64_t sum = 0;
  for (const RouterId id : engine.routers()) sum += engine.router(id).counters().received;
  return sum;
}

// Whether anybody listened to it.
bool hear(Engine& engine, const OnWire& heard, Instant now, WallClock utc, RouterActions& actions) {
  const auto before = accepted(engine);
  std::optional<Datagram> datagram;
  if (heard.source.is_v4())
    datagram = Datagram::from_ipv4(heard.bytes, utc);
  else
    datagram = Datagram{heard.source, heard.destination, kHopLimit, heard.bytes, {}, utc};
  if (datagram) engine.receive(kInterface, *datagram, now, actions);
  return accepted(engine) != before;
}

// Whether the router that it is for would remember its number.
bool has_proof(const Engine& engine, const OnWire& heard) {
  const auto datagram = heard.source.is_v4()
                            ? Datagram::from_ipv4(heard.bytes)
                            : Datagram{heard.source, heard.destination, kHopLimit, heard.bytes};
  const auto vrid = datagram ? claimed_vrid(datagram->payload) : std::nullopt;
  const auto id = vrid ? engine.find(kInterface, heard.source.family(), *vrid) : std::nullopt;
  if (!id) return false;
  const RouterConfig& config = engine.router(*id).config();
  const auto size = packet_size(datagram->payload, heard.source.family());
  return config.auth_type == AuthType::Header ||
         (config.trailer && datagram->payload.size() > size.value_or(0));
}

void check(bool is_group, Engine& engine, WallClock utc, RouterActions& actions,
           std::map<RouterId, bool>& has_addresses) {
  for (const auto& [id, action] : actions) {
    if (std::holds_alternative<ClaimAddresses>(action)) has_addresses[id] = true;
    if (std::holds_alternative<ReleaseAddresses>(action)) has_addresses[id] = false;
    if (const auto* transition = std::get_if<Transition>(&action))
      require(transition->from != transition->to && !describe(transition->reason).empty());
    if (const auto* notice = std::get_if<Notice>(&action)) require(!describe(*notice).empty());
    if (const auto* advertise = std::get_if<Advertise>(&action))
      require(
          engine.packet(id, *advertise, engine.router(id).destinations()[0], {.utc = utc}).size() >=
          12);
  }
  actions.clear();
  const auto routers = engine.routers();
  for (const RouterId id : routers) {
    require(has_addresses[id] == (engine.router(id).state() == State::Active));
    if (is_group) require(has_addresses[id] == has_addresses[routers[0]]);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Input input({data, std::min<std::size_t>(size, 4096)});
  Engine engine;
  RouterActions actions;
  std::map<RouterId, bool> has_addresses;
  Instant now{};
  WallClock utc = kDawn;
  HeaderProof header(password_from("secret12"));
  TrailerProof trailer({.keys = {{.id = 1, .secret = std::vector<std::uint8_t>(32, 1)}}});
  std::optional<OnWire> recorded;  // which was believed, and had a proof
  for (int vrid = 1; vrid <= 3; ++vrid) static_cast<void>(engine.add(draw_config(input, vrid)));
  const auto routers = engine.routers();
  if (routers.empty()) return 0;
  const bool is_group = input.flag();
  if (is_group) engine.set_groups({routers}, now, actions);
  while (!input.empty()) {
    const std::uint8_t what = input.next();
    const RouterId id = routers[what / 8 % routers.size()];
    const auto family = engine.router(id).config().family;
    switch (what % 8) {
      case 0:
        engine.handle_all(draw_event(input, net::Family::Ipv4), now, actions);
        break;
      case 1: {
        const OnWire heard = draw_packet(input, engine, header, trailer, utc);
        const bool is_believed = hear(engine, heard, now, utc, actions);
        check(is_group, engine, utc, actions, has_addresses);
        if (is_believed) recorded = heard;
        break;
      }
      case 2: {
        const Duration passed = input.duration();
        now += passed;
        utc += std::chrono::duration_cast<WallClock::duration>(passed);
        break;
      }
      case 3:
        if (engine.deadline()) now = std::max(now, *engine.deadline());
        engine.advance(now, actions);
        require(!engine.deadline() || *engine.deadline() > now);
        break;
      case 4: {
        const int vrid = engine.router(id).config().vrid.value();
        const auto proof = [&] {
          const RouterConfig& config = engine.router(id).config();
          return std::pair(config.auth_type, config.trailer.has_value());
        };
        const auto before = proof();
        static_cast<void>(engine.reconfigure(id, draw_config(input, vrid), now, actions));
        if (before != proof()) recorded.reset();  // without a proof nothing is remembered
        break;
      }
      case 5:
        engine.handle(id, draw_event(input, family), now, actions);
        break;
      case 6:
        utc += std::chrono::milliseconds((input.next() - 128) * (1 + input.next()));
        break;
      default:
        if (recorded && !has_proof(engine, *recorded)) recorded.reset();
        if (recorded) require(!hear(engine, *recorded, now, utc, actions));
        break;
    }
    check(is_group, engine, utc, actions, has_addresses);
  }
  return 0;
}
