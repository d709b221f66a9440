#include "vrrp/engine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>

namespace {

using namespace vrrp;  // NOLINT(google-build-using-namespace): this file is about nothing else
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""ms;

const net::IpAddress kOurs = net::IpAddress::v4(0x0a000005);
const net::IpAddress kPeer = net::IpAddress::v4(0x0a000006);
const std::vector<std::uint8_t> kAddressBytes{10, 0, 0, 50};

RouterConfig config(std::uint32_t interface, int vrid, int priority = 100) {
  return {.interface = {interface},
          .vrid = VirtualRouterId::from(vrid).value(),
          .version = Version::V3,
          .priority = Priority::from(priority).value(),
          .addresses = {net::IpAddress::v4(0x0a000032)},
          .source = kOurs};
}

std::vector<std::uint8_t> packet(int vrid, int priority) {
  return encode({.version = Version::V3,
                 .vrid = static_cast<std::uint8_t>(vrid),
                 .priority = Priority(static_cast<std::uint8_t>(priority)),
                 .interval = 1s,
                 .address_bytes = kAddressBytes},
                kPeer, kGroupIpv4);
}

TEST(Engine, RefusesTheSameVirtualRouterTwiceOnALink) {
  Engine engine;
  EXPECT_TRUE(engine.add(config(1, 7)));
  EXPECT_EQ(engine.add(config(1, 7)).error().kind, base::Kind::Conflict);
  EXPECT_TRUE(engine.add(config(2, 7)));
  auto six = config(1, 7);
  six.family = net::Family::Ipv6;
  six.addresses = {net::IpAddress::parse("fe80::50").value()};
  six.source = net::IpAddress::parse("fe80::5").value();
  EXPECT_TRUE(engine.add(six));
}

TEST(Engine, RefusesAConfigurationThatCannotBe) {
  Engine engine;
  auto wrong = config(1, 7);
  wrong.interval = 41s;
  EXPECT_EQ(engine.add(wrong).error().kind, base::Kind::Invalid);
  EXPECT_EQ(engine.size(), 0U);
}

TEST(Engine, GivesAPacketToTheRouterOfItsInterfaceAndVrid) {
  Engine engine;
  RouterActions actions;
  const auto here = engine.add(config(1, 7)).value();
  const auto other_link = engine.add(config(2, 7)).value();
  engine.handle_all(Startup{}, {}, actions);
  const auto bytes = packet(7, 200);
  engine.receive({1}, {kPeer, kGroupIpv4, 255, bytes}, Instant{} + 1s, actions);
  EXPECT_EQ(engine.router(here).counters().received, 1U);
  EXPECT_EQ(engine.router(other_link).counters().received, 0U);
}

TEST(Engine, CountsWhatIsForNobodyHere) {
  Engine engine;
  RouterActions actions;
  ASSERT_TRUE(engine.add(config(1, 7)));
  const auto bytes = packet(8, 200);
  engine.receive({1}, {kPeer, kGroupIpv4, 255, bytes}, {}, actions);
  EXPECT_EQ(engine.unmatched()[RejectReason::UnknownRouter], 1U);
  engine.receive({1}, {kPeer, kGroupIpv4, 254, bytes}, {}, actions);
  EXPECT_EQ(engine.unmatched()[RejectReason::HopLimit], 1U);
  EXPECT_TRUE(actions.empty());
}

TEST(Engine, CountsABrokenPacketWhereItBelongs) {
  Engine engine;
  RouterActions actions;
  const auto id = engine.add(config(1, 7)).value();
  auto bytes = packet(7, 200);
  bytes[6] ^= 0xff;
  engine.receive({1}, {kPeer, kGroupIpv4, 255, bytes}, {}, actions);
  EXPECT_EQ(engine.router(id).counters()[RejectReason::Checksum], 1U);
  ASSERT_EQ(actions.size(), 1U);
  EXPECT_EQ(std::get<Notice>(actions[0].action).rejected, RejectReason::Checksum);
}

TEST(Engine, WakesEachRouterAtItsTime) {
  Engine engine;
  RouterActions actions;
  for (int vrid = 1; vrid <= 255; ++vrid) ASSERT_TRUE(engine.add(config(1, vrid, vrid)));
  engine.handle_all(Startup{}, {}, actions);
  actions.clear();
  std::vector<int> order;
  while (order.size() < 254) {
    const Instant now = engine.deadline().value();
    engine.advance(now, actions);
    for (const auto& [id, action] : actions)
      if (std::holds_alternative<Transition>(action))
        order.push_back(engine.router(id).config().vrid.value());
    actions.clear();
    ASSERT_GT(engine.deadline().value(), now);
  }
  EXPECT_TRUE(std::is_sorted(order.rbegin(), order.rend())) << "the best first";
}

TEST(Engine, GivesAFreeNumberAgain) {
  Engine engine;
  RouterActions actions;
  const auto first = engine.add(config(1, 1)).value();
  ASSERT_TRUE(engine.add(config(1, 2)));
  engine.handle(first, Startup{}, {}, actions);
  engine.remove(first);
  EXPECT_FALSE(engine.deadline());
  EXPECT_EQ(engine.add(config(1, 3)).value(), first);
  EXPECT_FALSE(engine.find({1}, net::Family::Ipv4, VirtualRouterId::from(1).value()));
  EXPECT_EQ(engine.routers().size(), 2U);
}

TEST(Engine, ReconfiguresOnlyTheSameRouter) {
  Engine engine;
  RouterActions actions;
  const auto id = engine.add(config(1, 1)).value();
  EXPECT_TRUE(engine.reconfigure(id, config(1, 1, 150), {}, actions));
  EXPECT_EQ(engine.router(id).effective_priority(), Priority(150));
  EXPECT_FALSE(engine.reconfigure(id, config(1, 2), {}, actions));
}

// Two virtual routers, one on each link, that go together.
class SyncGroup : public testing::Test {
 protected:
  void SetUp() override {
    for (const std::uint32_t link : {1U, 2U})
      members_.push_back(engine_.add(config(link, 7)).value());
    engine_.set_groups({members_}, now_, actions_);
    engine_.handle_all(Startup{}, now_, actions_);
  }
  void hear(std::uint32_t link, int priority) {
    const auto bytes = packet(7, priority);
    engine_.receive({link}, {kPeer, kGroupIpv4, 255, bytes}, now_, actions_);
  }
  void pass(Duration duration) {
    const Instant end = now_ + duration;
    while (engine_.deadline() && *engine_.deadline() <= end) {
      now_ = *engine_.deadline();
      engine_.advance(now_, actions_);
    }
    now_ = end;
  }
  std::vector<State> states() const {
    return {engine_.router(members_[0]).state(), engine_.router(members_[1]).state()};
  }
  static std::vector<State> both(State state) { return {state, state}; }

