// What the tests of Router share: one virtual router, and the time, so that a test reads as a
// story.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "vrrp/router.h"

namespace vrrp::story {

using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""us;
using std::chrono_literals::operator""min;
using testing::ElementsAre;
using testing::IsEmpty;

inline const net::IpAddress kOurs = net::IpAddress::v4(0x0a000005);
inline const net::IpAddress kLower = net::IpAddress::v4(0x0a000004);
inline const net::IpAddress kHigher = net::IpAddress::v4(0x0a000006);
inline const std::vector<std::uint8_t> kAddressBytes{10, 0, 0, 50};
inline constexpr Instant kStart{};

inline RouterConfig config(int priority, Version version = Version::V3) {
  return {.interface = {1},
          .vrid = VirtualRouterId::from(51).value(),
          .version = version,
          .priority = Priority::from(priority).value(),
          .addresses = {net::IpAddress::v4(0x0a000032)},
          .source = kOurs};
}

class Story {
 public:
  explicit Story(RouterConfig with) : router(std::move(with)) {}

  Actions tell(const Event& event) {
    Actions actions;
    router.handle(event, now, actions);
    return actions;
  }
  Actions hear(int priority, net::IpAddress from = kHigher, Duration interval = 1s) {
    return tell(packet(priority, from, interval));
  }
  AdvertisementReceived packet(int priority, net::IpAddress from = kHigher,
                               Duration interval = 1s) const {
    return {.advertisement = {.version = router.config().version,
                              .vrid = 51,
                              .priority = Priority(static_cast<std::uint8_t>(priority)),
                              .interval = interval,
                              .address_bytes = kAddressBytes},
            .source = from,
            .destination = kGroupIpv4};
  }
  Actions wait(Duration duration) {
    now += duration;
    Actions actions;
    router.advance(now, actions);
    return actions;
  }
  // Sleeps until the deadline and says what happens then.
  Actions wake() { return wait(router.deadline().value() - now); }
  Duration next() const { return router.deadline().value() - now; }
  void become_active() {
    tell(Startup{});
    wake();
    ASSERT_EQ(router.state(), State::Active);
  }

  Router router;
  Instant now = kStart;
};

template <typename T>
const T* find(const Actions& actions) {
  for (const auto& action : actions)
    if (const T* found = std::get_if<T>(&action)) return found;
  return nullptr;
}
inline Cause cause_of(const Actions& actions) {
  const auto* transition = find<Transition>(actions);
  return transition ? transition->reason.cause : Cause::SyncGroup;
}

}  // namespace vrrp::story
