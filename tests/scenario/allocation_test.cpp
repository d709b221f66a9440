// In steady state nothing on the way of a packet allocates: not receiving, not a timer, not
// sending.
#include <gtest/gtest.h>
#include <openssl/crypto.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "net/ipv4_header.h"
#include "vrrp/authentication.h"
#include "vrrp/engine.h"

namespace {
std::atomic<std::uint64_t> allocations = 0;
std::atomic<std::uint64_t> allocations_of_openssl = 0;

void* allocate_for_openssl(std::size_t size, const char*, int) {
  ++allocations_of_openssl;
  return std::malloc(size);
}
void* reallocate_for_openssl(void* memory, std::size_t size, const char*, int) {
  ++allocations_of_openssl;
  return std::realloc(memory, size);
}
void free_for_openssl(void* memory, const char*, int) {
  std::free(memory);
}
// OpenSSL takes them only before it has allocated anything.
const int is_counting =
    CRYPTO_set_mem_functions(allocate_for_openssl, reallocate_for_openssl, free_for_openssl);
}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace {

using std::chrono_literals::operator""s;

constexpr int kLinks = 20;
constexpr int kRoutersOfALink = 100;
const net::IpAddress kPeer = net::IpAddress::v4(0x0a000006);
const std::vector<std::uint8_t> kAddressBytes{10, 0, 0, 50};

const net::IpAddress kGroup = vrrp::kGroupIpv4;
const vrrp::WallClock kDawn = vrrp::WallClock{} + 1'800'000'000s;
const vrrp::Password kPassword = vrrp::password_from("secret12");

enum class Proof { None, Header, Trailer };

vrrp::TrailerConfig trailer() {
  return {.keys = {{.id = 1, .secret = std::vector<std::uint8_t>(32, 1)}}};
}

// Half of them become active, the other half hear the peer.
class SteadyState : public testing::TestWithParam<Proof> {
 protected:
  vrrp::Version version() const {
    return GetParam() == Proof::Header ? vrrp::Version::V2 : vrrp::Version::V3;
  }

  void SetUp() override {
    for (std::uint32_t link = 1; link <= kLinks; ++link)
      for (int vrid = 1; vrid <= kRoutersOfALink; ++vrid) {
        vrrp::RouterConfig config{.interface = {link},
                                  .vrid = *vrrp::VirtualRouterId::from(vrid),
                                  .version = version(),
                                  .addresses = {net::IpAddress::v4(0x0a000032)},
                                  .source = net::IpAddress::v4(0x0a000005)};
        if (GetParam() == Proof::Header) config.auth_type = vrrp::AuthType::Header;
        config.password = kPassword;
        if (GetParam() == Proof::Trailer) config.trailer = trailer();
        ASSERT_TRUE(engine_.add(config));
      }
    engine_.handle_all(vrrp::Startup{}, now_, actions_);
    for (int second = 0; second < 15; ++second) one_second();
  }

  // What the peer says in this second, as it is on the wire.
  std::vector<std::vector<std::uint8_t>> spoken() {
    std::vector<std::vector<std::uint8_t>> packets;
    const bool is_header = GetParam() == Proof::Header;
    for (int vrid = 1; vrid <= kRoutersOfALink; ++vrid) {
      const auto plain = vrrp::encode({.version = version(),
                                       .vrid = static_cast<std::uint8_t>(vrid),
                                       .priority = vrrp::Priority(vrid % 2 == 0 ? 200 : 1),
                                       .interval = 1s,
                                       .auth_type = static_cast<std::uint8_t>(is_header ? 2 : 0),
                                       .address_bytes = kAddressBytes},
                                      kPeer, kGroup);
      const net::Ipv4Header ip{
          .source = kPeer,
          .destination = kGroup,
          .protocol = is_header ? vrrp::kAuthenticationHeaderProtocol : vrrp::kIpProtocol};
      std::span<const std::uint8_t> payload = plain;
      if (is_header) payload = header_.seal(plain, ip, utc());
      if (GetParam() == Proof::Trailer) payload = trailer_.seal(plain, kPeer, utc());
      const auto outer = net::encode(ip, payload.size());
      packets.emplace_back(outer.begin(), outer.end());
      packets.back().insert(packets.back().end(), payload.begin(), payload.end());
    }
    return packets;
  }
  vrrp::WallClock utc() const {
    return kDawn + std::chrono::duration_cast<vrrp::WallClock::duration>(now_.time_since_epoch());
  }

  // How often something was allocated in the engine's part of a second.
  std::uint64_t one_second() {
    const auto packets = spoken();
    const std::uint64_t before = allocations;
    for (std::uint32_t link = 1; link <= kLinks; ++link)
      for (const auto& packet : packets)
        engine_.receive({link}, *vrrp::Datagram::from_ipv4(packet, utc()), now_, actions_);
    const vrrp::Instant end = now_ + 1s;
    while (engine_.deadline() && *engine_.deadline() <= end) {
      now_ = *engine_.deadline();
      engine_.advance(now_, actions_);
      perform();
    }
    now_ = end;
    perform();
    return allocations - before;
  }

  void perform() {
    for (const auto& [id, action] : actions_)
      if (const auto* advertise = std::get_if<vrrp::Advertise>(&action))
        sent_ += engine_.packet(id, *advertise, kGroup, {.utc = utc()}).empty() ? 0 : 1;
    actions_.clear();
  }

  vrrp::Engine engine_;
  vrrp::RouterActions actions_;
  vrrp::HeaderProof header_{kPassword};
  vrrp::TrailerProof trailer_{trailer()};
  vrrp::Instant now_;
  std::size_t sent_ = 0;
};

TEST_P(SteadyState, AllocatesNothing) {
  const std::size_t sent_before = sent_;
  const std::uint64_t of_openssl_before = allocations_of_openssl;
  for (int second = 0; second < 5; ++second) EXPECT_EQ(one_second(), 0);
  EXPECT_GE(sent_, sent_before + 5 * kLinks * kRoutersOfALink / 2);
  ASSERT_EQ(is_counting, 1);
  EXPECT_EQ(allocations_of_openssl, of_openssl_before);
  std::uint64_t refused = 0, heard = 0;
  for (const auto id : engine_.routers()) {
    for (const auto count : engine_.router(id).counters().rejected()) refused += count;
    heard += engine_.router(id).counters().received;
  }
  EXPECT_EQ(refused, 0);
  EXPECT_GE(heard, 20U * kLinks * kRoutersOfALink);
}

INSTANTIATE_TEST_SUITE_P(Proofs, SteadyState,
                         testing::Values(Proof::None, Proof::Header, Proof::Trailer),
                         [](const auto& test) {
                           return test.param == Proof::None     ? "None"
                                  : test.param == Proof::Header ? "AuthenticationHeader"
                                                                : "Trailer";
                         });

}  // namespace