  Engine engine_;
  RouterActions actions_;
  Instant now_;
  std::vector<RouterId> members_;
};

TEST_F(SyncGroup, BecomesActiveTogether) {
  pass(4s);
  EXPECT_EQ(states(), both(State::Active));
}

TEST_F(SyncGroup, WaitsWhileAnotherRouterServesOneOfIts) {
  for (int second = 0; second < 10; ++second) {
    hear(2, 200);
    pass(1s);
  }
  EXPECT_EQ(states(), both(State::Backup));
  hear(2, 0);
  pass(1s);
  EXPECT_EQ(states(), both(State::Active));
}

TEST_F(SyncGroup, LeavesTogetherWhenOneMemberYields) {
  pass(4s);
  actions_.clear();
  hear(1, 200);
  EXPECT_EQ(states(), both(State::Backup));
  const RouterAction resignation{members_[1], Advertise{Priority(0)}};
  EXPECT_EQ(std::ranges::find(actions_, resignation), actions_.end());
}

TEST_F(SyncGroup, ResignsAsAWhole) {
  pass(4s);
  actions_.clear();
  engine_.handle(members_[0], Resign{}, now_, actions_);
  for (const RouterId member : members_) {
    const RouterAction resignation{member, Advertise{Priority(0)}};
    EXPECT_NE(std::ranges::find(actions_, resignation), actions_.end());
  }
}

TEST_F(SyncGroup, AnnouncesAllItsAddressesWhenALowerRouterWasActiveOnOneLink) {
  pass(4s);
  actions_.clear();
  hear(1, 50);
  EXPECT_EQ(states(), both(State::Active));
  for (const RouterId member : members_) {
    const RouterAction announcement{member, Announce{5}};
    EXPECT_NE(std::ranges::find(actions_, announcement), actions_.end());
  }
}

TEST_F(SyncGroup, IsInFaultTogether) {
  pass(4s);
  engine_.handle_interface({1}, {}, LinkDown{}, now_, actions_);
  EXPECT_EQ(states(), both(State::Fault));
  engine_.handle_interface({1}, {}, LinkUp{}, now_, actions_);
  EXPECT_EQ(states(), both(State::Backup));
  pass(4s);
  EXPECT_EQ(states(), both(State::Active));
}

TEST(EngineMove, TwoMayChangePlacesAndKeepWhatTheyAre) {
  Engine engine;
  RouterActions actions;
  const auto first = engine.add(config(1, 7, 100)).value();
  const auto second = engine.add(config(2, 7, 100)).value();
  engine.handle(first, Startup{}, {}, actions);
  engine.handle(second, Startup{}, {}, actions);
  engine.advance(Instant{} + 4s, actions);
  ASSERT_EQ(engine.router(first).state(), State::Active);
  engine.move(std::vector<Engine::Move>{{first, {2}}, {second, {1}}});
  EXPECT_EQ(engine.find({2}, net::Family::Ipv4, VirtualRouterId::from(7).value()), first);
  EXPECT_EQ(engine.find({1}, net::Family::Ipv4, VirtualRouterId::from(7).value()), second);
  EXPECT_EQ(engine.router(first).config().interface, net::InterfaceIndex{2});
  EXPECT_EQ(engine.router(first).state(), State::Active);
  EXPECT_EQ(engine.size(), 2U);
}

TEST_F(SyncGroup, OfOwnersWaitsForAllOfThem) {
  Engine engine;
  const auto first = engine.add(config(1, 7, 255)).value();
  const auto second = engine.add(config(2, 7, 255)).value();
  engine.set_groups({{first, second}}, {}, actions_);
  engine.handle(first, Startup{}, {}, actions_);
  EXPECT_NE(engine.router(first).state(), State::Active);
  engine.handle(second, Startup{}, {}, actions_);
  engine.advance(Instant{} + 4s, actions_);
  EXPECT_EQ(engine.router(first).state(), State::Active);
  EXPECT_EQ(engine.router(second).state(), State::Active);
}

TEST_F(SyncGroup, CanBeDissolved) {
  hear(2, 200);
  pass(2s);
  hear(2, 200);
  pass(1800ms);
  engine_.set_groups({}, now_, actions_);
  EXPECT_EQ(states(), (std::vector{State::Active, State::Backup}));
}

TEST(TimerQueue, AgreesWithASortedMap) {
  TimerQueue queue;
  std::map<std::uint32_t, Instant> model;
  std::mt19937 random(7);
  for (int i = 0; i < 20000; ++i) {
    const auto owner = static_cast<std::uint32_t>(random() % 50);
    if (random() % 4 == 0) {
      queue.set(owner, std::nullopt);
      model.erase(owner);
    } else {
      const Instant at{std::chrono::seconds(random() % 100)};
      queue.set(owner, at);
      model.insert_or_assign(owner, at);
    }
    ASSERT_EQ(queue.empty(), model.empty());
    if (model.empty()) continue;
    const auto first = std::ranges::min_element(model, [](const auto& a, const auto& b) {
      return std::pair(a.second, a.first) < std::pair(b.second, b.first);
    });
    ASSERT_EQ(queue.first_deadline(), first->second);
    ASSERT_EQ(queue.first_owner(), first->first);
  }
}

}  // namespace
