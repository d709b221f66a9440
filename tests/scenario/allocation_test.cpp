// In steady state nothing on the way of a packet allocates: not receiving, not a timer, not
// sending.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "vrrp/engine.h"

namespace {
std::atomic<std::uint64_t> allocations = 0;
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

// Half of them become active, the other half hear the peer.
class SteadyState : public testing::Test {
 protected:
  void SetUp() override {
    for (std::uint32_t link = 1; link <= kLinks; ++link)
      for (int vrid = 1; vrid <= kRoutersOfALink; ++vrid)
        ASSERT_TRUE(engine_.add({.interface = {link},
                                 .vrid = *vrrp::VirtualRouterId::from(vrid),
                                 .version = vrrp::Version::V3,
                                 .addresses = {net::IpAddress::v4(0x0a000032)},
                                 .source = net::IpAddress::v4(0x0a000005)}));
    for (int vrid = 1; vrid <= kRoutersOfALink; ++vrid)
      packets_.push_back(vrrp::encode({.version = vrrp::Version::V3,
                                       .vrid = static_cast<std::uint8_t>(vrid),
                                       .priority = vrrp::Priority(vrid % 2 == 0 ? 200 : 1),
                                       .interval = 1s,
                                       .address_bytes = kAddressBytes},
                                      kPeer, vrrp::kGroupIpv4));
    engine_.handle_all(vrrp::Startup{}, now_, actions_);
    for (int second = 0; second < 15; ++second) one_second();
  }

  void one_second() {
    for (std::uint32_t link = 1; link <= kLinks; ++link)
      for (const auto& packet : packets_)
        engine_.receive({link}, {kPeer, vrrp::kGroupIpv4, 255, packet}, now_, actions_);
    const vrrp::Instant end = now_ + 1s;
    while (engine_.deadline() && *engine_.deadline() <= end) {
      now_ = *engine_.deadline();
      engine_.advance(now_, actions_);
      perform();
    }
    now_ = end;
    perform();
  }

  void perform() {
    for (const auto& [id, action] : actions_)
      if (const auto* advertise = std::get_if<vrrp::Advertise>(&action))
        sent_ += engine_.packet(id, *advertise, vrrp::kGroupIpv4).size() / 12;
    actions_.clear();
  }

  vrrp::Engine engine_;
  vrrp::RouterActions actions_;
  std::vector<std::vector<std::uint8_t>> packets_;
  vrrp::Instant now_;
  std::size_t sent_ = 0;
};

TEST_F(SteadyState, AllocatesNothing) {
  const std::uint64_t before = allocations;
  const std::size_t sent_before = sent_;
  for (int second = 0; second < 5; ++second) one_second();
  EXPECT_EQ(allocations, before);
  EXPECT_GT(sent_, sent_before + 5 * kLinks * kRoutersOfALink / 2 - 1);
}

}  // namespace
